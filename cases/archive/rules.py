"""How long what is archived stays, as pure functions."""

import datetime as dt
from collections.abc import Mapping

from cases.archive.models import Retention

_YEARS = {Retention.THIRTY: 30, Retention.TEN: 10}


def retention_of(codes: Mapping[str, str], *, item_code: str, item_type: str) -> Retention:
    """The class for an item: its own code's, else its type's, else the one under ``""``. ``codes`` is the setting."""
    return Retention(codes.get(item_code) or codes.get(item_type) or codes[""])


def ends_on(retention: Retention, closed_on: dt.date) -> dt.date | None:
    """The first day after the term, which runs from the first day of the year after closing; None: for ever."""
    years = _YEARS.get(retention)
    return None if years is None else dt.date(closed_on.year + 1 + years, 1, 1)
