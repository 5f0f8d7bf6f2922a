"""The working-day calendar: national days off and make-up days, with additions by region.

National data comes from ``chinesecalendar`` (State Council notices) or, for a year that package does not
know yet, from ``load_calendar`` into the database. A year nobody loaded is an error, never a guess.
All limits count working days without statutory holidays (行政许可法第八十二条).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

from chinese_calendar import constants
from django.utils.translation import gettext_lazy as _

from common.acts import once
from common.errors import DomainError
from common.prepared import prepared_cursor

_DAY = dt.timedelta(days=1)
_PACKAGE_YEARS = frozenset(day.year for day in constants.holidays)

_DAYS_AND_YEARS = """
SELECT region_code, day, is_workday, NULL AS year FROM common_calendarday WHERE region_code = ANY(%s::text[])
UNION ALL
SELECT NULL, NULL, NULL, year FROM common_calendaryear
"""


class UnknownYear(DomainError):
    """No data for a year: somebody has to load the State Council's notice."""

    code = "calendar.unknown_year"
    http_status = 503
    message = _("%(year)s 年的工作日历还没有装载，无法计算办理期限。")
    what_to_do = _("请管理员取得国务院办公厅关于该年节假日安排的通知，运行 manage.py load_calendar 装载后再试。")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days of one region: pure, so it can be handed to the clock and to tests.

    ``days`` maps a date to True (working) or False (off) where it differs from the package or the weekday;
    ``loaded_years`` are years whose differences are complete in ``days``.
    """

    days: Mapping[dt.date, bool] = field(default_factory=dict)
    loaded_years: frozenset[int] = frozenset()

    def is_workday(self, day: dt.date) -> bool:
        """Tell whether ``day`` is a working day; raise :class:`UnknownYear` without data."""
        if day in self.days:
            return self.days[day]
        if day.year in self.loaded_years:
            return day.weekday() < 5
        if day.year not in _PACKAGE_YEARS:
            raise UnknownYear(year=day.year)
        return _is_national(day)

    def add(self, day: dt.date, workdays: int) -> dt.date:
        """Return the date ``workdays`` working days after ``day``; ``day`` itself is not counted."""
        while workdays > 0:
            day += _DAY
            if self.is_workday(day):
                workdays -= 1
        return day

    def count(self, after: dt.date, until: dt.date) -> int:
        """Count the working days after ``after`` up to and including ``until``; negative when ``until`` is earlier."""
        if until < after:
            return -self.count(until, after)
        first = after + _DAY
        if any(year not in self.loaded_years and year not in _PACKAGE_YEARS for year in _years(first, until)):
            return sum(self.is_workday(after + dt.timedelta(days=n)) for n in range(1, (until - after).days + 1))
        ordinary = sum(self._ordinary(year, first, until) for year in _years(first, until))
        own = ((day, is_workday) for day, is_workday in self.days.items() if first <= day <= until)
        return ordinary + sum(is_workday - self._is_ordinary(day) for day, is_workday in own)

    def _ordinary(self, year: int, first: dt.date, until: dt.date) -> int:
        """Working days of a year from ``first`` to ``until`` without what differs in this region."""
        begin, end = max(first, dt.date(year, 1, 1)), min(until, dt.date(year, 12, 31))
        so_far = _so_far(year, national=year not in self.loaded_years)
        return so_far[end.timetuple().tm_yday] - so_far[begin.timetuple().tm_yday - 1]

    def _is_ordinary(self, day: dt.date) -> bool:
        return day.weekday() < 5 if day.year in self.loaded_years else _is_national(day)


def _years(first: dt.date, last: dt.date) -> range:
    return range(first.year, last.year + 1) if first <= last else range(0)


def _is_national(day: dt.date) -> bool:
    return day in constants.workdays or (day.weekday() < 5 and day not in constants.holidays)


@cache
def _so_far(year: int, *, national: bool) -> tuple[int, ...]:
    """How many working days a year has had by its every day; nothing before the first."""
    first = dt.date(year, 1, 1)
    days = (first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days))
    return (0, *accumulate(_is_national(day) if national else day.weekday() < 5 for day in days))


def for_region(region_code: str) -> WorkCalendar:
    """Load the calendar of a region: national rows, then those of its province, city and county (one query).

    Once in an act (:mod:`common.acts`).
    """
    return once(("calendar", region_code), lambda: for_regions([region_code])[region_code])


def for_regions(region_codes: Iterable[str]) -> dict[str, WorkCalendar]:
    """Load the calendars of several regions at once (one query)."""
    above = {
        code: ["", code[:2].ljust(6, "0"), code[:4].ljust(6, "0"), code[:6], code]
        for code in dict.fromkeys(region_codes)
    }
    with prepared_cursor() as cursor:
        cursor.execute(_DAYS_AND_YEARS, [sorted({code for codes in above.values() for code in codes})])
        found = cursor.fetchall()
    rows = [(region, day, is_workday) for region, day, is_workday, _year in found if day]
    years = frozenset(year for *_day, year in found if year)
    calendars = {}
    for region_code, codes in above.items():
        nearest_last = sorted((row for row in rows if row[0] in codes), key=lambda row: codes.index(row[0]))
        calendars[region_code] = WorkCalendar({day: is_workday for _code, day, is_workday in nearest_last}, years)
    return calendars
