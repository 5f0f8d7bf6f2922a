"""A hearing and an expert review of a case, step by step."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cases.models import Case, Hearing, Notice
from cases.proceedings import hearing_actions, queries
from cases.proceedings.hearing_actions import Plan
from cases.proceedings.record_actions import Record, note_signature, record_hearing
from tests.factories.cast import Cast

PEOPLE = [("recorder", "陈记录"), ("reviewer", "刘审查"), ("applicant", "李清荷")]


def tell(cast: Cast, case: Case, *, is_read: bool = True) -> Hearing:
    """The applicant is told of the right, and has read it."""
    hearing_actions.tell_hearing_right(cast.food, case_id=case.pk, reason="油烟影响整栋楼的邻居", parties="三楼住户")
    hearing = Hearing.objects.order_by("-id")[0]
    if is_read:
        Notice.objects.filter(pk=hearing.right_notice_id).update(read_at=timezone.now())
    return hearing


def plan(case: Case, **more: Any) -> Plan:
    """The earliest day there is, at nine."""
    day = queries.earliest_day(case, timezone.localdate())
    assert day is not None
    starts = timezone.make_aware(dt.datetime.combine(day, dt.time(9)))
    return Plan(**{"starts_at": starts, "place": "政务大厅三楼", "chair": "赵主持", "days_needed": 15, **more})


def schedule(cast: Cast, case: Case, **more: Any) -> Hearing:
    """Put the hearing on its earliest day."""
    hearing_actions.schedule_hearing(cast.food, case_id=case.pk, plan=plan(case, **more))
    return Hearing.objects.order_by("-id")[0]


def hold(cast: Cast, case: Case, *, is_signed: bool = True) -> Hearing:
    """The day has come; the record is written, and signed by everybody."""
    hearing = Hearing.objects.order_by("-id")[0]
    Hearing.objects.filter(pk=hearing.pk).update(starts_at=timezone.now() - dt.timedelta(hours=2))
    record_hearing(cast.food, case_id=case.pk, record=Record("申请人：愿意加装净化设备。", PEOPLE))
    for row in hearing.participants.all() if is_signed else ():
        note_signature(cast.food, case_id=case.pk, participant_id=row.pk, has_signed=True)
    return hearing
