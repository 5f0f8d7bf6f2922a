"""Daily reminders: a draft left lying, corrections not handed in. Each once; at nine, when phones may ring."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from cases import messages
from cases.models import Case, CaseEvent
from cases.states import Action, State
from common.jobs import for_each
from identity.models import Announcement

DRAFT_DAYS = 7
DRAFT_OLDEST = 90  # what lay longer is forgotten by its writer too
CORRECTION_DAYS = 10
_MOST = 5000


def remind_of_drafts(*, now: dt.datetime) -> int:
    """Remind once of drafts of one's own that nobody touched for a week; returns how many."""
    window = (now - dt.timedelta(days=DRAFT_OLDEST), now - dt.timedelta(days=DRAFT_DAYS))
    drafts = Case.objects.filter(state=State.DRAFT, updated_at__range=window, joint_item__isnull=True)
    fresh = _not_told(drafts.values_list("pk", flat=True).order_by("updated_at")[:_MOST], messages.DRAFT_WAITING.code)
    return for_each(fresh, _remind_of_draft)


@transaction.atomic
def _remind_of_draft(case_id: UUID) -> bool:
    case = Case.objects.select_related("item_version").filter(pk=case_id, state=State.DRAFT).first()
    if case is None:
        return False
    messages.notify(case, messages.DRAFT_WAITING)
    return True


def remind_of_corrections(*, now: dt.datetime) -> int:
    """Remind once of corrections that have not come for ten days; returns how many."""
    asking = [Action.ASK_CORRECTION, Action.ASK_CORRECTION_AGAIN]
    events = CaseEvent.objects.filter(case=OuterRef("pk"), action__in=asking)
    asked = events.order_by("-created_at").values("created_at")[:1]
    waiting = Case.objects.filter(state=State.CORRECTING).annotate(asked_at=Subquery(asked))
    late = waiting.filter(asked_at__lt=now - dt.timedelta(days=CORRECTION_DAYS)).order_by("asked_at")
    fresh = _not_told(late.values_list("pk", flat=True)[:_MOST], messages.CORRECTION_WAITING.code)
    return for_each(fresh, _remind_of_correction)


@transaction.atomic
def _remind_of_correction(case_id: UUID) -> bool:
    case = Case.objects.select_related("item_version").filter(pk=case_id, state=State.CORRECTING).first()
    if case is None:
        return False
    messages.notify(case, messages.CORRECTION_WAITING)
    return True


def _not_told(case_ids: Iterable[UUID], code: str) -> list[UUID]:
    wanted = list(case_ids)
    told = set(Announcement.objects.filter(key__in=[f"{code}:{pk}:" for pk in wanted]).values_list("about", flat=True))
    return [pk for pk in wanted if pk not in told]
