"""Django application of the room `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room `cases`; it listens to the certificate register."""

    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have open cases flagged when a certificate they rely on changes, and moved when persons are merged."""
        from cases.flags import follow_certificate
        from cases.merging import follow_merge
        from certificates.listeners import on_state_change
        from identity.persons.listeners import on_merge

        on_state_change(follow_certificate)
        on_merge(follow_merge)
