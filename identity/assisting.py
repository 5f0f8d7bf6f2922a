"""What a clerk who fills in for somebody at the counter acts under. Whoever keeps consents registers at start-up."""

from collections.abc import Callable

from identity.actor import Actor

Check = Callable[[Actor], None]
_checks: list[Check] = []


def on_hold(check: Check) -> None:
    """Register what locks the consent an assisted actor acts under, or refuses; registering twice is once."""
    if check not in _checks:
        _checks.append(check)


def hold(actor: Actor) -> None:
    """Keep the consent from being withdrawn before the act is done; actors who are not assisted pass."""
    if actor.is_assisted:
        for check in _checks:
            check(actor)
