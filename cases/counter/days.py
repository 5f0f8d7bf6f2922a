"""A hall's day: its hours by the working calendar, and the row whose lock numbers tickets and closes the day."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.counter import errors, rules
from cases.counter.models import CounterDay
from common.workdays import WorkCalendar, for_region
from identity.halls.rules import Span, spans_on
from identity.models import Hall


def lock_day(hall: Hall, day: dt.date) -> CounterDay:
    """Lock the day's row until the transaction ends; it is made when it is the first time."""
    CounterDay.objects.bulk_create([CounterDay(hall=hall, day=day)], ignore_conflicts=True)
    return CounterDay.objects.select_for_update(no_key=True).get(hall=hall, day=day)


def open_spans(hall: Hall, day: dt.date, calendar: WorkCalendar) -> list[Span]:
    """When the hall is open on a day; nothing where the working calendar does not know the year."""
    spans, is_certain = spans_on(hall.hours, hall.special_days, day, calendar)
    return spans if is_certain else []


def require_giving(hall: Hall, row: CounterDay, now: dt.datetime) -> None:
    """Raise :class:`HallNotGiving` unless tickets are given at ``now`` (local time) of the locked day."""
    if row.closed_at:
        raise errors.HallNotGiving(why=row.close_reason)
    if not rules.is_giving(open_spans(hall, row.day, for_region(hall.region.code)), now):
        raise errors.HallNotGiving(why=_("不在开放时间"))


def local_now() -> dt.datetime:
    """Now, in local time."""
    return timezone.localtime()
