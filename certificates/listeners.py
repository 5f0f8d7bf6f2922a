"""Who wants to know when a certificate's state or a document's verdict changes. Upper rooms register at start-up.

Listeners run in the transaction of the change: a suspension and the flags on open cases stand or fall together.
"""

from collections.abc import Callable

from certificates.models import Certificate, Document

Listener = Callable[[Certificate], None]
VerdictListener = Callable[[Document], None]
ReplacementListener = Callable[[Certificate, Certificate], None]
_listeners: list[Listener] = []
_on_verdict: list[VerdictListener] = []
_on_replacement: list[ReplacementListener] = []


def on_state_change(listener: Listener) -> None:
    """Register a listener; registering the same one again changes nothing."""
    if listener not in _listeners:
        _listeners.append(listener)


def notify(certificate: Certificate) -> None:
    """Tell every listener."""
    for listener in _listeners:
        listener(certificate)


def on_verdict(listener: VerdictListener) -> None:
    """Register a listener for a document whose verdict is disputed, or whose dispute is settled."""
    if listener not in _on_verdict:
        _on_verdict.append(listener)


def notify_verdict(document: Document) -> None:
    """Tell every listener; the document says whether it is in doubt now."""
    for listener in _on_verdict:
        listener(document)


def on_replacement(listener: ReplacementListener) -> None:
    """Register a listener for a certificate that was corrected or changed: it gets the former and the next version."""
    if listener not in _on_replacement:
        _on_replacement.append(listener)


def notify_replacement(former: Certificate, successor: Certificate) -> None:
    """Tell every listener what stands in whose place now."""
    for listener in _on_replacement:
        listener(former, successor)
