"""When a notice was delivered; pure over a notice that was loaded with its service."""

import datetime as dt

from django.utils import timezone

from cases.models import Notice
from cases.serving.models import NoticeService


def service_of(notice: Notice) -> NoticeService | None:
    """The delivery of a notice loaded with ``service``, if there is one."""
    return getattr(notice, "service", None)


def delivered_on(notice: Notice) -> tuple[dt.date, str] | None:
    """When and how a notice was delivered, whichever way came first; None while it is not."""
    row = service_of(notice)
    ways = []
    if notice.read_at:
        ways.append((timezone.localtime(notice.read_at).date(), NoticeService.Way.ELECTRONIC.label))
    if row and row.delivered_on:
        ways.append((row.delivered_on, row.get_way_display()))
    return min(ways, key=lambda one: one[0], default=None)
