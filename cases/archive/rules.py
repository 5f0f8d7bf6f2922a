"""How long what is archived stays, as pure functions."""

import datetime as dt

from cases.archive.models import Retention

_YEARS = {Retention.THIRTY: 30, Retention.TEN: 10}


def ends_on(retention: Retention, closed_on: dt.date) -> dt.date | None:
    """The first day after the term, which runs from the first day of the year after closing; None: for ever."""
    years = _YEARS.get(retention)
    return None if years is None else dt.date(closed_on.year + 1 + years, 1, 1)
