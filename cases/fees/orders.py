"""Locks and small changes that several acts on fees share. Order of locks: case, fee, order, payment, refund."""

from uuid import UUID

from cases.fees.errors import FeeNotFound
from cases.fees.models import FeeNotice, PaymentOrder
from cases.models import Case
from common.jobs import after_commit


def lock_fee(case_id: UUID, fee_id: UUID) -> FeeNotice:
    """Lock a fee of a case that the caller has locked. Raises :class:`FeeNotFound`."""
    fee = FeeNotice.objects.select_for_update(no_key=True).filter(pk=fee_id, case_id=case_id).first()
    if fee is None:
        raise FeeNotFound
    return fee


def lock_case(case_id: UUID) -> Case:
    """Lock a case for what the system or the platform does with its fees."""
    cases = Case.objects.select_for_update(of=("self",), no_key=True).select_related("department", "item_version")
    return cases.get(pk=case_id)


def close_open_orders(fee: FeeNotice) -> None:
    """Cancel the open order of a locked fee, and have the platform told after the commit."""
    for order in PaymentOrder.objects.select_for_update(no_key=True).filter(fee=fee, state=PaymentOrder.State.OPEN):
        order.state = PaymentOrder.State.CANCELLED
        order.save(update_fields=["state", "updated_at"])
        after_commit("cases.tasks.cancel_payment_order", number=order.number)
