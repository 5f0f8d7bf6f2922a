"""The working-day calendar: national days off and make-up days, with additions by region.

National data comes from ``chinesecalendar`` (State Council notices) or, for a year that package does not
know yet, from ``load_calendar`` into the database. A year nobody loaded is an error, never a guess.
All limits count working days without statutory holidays (行政许可法第八十二条).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import chinese_calendar
from django.utils.translation import gettext_lazy as _

from common.acts import once
from common.errors import DomainError
from common.models import CalendarDay, CalendarYear

_PACKAGE_YEARS = frozenset(day.year for day in chinese_calendar.constants.holidays)


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
        return bool(chinese_calendar.is_workday(day))

    def add(self, day: dt.date, workdays: int) -> dt.date:
        """Return the date ``workdays`` working days after ``day``; ``day`` itself is not counted."""
        while workdays > 0:
            day += dt.timedelta(days=1)
            if self.is_workday(day):
                workdays -= 1
        return day

    def count(self, after: dt.date, until: dt.date) -> int:
        """Count the working days after ``after`` up to and including ``until``; negative when ``until`` is earlier."""
        if until < after:
            return -self.count(until, after)
        return sum(self.is_workday(after + dt.timedelta(days=n)) for n in range(1, (until - after).days + 1))


def for_region(region_code: str) -> WorkCalendar:
    """Load the calendar of a region: national rows, then those of its province, city and county (two queries).

    Once in an act (:mod:`common.acts`).
    """
    return once(("calendar", region_code), lambda: for_regions([region_code])[region_code])


def for_regions(region_codes: Iterable[str]) -> dict[str, WorkCalendar]:
    """Load the calendars of several regions at once (two queries)."""
    above = {
        code: ["", code[:2].ljust(6, "0"), code[:4].ljust(6, "0"), code[:6], code]
        for code in dict.fromkeys(region_codes)
    }
    rows = list(CalendarDay.objects.filter(region_code__in={code for codes in above.values() for code in codes}))
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    calendars = {}
    for region_code, codes in above.items():
        nearest_last = sorted(
            (row for row in rows if row.region_code in codes), key=lambda row: codes.index(row.region_code)
        )
        calendars[region_code] = WorkCalendar({row.day: row.is_workday for row in nearest_last}, years)
    return calendars
