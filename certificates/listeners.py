"""Who wants to know when a certificate's state changes. Upper rooms register at start-up.

Listeners run in the transaction of the change: a suspension and the flags on open cases stand or fall together.
"""

from collections.abc import Callable

from certificates.models import Certificate

Listener = Callable[[Certificate], None]
_listeners: list[Listener] = []


def on_state_change(listener: Listener) -> None:
    """Register a listener; registering the same one again changes nothing."""
    if listener not in _listeners:
        _listeners.append(listener)


def notify(certificate: Certificate) -> None:
    """Tell every listener."""
    for listener in _listeners:
        listener(certificate)
