"""What a case owes begins and ends with the case's own moves, in their transaction."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cases import events as codes
from cases import notices
from cases.fees import calculation
from cases.fees.models import FeeNotice
from cases.fees.orders import close_open_orders
from cases.models import Case, Notice
from common import events
from common.formatting import legal_date
from common.written import Given, written
from identity.actor import Actor
from services.charging import Moment
from services.models import FeeItem


def raise_fees(actor: Actor, *, case: Case, moments: Sequence[Moment]) -> None:
    """Count what a locked case owes at these moments, freeze it and issue its notice; once for each moment.

    An item without charging rules leaves nothing behind. Raises :class:`QuantityMissing`.
    """
    if not _charged(case.item_version_id):
        return
    known = set(FeeNotice.objects.filter(case=case).values_list("moment", flat=True))
    for moment in moments:
        if moment not in known:
            _raise(actor, case, moment)


@written
def _charged(version_id: Given) -> QuerySet[FeeItem, Any]:
    return (
        FeeItem.objects.filter(version_id=version_id).exclude(charging="").order_by().values_list("pk", flat=True)[:1]
    )


def _raise(actor: Actor, case: Case, moment: Moment) -> None:
    today = timezone.localdate()
    lines = calculation.lines_of(case, moment, today=today)
    if not lines:
        return
    total = calculation.total_of(lines)
    due_on = today + dt.timedelta(days=settings.FEE_DUE_DAYS)
    notice = None
    if total:
        printed = [
            *map(calculation.words_of, lines),
            f"合计：{total} 元，请最迟在{legal_date(due_on)}缴纳",
        ]
        notice = notices.issue(actor, case, Notice.Kind.FEE, items=printed)
    state = FeeNotice.State.UNPAID if total else FeeNotice.State.WAIVED
    fee = FeeNotice.objects.create(
        case=case, moment=moment, notice=notice, lines=lines, total=total, state=state, due_on=due_on
    )
    events.record(
        codes.FEE_RAISED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        fee=str(fee.pk),
        total=str(total),
        reductions=[line["reduction"] for line in lines if line["reduction"]],
    )


def cancel_fees(actor: Actor, *, case: Case) -> None:
    """Nothing is owed any more by a locked case that ends; money that arrives later goes back."""
    fees = FeeNotice.objects.select_for_update(no_key=True).filter(case=case, state=FeeNotice.State.UNPAID)
    for fee in fees:
        fee.state = FeeNotice.State.CANCELLED
        fee.save(update_fields=["state", "updated_at"])
        close_open_orders(fee)
        events.record(
            codes.FEE_CANCELLED, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, fee=str(fee.pk)
        )
