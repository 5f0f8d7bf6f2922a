"""Django application of the room `identity`."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers the room `identity`."""

    name = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for what ends sign-ins at apps."""
        from identity.sso.listeners import connect

        connect()
