"""What people of the demonstration city were told of their cases, and two notices that nobody opened."""

import datetime as dt

from django.utils import timezone

from cases.models import Notice
from cases.serving import actions
from cases.serving.models import NoticeService
from cases.serving.queries import unread
from identity.messaging import announcing
from identity.models import Announcement, Notification
from identity.permissions import Permission
from portal.demo import staff, timeline

_UNREAD_DAYS = 3
_UNOPENED = 2


def load() -> int:
    """Spread what the stories announced on the days they happened; returns how many messages there are."""
    waiting = Announcement.objects.filter(spread_at__isnull=True).order_by("created_at", "id")
    told = 0
    for order, (pk, at) in enumerate(waiting.values_list("pk", "created_at")):
        with timeline.on(timezone.localtime(at).date(), order=order % 40):
            told += announcing.spread(announcement_id=pk)
    old = Notification.objects.filter(created_at__lt=timezone.now() - dt.timedelta(days=_UNREAD_DAYS))
    old.update(read_at=timezone.now())
    if told and not NoticeService.objects.exists():
        _leave_unopened()
    return told


def _leave_unopened() -> None:
    """Most notices were opened; the counter is asked for the rest, and one of them is a public notice."""
    today = timezone.localdate()
    kept = [pk for pk, _issued in unread(today)][-_UNOPENED:]
    Notice.objects.exclude(pk__in=kept).filter(read_at__isnull=True, service__isnull=True, issued_on__lt=today).update(
        read_at=timezone.now()
    )
    actions.remind_or_ask(today=today)
    clerk = staff.counter_clerk()
    last = (
        NoticeService.objects.filter(
            state=NoticeService.State.TO_DO, department_id__in=clerk.departments(Permission.COUNTER)
        )
        .order_by("-id")
        .first()
    )
    if last:
        actions.publish(clerk, notice_id=last.notice_id, reason="电话三次无人接听，邮件以“查无此人”退回")
