"""Django application of the room `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room `cases`; it listens to the certificate register."""

    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have open cases flagged when a certificate they rely on changes."""
        from cases.flags import follow_certificate
        from certificates.listeners import on_state_change

        on_state_change(follow_certificate)
