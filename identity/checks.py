"""What `manage.py check --deploy` says about the adapters of this room."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

_ADAPTERS = ("VERIFICATION_SOURCE", "CORPORATE_SOURCE", "FACE_SOURCE", "MESSAGE_GATEWAY")
_TERMINAL = "identity.messaging.console.ConsoleGateway"


@register(deploy=True)
def check_adapters(**kwargs: Any) -> list[CheckMessage]:
    """Every adapter can be loaded, and somebody chose how messages leave the site: without that no code arrives."""
    return [*_check_gateway(), *filter(None, map(_check_loads, _ADAPTERS))]


def _check_gateway() -> list[CheckMessage]:
    if settings.MESSAGE_GATEWAY_CHOSEN and settings.MESSAGE_GATEWAY != _TERMINAL:
        return []
    hint = (
        "Set ONESTOP_MESSAGE_GATEWAY to a class of the shape of identity.messaging.Gateway, or to "
        "identity.messaging.outbox.OutboxGateway once a process of yours sends what is in its table."
    )
    return [Error("Nobody receives a text message: no gateway was chosen.", hint=hint, id="onestop.E001")]


def _check_loads(name: str) -> CheckMessage | None:
    dotted = getattr(settings, name)
    if not dotted:  # no face service is a choice
        return None
    try:
        import_string(dotted)
    except ImportError as error:
        return Error(f"{name} names {dotted}, which cannot be loaded: {error}", id="onestop.E002")
    return None
