"""Django application of the room `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room `cases`."""

    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"
