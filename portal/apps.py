"""Django application of the room `portal`."""

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the room `portal`."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register how the API's description shows the sign-in, and the access ledger as a part of copies of data."""
        from identity.privacy import hooks
        from portal.public.ledger import collect

        import_module("portal.api.schema")
        hooks.register(collect=collect)
