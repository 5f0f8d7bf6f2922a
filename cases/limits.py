"""Due days as they are stored: empty where the calendar has no data, which the page explains."""

import datetime as dt
from collections.abc import Sequence

from cases import clock
from cases.models import Case
from cases.states import State
from common.workdays import UnknownYear, WorkCalendar

BEFORE_REVIEW = frozenset({State.DRAFT, State.SUBMITTED, State.CORRECTING, State.ACCEPTED})


def day_or_none(
    start: dt.date | None,
    limit: clock.Limit,
    calendar: WorkCalendar,
    *,
    pauses: Sequence[clock.Pause] = (),
    extension: int = 0,
) -> dt.date | None:
    """Return the due day, or None when it lies in a year without calendar data."""
    if start is None:
        return None
    try:
        return clock.due_on(start, limit, calendar, pauses=pauses, extension=extension)
    except UnknownYear:
        return None


def pauses_of(case: Case) -> list[clock.Pause]:
    """The special procedures of a case: they begin in review, so that nothing is asked before that."""
    if case.state in BEFORE_REVIEW:
        return []
    return [clock.Pause(one.starts_on, one.ends_on) for one in case.special_procedures.all()]
