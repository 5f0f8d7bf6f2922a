"""A question whose last day has passed goes to the superior of who was asked, once."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.models import Case, OpinionAsked
from cases.opinions import rules
from cases.opinions.asking import record
from cases.routes.escalation import superior_of
from common.jobs import for_each
from identity.actor import SYSTEM

_State = OpinionAsked.State


def escalate_late(*, today: dt.date, limit: int = 2000) -> int:
    """Bring questions whose last day has passed before the superiors of who was asked; returns how many."""
    rows = OpinionAsked.objects.filter(state=_State.WAITING, escalated_at__isnull=True, due_on__lt=today)
    told = 0
    while found := list(rows.order_by("due_on", "pk").values_list("pk", flat=True)[:limit]):
        done = for_each(found, lambda pk: _escalate(pk, today))
        told += done
        if not done:
            return told
    return told


def fill_missing(*, limit: int = 500) -> int:
    """Give questions their last day once the calendar of the year has been loaded; returns how many got one."""
    rows = OpinionAsked.objects.filter(state=_State.WAITING, due_on__isnull=True).order_by("?")
    return for_each(list(rows.values_list("pk", flat=True)[:limit]), _date)


@transaction.atomic
def _date(asked_id: UUID) -> bool:
    asked = _locked(asked_id)
    if asked.state != _State.WAITING or asked.due_on is not None:
        return False
    asked_on = timezone.localdate(asked.request.created_at)
    asked.due_on = rules.due_day(asked.request.case, asked_on, asked.request.days)
    asked.save(update_fields=["due_on", "updated_at"])
    return asked.due_on is not None


def _locked(asked_id: UUID) -> OpinionAsked:
    """The question with its case, the case locked first as everywhere."""
    case_id = OpinionAsked.objects.values_list("request__case_id", flat=True).get(pk=asked_id)
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    asked = OpinionAsked.objects.select_for_update(of=("self",)).select_related("request").get(pk=asked_id)
    asked.request.case = case
    return asked


@transaction.atomic
def _escalate(asked_id: UUID, today: dt.date) -> bool:
    asked = _locked(asked_id)
    if asked.state != _State.WAITING or asked.escalated_at or asked.due_on is None or asked.due_on >= today:
        return False
    asked.escalated_at, asked.escalated_to = timezone.now(), superior_of(asked)
    asked.save(update_fields=["escalated_at", "escalated_to", "updated_at"])
    record(SYSTEM, asked, "escalated")
    return True
