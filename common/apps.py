"""Django application of the room `common`."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Registers the room `common`."""

    name = "common"
    default_auto_field = "django.db.models.BigAutoField"
