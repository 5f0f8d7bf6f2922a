"""Django application of the room `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room `cases`; it listens to the certificate register and to places that close."""

    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have open cases flagged when a certificate they rely on changes; keep places with open cases from closing."""
        from cases.flags import follow_certificate
        from cases.staffing import still_open
        from certificates.listeners import on_state_change
        from identity.staff.listeners import before_closing

        on_state_change(follow_certificate)
        before_closing(still_open)
