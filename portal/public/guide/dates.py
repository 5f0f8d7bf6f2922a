"""If it is handed in today: which day would be the last one for each step, by the calendar that is loaded."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.clock import SILENCE_DAYS, Limit, due_on
from common.workdays import UnknownYear, WorkCalendar
from services.codes import ProjectType, TimeUnit
from services.models import ItemVersion


@dataclass(frozen=True, slots=True)
class HandIn:
    """The days. ``rows``: (what, when it is accepted as early as can be, when at the last moment).

    None for a day nobody can say; ``unknown_year`` is the first year whose working calendar is not loaded.
    """

    today: dt.date
    accepted_on: dt.date | None  # at the earliest: the next working day when today is none
    answer_by: dt.date | None
    rows: list[tuple[str, dt.date | None, dt.date | None]]
    unknown_year: int | None = None


def hand_in(version: ItemVersion, today: dt.date, calendar: WorkCalendar) -> HandIn | None:
    """Count from ``today`` on; None for what is done on the spot or names no limit.

    The day of handing in and that of acceptance are not counted (行政许可法第三十二条、第四十二条、第八十二条).
    """
    limits = [
        (_("承诺办结"), version.promise_days, version.promise_unit),
        (_("法定最晚"), version.statutory_days, version.statutory_unit),
    ]
    known = [(label, days, unit) for label, days, unit in limits if days]
    if version.project_type == ProjectType.INSTANT or not known:
        return None
    missing: list[int] = []
    accepted_on = _day(lambda: today if calendar.is_workday(today) else calendar.add(today, 1), missing)
    answer_by = _day(lambda: calendar.add(today, SILENCE_DAYS), missing)
    rows = []
    for label, days, unit in known:
        limit = Limit(days, working=unit == TimeUnit.WORKING)
        fast = accepted_on and _day(lambda limit=limit: due_on(accepted_on, limit, calendar), missing)  # type: ignore[misc]
        slow = answer_by and _day(lambda limit=limit: due_on(answer_by, limit, calendar), missing)  # type: ignore[misc]
        rows.append((label, fast, slow))
    return HandIn(today, accepted_on, answer_by, rows, min(missing, default=None))


def _day(count: Callable[[], dt.date | None], missing: list[int]) -> dt.date | None:
    try:
        return count()
    except UnknownYear as error:
        missing.append(int(str(error.params["year"])))
        return None
