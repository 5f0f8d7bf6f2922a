"""Django application of the room `identity`."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers the room `identity`."""

    name = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for what ends sign-ins at apps; take part in copies of people's data and in closing accounts."""
        import identity.checks  # noqa: F401 (registers itself)
        from identity.privacy import hooks, own_parts
        from identity.sso.listeners import connect

        connect()
        hooks.register(collect=own_parts.collect, hinder=own_parts.hinder)
