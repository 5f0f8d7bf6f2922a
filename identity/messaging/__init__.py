"""Text messages to phones, through the gateway that ``settings.MESSAGE_GATEWAY`` names.

A gateway is a class without arguments that has :meth:`Gateway.send`. Two come with the site:
``identity.messaging.outbox.OutboxGateway`` (a table; the default) and
``identity.messaging.console.ConsoleGateway`` (the terminal of a developer). A real one either reads the outbox
table in a process of its own, or is a class of the same shape.
"""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Gateway(Protocol):
    """What a gateway must do."""

    def send(self, *, phone: str, text: str) -> None:
        """Take over one message: ``phone`` is 11 digits, ``text`` at most 70 characters or several parts.

        Called inside the caller's transaction, so a gateway that talks to a network must only queue here and
        send after the commit. It must return at once, must not log ``text`` (it may hold a code), must not say
        whether the number exists, and raises nothing for a number that cannot be reached.
        """


def send(*, phone: str, text: str) -> None:
    """Hand one message to the configured gateway."""
    gateway: Gateway = import_string(settings.MESSAGE_GATEWAY)()
    gateway.send(phone=phone, text=text)
