"""Django application of the room `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room `cases`; it listens to the certificate register and to places that close."""

    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have open cases follow certificates and merged persons, keep places open; take part in rights over data."""
        from cases import messages, privacy
        from cases.assisting import privacy as assisting_privacy
        from cases.assisting import telling
        from cases.assisting.standing import require as require_consent
        from cases.counter import privacy as counter_privacy
        from cases.delivery import messages as delivery_messages
        from cases.flags import follow_certificate, follow_replacement, follow_verdict
        from cases.keeping import needed
        from cases.merging import follow_merge
        from cases.promises import messages as promise_messages
        from cases.staffing import still_open
        from cases.terminal import privacy as terminal_privacy
        from certificates.keeping import on_keeping
        from certificates.listeners import on_replacement, on_state_change, on_verdict
        from identity.assisting import on_hold
        from identity.messaging import kinds
        from identity.persons.listeners import on_merge
        from identity.privacy import hooks
        from identity.staff.listeners import before_closing

        kinds.declare(*messages.KINDS, *promise_messages.KINDS, *delivery_messages.KINDS, *telling.KINDS)
        on_state_change(follow_certificate)
        on_replacement(follow_replacement)
        on_verdict(follow_verdict)
        on_keeping(needed)
        on_merge(follow_merge)
        on_merge(counter_privacy.follow_merge)
        on_merge(assisting_privacy.follow_merge)
        on_merge(terminal_privacy.follow_merge)
        on_hold(require_consent)
        before_closing(still_open)
        hooks.register(collect=privacy.collect, hinder=privacy.hinder, erase=privacy.erase)
        hooks.register(collect=counter_privacy.collect, erase=counter_privacy.erase)
        hooks.register(
            collect=assisting_privacy.collect, hinder=assisting_privacy.hinder, erase=assisting_privacy.erase
        )
        hooks.register(collect=terminal_privacy.collect, erase=terminal_privacy.erase)
