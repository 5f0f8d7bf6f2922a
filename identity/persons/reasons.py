"""Why somebody's data is looked at or changed."""

from identity.persons.errors import ReasonMissing

_SHORTEST = 4


def checked_reason(text: str) -> str:
    """Return a reason that says something; raises :class:`ReasonMissing`."""
    reason = " ".join(text.split())[:200]
    if len(reason) < _SHORTEST:
        raise ReasonMissing(fields={"reason": ReasonMissing.message})
    return reason
