"""容缺: a word to the applicant before the last day, once; in the morning, when phones may ring."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases import events as codes
from cases import messages
from cases.actions import moves
from cases.models import Undertaking
from common import events
from common.jobs import for_each
from common.workdays import UnknownYear, for_region
from identity.actor import SYSTEM

_LONGEST_HOLIDAY = 12  # days between two working days
_MOST = 5000


def remind_of_deferred(*, today: dt.date) -> int:
    """Remind of materials due in ``DEFER_REMINDER_DAYS`` working days or fewer; returns how many, each once."""
    soon = Undertaking.objects.filter(
        state=Undertaking.State.OPEN,
        kind=Undertaking.Kind.DEFERRED,
        due_on__gte=today,
        due_on__lte=today + dt.timedelta(days=settings.DEFER_REMINDER_DAYS + _LONGEST_HOLIDAY),
        reminded_at__isnull=True,
    )
    rows = soon.order_by("due_on").values_list("pk", "due_on", "department__region__code")[:_MOST]
    return for_each([key for key, day, region in rows if day and _is_near(today, day, region)], _remind)


def _is_near(today: dt.date, day: dt.date, region: str) -> bool:
    try:
        return for_region(region).count(today, day) <= settings.DEFER_REMINDER_DAYS
    except UnknownYear:
        return False


@transaction.atomic
def _remind(key: UUID) -> bool:
    case = moves.lock(SYSTEM, Undertaking.objects.values_list("case_id", flat=True).get(pk=key))
    rows = Undertaking.objects.select_for_update(of=("self",), no_key=True).select_related("material__requirement")
    row = rows.get(pk=key)
    if row.state != row.State.OPEN or row.reminded_at or row.due_on is None:
        return False
    row.reminded_at = timezone.now()
    row.save(update_fields=["reminded_at", "updated_at"])
    day = row.due_on.isoformat()
    events.record(
        codes.UNDERTAKING_REMINDED,
        actor=SYSTEM,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        undertaking=str(row.pk),
        due_on=day,
    )
    messages.notify(case, messages.DEFERRED_WAITING, occasion=str(row.pk), material=row.material.name, day=day)
    return True
