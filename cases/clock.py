"""The statutory clock: pure functions over dates and a working-day calendar.

Limits run from acceptance, the day of acceptance is not counted (行政许可法第四十二条、第八十二条); the time of
special procedures does not count (第四十五条); one extension adds 10 or 15 working days (第四十二条).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from common.workdays import WorkCalendar

SILENCE_DAYS = 5  # working days to answer an application (第三十二条第一款第四项)


class Lamp(StrEnum):
    """How near a limit is."""

    NONE = "none"
    OK = "ok"
    NEAR = "near"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of days; ``working`` tells working days from calendar days."""

    days: int
    working: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """A special procedure: from its first day to its last; ``ends_on`` is None while it runs."""

    starts_on: dt.date
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows: the last day (None while paused), days left (negative when over), and the lamp."""

    due_on: dt.date | None
    remaining: int | None
    lamp: Lamp
    paused: bool = False


def due_on(
    accepted_on: dt.date, limit: Limit, calendar: WorkCalendar, *, pauses: Sequence[Pause] = (), extension: int = 0
) -> dt.date | None:
    """Return the last day for a decision, or None while a pause is open.

    Days inside a pause are not counted, its first and last day included. ``extension`` is in working days.
    """
    if any(pause.ends_on is None for pause in pauses):
        return None
    day, left = accepted_on, limit.days
    while left > 0:
        day += dt.timedelta(days=1)
        if not _is_paused(day, pauses) and (not limit.working or calendar.is_workday(day)):
            left -= 1
    while extension > 0:
        day += dt.timedelta(days=1)
        if not _is_paused(day, pauses) and calendar.is_workday(day):
            extension -= 1
    return day


def no_later(due: dt.date | None, last_day: dt.date | None) -> dt.date | None:
    """A due day that an end which no pause or extension moves comes before; ``last_day`` is None for most cases."""
    if last_day is None:
        return due
    return last_day if due is None else min(due, last_day)


def _is_paused(day: dt.date, pauses: Sequence[Pause]) -> bool:
    return any(pause.starts_on <= day and (pause.ends_on is None or day <= pause.ends_on) for pause in pauses)


def read(due: dt.date | None, limit: Limit, calendar: WorkCalendar, today: dt.date, *, paused: bool = False) -> Reading:
    """Read a clock on ``today``: yellow at one day or a fifth of the limit left, over after the last day."""
    if paused or due is None:
        return Reading(None, None, Lamp.NONE, paused=paused)
    remaining = calendar.count(today, due) if limit.working else (due - today).days
    if today > due:
        return Reading(due, min(remaining, -1), Lamp.OVER)
    near = remaining <= 1 or remaining * 5 <= limit.days
    return Reading(due, remaining, Lamp.NEAR if near else Lamp.OK)


def is_silence_over(received_on: dt.date, today: dt.date, calendar: WorkCalendar) -> bool:
    """Tell whether the five working days to accept, refuse or ask for corrections have passed."""
    return today > calendar.add(received_on, SILENCE_DAYS)
