"""Django application of the room `certificates`."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the room `certificates`; it follows persons who are merged."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have certificates and documents moved when persons are merged."""
        from certificates.merging import follow_merge
        from identity.persons.listeners import on_merge

        on_merge(follow_merge)
