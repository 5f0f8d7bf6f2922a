"""A hearing that was asked for is to be held within twenty days (行政许可法第四十七条第一款): before that is too late
to keep, the superior of the open stage is told, as of a stage that runs late."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import moves
from cases.models import Branch, Hearing
from cases.proceedings import queries, rules
from cases.routes.escalation import bring_up
from cases.states import State
from common.jobs import for_each
from common.workdays import for_region
from identity.actor import SYSTEM

_State = Hearing.State
_FIRST = dt.timedelta(days=10)  # no request is urgent before: eight working days, and a weekend


def escalate_due(*, today: dt.date) -> int:
    """Tell superiors of hearings that have no day, while a notice in time can still go out; returns how many."""
    rows = Hearing.objects.filter(state=_State.ASKED, asked_on__lte=today - _FIRST, case__state=State.IN_REVIEW)
    stages = Branch.objects.filter(state=Branch.State.OPEN, escalated_at__isnull=True)
    rows = rows.filter(case__in=stages.order_by().values("case"))
    return for_each(list(rows.order_by("asked_on").values_list("case_id", flat=True)), lambda pk: _escalate(pk, today))


def is_urgent(hold_until: dt.date | None, today: dt.date, *, region: str) -> bool:
    """Whether the notice must go out within three working days, for the hearing to be held in time."""
    calendar = for_region(region)
    last = rules.day_or_none(today, rules.NOTICE_DAYS + 1 + _MARGIN, calendar)
    return hold_until is not None and last is not None and last >= hold_until


_MARGIN = 3


@transaction.atomic
def _escalate(case_id: UUID, today: dt.date) -> bool:
    case = moves.lock(SYSTEM, case_id)
    standing = queries.hearing_of(case)
    if case.state != State.IN_REVIEW or standing is None or standing.hearing.state != _State.ASKED:
        return False
    if not is_urgent(standing.hold_until, today, region=case.department.region.code):
        return False
    rows = Branch.objects.filter(case=case, state=Branch.State.OPEN, escalated_at__isnull=True)
    branches = list(rows.filter(department_id=case.department_id).select_related("stage", "department"))
    for branch in branches:
        why = _("申请人要求听证，最晚%(day)s举行，还没有安排") % {"day": f"{standing.hold_until:%Y-%m-%d}"}
        bring_up(case, branch, why)
    return bool(branches)
