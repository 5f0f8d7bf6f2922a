"""The times of a hearing, who may preside, and what a hearing's state means for the case.

Days are working days: those of the office by law (行政许可法第八十二条), and counted in the applicant's favour where
the law only says days.
"""

import datetime as dt
from collections.abc import Iterable

from cases.models import Hearing
from common.workdays import UnknownYear, WorkCalendar
from identity.rules import is_same_name

ASK_DAYS = 5  # to ask for a hearing, from the day the right was told (第四十七条第一款)
HOLD_DAYS = 20  # to hold it, from the request (第四十七条第一款)
NOTICE_DAYS = 7  # before the hearing its time and place are told (第四十八条第一款第一项)
LONGEST_RECORD = 20_000
_State = Hearing.State
SETTLED = frozenset({_State.WAIVED, _State.HELD, _State.CANCELLED})


def day_or_none(start: dt.date | None, days: int, calendar: WorkCalendar) -> dt.date | None:
    """So many working days after a day; None where the day or the year's calendar is not known."""
    if start is None:
        return None
    try:
        return calendar.add(start, days)
    except UnknownYear:
        return None


def is_lapsed(hearing: Hearing, last_day: dt.date | None, today: dt.date) -> bool:
    """Whether the right to a hearing was told and not used in time."""
    return hearing.state == _State.TOLD and last_day is not None and today > last_day


def is_settled(hearing: Hearing, last_day: dt.date | None, today: dt.date) -> bool:
    """Whether a hearing hinders nothing any more."""
    return hearing.state in SETTLED or is_lapsed(hearing, last_day, today)


def may_preside(chair: str, reviewers: Iterable[str]) -> bool:
    """Whether somebody is none of those who reviewed the application."""
    return bool(chair.strip()) and not any(is_same_name(chair, one) for one in reviewers if one)
