"""Who has not paid is reminded, at most four times, a week apart; the case is kept whatever they do."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from cases import messages
from cases.fees.models import FeeNotice
from common.jobs import for_each

AHEAD = dt.timedelta(days=3)  # before the last day
APART = dt.timedelta(days=7)
MOST = 4


def remind(*, today: dt.date, limit: int = 500) -> int:
    """Send what is due today; returns how many reminders went out."""
    due = FeeNotice.objects.filter(state=FeeNotice.State.UNPAID, due_on__lte=today + AHEAD, reminders__lt=MOST)
    due = due.filter(Q(reminded_on__isnull=True) | Q(reminded_on__lte=today - APART)).order_by("due_on")

    def act(fee_id: UUID) -> bool:
        return _remind(fee_id, today)

    return for_each(list(due.values_list("pk", flat=True)[:limit]), act)


@transaction.atomic
def _remind(fee_id: UUID, today: dt.date) -> bool:
    fees = FeeNotice.objects.select_for_update(of=("self",), no_key=True)
    fee = fees.select_related("case__item_version").get(pk=fee_id)
    if fee.state != FeeNotice.State.UNPAID or (fee.reminded_on and fee.reminded_on > today - APART):
        return False
    fee.reminders, fee.reminded_on = fee.reminders + 1, today
    fee.save(update_fields=["reminders", "reminded_on", "updated_at"])
    messages.notify(fee.case, messages.FEE_WAITING, occasion=f"{fee.moment}-{fee.reminders}")
    return True
