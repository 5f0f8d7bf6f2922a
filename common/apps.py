"""Django application of the room `common`."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from common.prepared import plan_once


class CommonConfig(AppConfig):
    """Registers the room `common`."""

    name = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every new connection ready for prepared statements."""
        connection_created.connect(plan_once, dispatch_uid="plan_once")
