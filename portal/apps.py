"""Django application of the room `portal`."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the room `portal`."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
