"""Django application of the room `services`."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Registers the room `services`."""

    name = "services"
    default_auto_field = "django.db.models.BigAutoField"
