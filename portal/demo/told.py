"""What people of the demonstration city were told of their cases, and two notices that nobody opened."""

import datetime as dt

from django.db.models import F
from django.utils import timezone

from cases.models import Notice
from cases.serving import actions
from cases.serving.models import NoticeService
from cases.serving.queries import unread
from cases.states import State
from identity.messaging import announcing
from identity.models import Announcement, Notification, OutboxMessage
from identity.permissions import Permission
from portal.demo import staff, timeline

_UNREAD_DAYS = 3
_UNOPENED = 2
_LATE_WEEKDAYS = 13  # ten working days and a holiday between
_DECISIONS = (Notice.Kind.APPROVAL, Notice.Kind.REFUSAL)


def load() -> int:
    """Spread what the stories announced on the days they happened; returns how many messages there are."""
    waiting = Announcement.objects.filter(spread_at__isnull=True).order_by("created_at", "id")
    told = 0
    for order, (pk, at) in enumerate(waiting.values_list("pk", "created_at")):
        with timeline.on(timezone.localtime(at).date(), order=order % 40):
            told += announcing.spread(announcement_id=pk)
    old = Notification.objects.filter(created_at__lt=timezone.now() - dt.timedelta(days=_UNREAD_DAYS))
    old.update(read_at=timezone.now())
    _hand_over_what_is_past()
    if told and not NoticeService.objects.exists():
        _leave_unopened()
    return told


def _hand_over_what_is_past() -> None:
    """Messages of earlier days went out on their day; the worker would give them up as too late for anybody."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    past = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING, created_at__lt=today)
    past.update(state=OutboxMessage.State.HANDED, handed_at=F("created_at"))


def _leave_unopened() -> None:
    """Most notices were opened; the counter is asked for two old decisions, and one of them is a public notice."""
    today = timezone.localdate()
    late = timeline.weekdays_ago(_LATE_WEEKDAYS)
    old = Notice.objects.filter(pk__in=[pk for pk, issued in unread(today) if issued < late])
    by_weight = sorted(old, key=lambda notice: (notice.kind in _DECISIONS, notice.issued_on, notice.pk))
    kept = [notice.pk for notice in by_weight[-_UNOPENED:]]
    opened = Notice.objects.exclude(pk__in=kept).exclude(case__state=State.CORRECTING)
    opened.filter(read_at__isnull=True, service__isnull=True, issued_on__lt=today).update(read_at=timezone.now())
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
