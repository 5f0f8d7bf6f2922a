"""When a hall is open: pure. Spans are ``("09:00", "12:00")`` in local time; ``"24:00"`` ends a day.

On a statutory day off a hall is closed whatever the weekday says, weekends beside it included; on a weekend that is
made a working day it keeps the hours of its first working weekday. Days with hours of their own come before all that.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.workdays import UnknownYear, WorkCalendar

Span = tuple[str, str]
_SPAN = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})\s*(?:-|–|—|~|～|至|到)+\s*([0-9]{1,2})[:：]([0-9]{2})")
_BETWEEN = re.compile(r"[\s,，、;；]*")
CLOSED = "休息"
_CLOSED = frozenset(["", CLOSED, "关门", "不开", "closed"])
_MOST_SPANS = 4
_LOOK_AHEAD = 30  # days; a hall that opens on none of them says no next opening
_HOLIDAY_REACH = 10  # days a run of days off is followed


class BadHours(ValueError):
    """The text names no hours."""


def parse_spans(text: str) -> list[list[str]]:
    """Read ``9:00-12:00，13:00—17:00``; nothing or 休息 is closed. Raises :class:`BadHours`."""
    rest = text.strip()
    if rest.lower() in _CLOSED:
        return []
    spans: list[list[str]] = []
    while rest:
        found = _SPAN.match(rest)
        if found is None or len(spans) == _MOST_SPANS:
            raise BadHours(rest)
        start, end = _clock(found[1], found[2]), _clock(found[3], found[4])
        if start >= end or (spans and start < spans[-1][1]):
            raise BadHours(rest)
        spans.append([start, end])
        rest = rest[found.end() :]
        rest = rest[(_BETWEEN.match(rest) or found).end() :] if rest else ""
    return spans


def _clock(hour: str, minute: str) -> str:
    if int(minute) > 59 or int(hour) * 60 + int(minute) > 24 * 60:
        raise BadHours(f"{hour}:{minute}")
    return f"{int(hour):02d}:{minute}"


def format_spans(spans: Sequence[Sequence[str]]) -> str:
    """Write spans as people read and type them; closed is empty."""
    return "，".join(f"{start}—{end}" for start, end in spans)


def special_day_lines(special_days: Sequence[Mapping[str, Any]]) -> str:
    """Days with hours of their own as they are typed, one a line."""
    return "\n".join(
        " ".join(filter(None, [one["day"], format_spans(one["spans"]) or CLOSED, one.get("note", "")]))
        for one in special_days
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a hall is open at a moment; ``opens_at`` is the next opening while it is closed (None: not soon).

    ``is_certain`` is False where no working calendar was loaded: then only the weekday speaks.
    """

    is_open: bool
    closes_at: str = ""
    opens_at: dt.datetime | None = None
    is_certain: bool = True


def spans_on(
    hours: Mapping[str, Any], special_days: Sequence[Mapping[str, Any]], day: dt.date, calendar: WorkCalendar
) -> tuple[list[Span], bool]:
    """The spans of one day, and whether they are certain."""
    own = next((one for one in special_days if one.get("day") == day.isoformat()), None)
    if own is not None:
        return _spans(own.get("spans")), True
    weekday = day.isoweekday()
    plain = _spans(hours.get(str(weekday)))
    try:
        is_working = calendar.is_workday(day)
        if weekday <= 5:
            return (plain if is_working else []), True
        if is_working:
            return next((spans for one in range(1, 6) if (spans := _spans(hours.get(str(one))))), plain), True
        return ([] if plain and _in_a_holiday(day, calendar) else plain), True
    except UnknownYear:
        return plain, False


def _spans(raw: Any) -> list[Span]:
    return [(str(start), str(end)) for start, end in raw or ()]


def _in_a_holiday(day: dt.date, calendar: WorkCalendar) -> bool:
    """Whether a free weekend day belongs to a run of days off in which a weekday is off, too."""
    for step in (dt.timedelta(days=-1), dt.timedelta(days=1)):
        near = day + step
        for _count in range(_HOLIDAY_REACH):
            if calendar.is_workday(near):
                break
            if near.isoweekday() <= 5:
                return True
            near += step
    return False


def opening(
    hours: Mapping[str, Any], special_days: Sequence[Mapping[str, Any]], now: dt.datetime, calendar: WorkCalendar
) -> Opening:
    """Whether it is open at ``now`` (local time), until when, or when it opens next."""
    clock = now.strftime("%H:%M")
    is_certain = True
    for ahead in range(_LOOK_AHEAD):
        day = now.date() + dt.timedelta(days=ahead)
        spans, is_known = spans_on(hours, special_days, day, calendar)
        is_certain = is_certain and is_known
        for start, end in spans:
            if ahead == 0 and start <= clock < end:
                return Opening(True, closes_at=end, is_certain=is_certain)
            if ahead > 0 or clock < start:
                hour, minute = start.split(":")
                at = dt.datetime.combine(day, dt.time(int(hour), int(minute)), tzinfo=now.tzinfo)
                return Opening(False, opens_at=at, is_certain=is_certain)
    return Opening(False, is_certain=is_certain)


def week_lines(hours: Mapping[str, Any]) -> list[tuple[int, int, str]]:
    """The week in runs of days with the same hours: (first day, last day, hours); closed days are left out."""
    lines: list[tuple[int, int, str]] = []
    for day in range(1, 8):
        text = format_spans(_spans(hours.get(str(day))))
        if not text:
            continue
        if lines and lines[-1][1] == day - 1 and lines[-1][2] == text:
            lines[-1] = (lines[-1][0], day, text)
        else:
            lines.append((day, day, text))
    return lines
