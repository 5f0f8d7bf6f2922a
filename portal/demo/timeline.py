"""Let the demonstration city have a past: the real actions run, only their clock stands at an earlier moment."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone

_OPENING_HOUR = 9


@contextmanager
def on(day: dt.date, *, order: int = 0) -> Iterator[None]:
    """Run the block at ``order`` × 10 minutes after nine on ``day``, for this process only.

    For loading demonstration data, never beside requests; RuntimeError outside a demonstration.
    """
    if not settings.DEMO:
        raise RuntimeError("only a demonstration has an invented past")
    opening = dt.datetime.combine(day, dt.time(_OPENING_HOUR), tzinfo=timezone.get_default_timezone())
    moment = (opening + dt.timedelta(minutes=10 * order)).astimezone(dt.UTC)
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def weekdays_ago(count: int) -> dt.date:
    """Return the day ``count`` weekdays (Monday to Friday) before today. Holidays do not matter for a made-up story."""
    day = timezone.localdate()
    while count > 0:
        day -= dt.timedelta(days=1)
        count -= day.weekday() < 5
    return day


def days_ago(count: int) -> dt.date:
    """Return the day ``count`` days before today."""
    return timezone.localdate() - dt.timedelta(days=count)


def months_ago(count: int) -> dt.date:
    """Return the day about ``count`` months (of 30 days) before today."""
    return timezone.localdate() - dt.timedelta(days=30 * count)
