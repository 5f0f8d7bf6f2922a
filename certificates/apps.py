"""Django application of the room `certificates`."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the room `certificates`."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"
