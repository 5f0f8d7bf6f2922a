"""Django application of the room `certificates`."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registers the room `certificates`; it follows persons who are merged."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have certificates and documents moved when persons are merged; take part in copies, closing and erasure."""
        from certificates import privacy
        from certificates.merging import follow_merge
        from certificates.wallet import privacy as wallet
        from identity.persons.listeners import on_merge
        from identity.privacy import hooks

        on_merge(follow_merge)
        hooks.register(collect=privacy.collect, erase=privacy.erase)
        hooks.register(collect=wallet.collect, close=wallet.end_shares)
