"""How long a card, a proof and a visit count. Pure arithmetic."""

import datetime as dt
from dataclasses import dataclass

CARD = dt.timedelta(seconds=20)  # from the reader to the page
PROOF = dt.timedelta(minutes=5)  # from the card to the way in
_SLACK = dt.timedelta(seconds=10)  # the screen's own end comes first


@dataclass(frozen=True, slots=True)
class Terms:
    """How long nobody may touch the screen, how long it then counts down aloud, and how long one visit may last."""

    idle: dt.timedelta
    grace: dt.timedelta
    limit: dt.timedelta


def ends_at(opened_at: dt.datetime, seen_at: dt.datetime, terms: Terms) -> dt.datetime:
    """When a visit ends on the server if nobody touches the screen again."""
    return min(seen_at + terms.idle + terms.grace + _SLACK, opened_at + terms.limit)


def is_over_limit(opened_at: dt.datetime, now: dt.datetime, terms: Terms) -> bool:
    """Whether the visit has lasted as long as one may."""
    return now >= opened_at + terms.limit


def is_fresh(asked_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the second proof may still be given, or the way in still be taken."""
    return asked_at <= now < asked_at + PROOF
