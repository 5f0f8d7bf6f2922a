"""Django application of the room `certificates`."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the room `certificates`."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part in copies of people's data and in what is erased after an account was closed."""
        from certificates import privacy
        from identity.privacy import hooks

        hooks.register(collect=privacy.collect, erase=privacy.erase)
