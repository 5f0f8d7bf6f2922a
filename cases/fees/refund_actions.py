"""Paying back: one person proposes, another approves, the platform is asked until it has done it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import events as codes
from cases.actions import moves
from cases.fees import gateway
from cases.fees.errors import (
    FeeNotFound,
    GatewayMissing,
    RefundExists,
    RefundNotOpen,
    RefundOwn,
    RefundReasonMissing,
)
from cases.fees.models import FeeNotice, Payment, PaymentOrder, Refund
from cases.fees.orders import lock_case, lock_fee
from cases.models import Case
from common import events
from common.errors import Forbidden
from common.ids import uuid7
from common.jobs import after_commit
from identity.actor import Actor
from identity.permissions import Permission

SHORTEST, LONGEST = 5, 300


@transaction.atomic
def propose_refund(actor: Actor, *, payment_id: UUID, reason: str) -> Refund:
    """Propose that a payment goes back, whole: the counter or a decider of the department.

    Raises :class:`FeeNotFound`, :class:`Forbidden`, :class:`RefundReasonMissing` or :class:`RefundExists`.
    """
    payment = Payment.objects.filter(pk=payment_id).select_related("fee").first()
    if payment is None or not actor.is_staff:
        raise FeeNotFound
    case = moves.lock(actor, payment.fee.case_id)
    if not any(actor.may(right, case.department_id) for right in (Permission.COUNTER, Permission.DECIDE)):
        raise Forbidden
    said = " ".join(reason.split())
    if not SHORTEST <= len(said) <= LONGEST or "\x00" in said:
        raise RefundReasonMissing(fields={"reason": RefundReasonMissing.message})
    lock_fee(case.pk, payment.fee_id)
    if payment.refunds.exclude(state=Refund.State.REJECTED).exists():
        raise RefundExists
    refund = Refund.objects.create(
        payment=payment,
        number=f"R{timezone.localdate():%Y%m%d}{uuid7().hex[-20:]}",
        reason=said,
        proposed_by_id=actor.known_account_id,
    )
    _record(codes.REFUND_PROPOSED, actor, case, refund)
    return refund


@transaction.atomic
def decide_refund(actor: Actor, *, refund_id: UUID, approved: bool) -> Refund:
    """Approve a refund or not: a decider of the department, and not the one who proposed it.

    What was paid at the counter is paid back there, and done with the approval. Raises :class:`FeeNotFound`,
    :class:`Forbidden`, :class:`RefundOwn` or :class:`RefundNotOpen`.
    """
    found = Refund.objects.filter(pk=refund_id).select_related("payment__fee").first()
    if found is None or not actor.is_staff:
        raise FeeNotFound
    case = moves.lock(actor, found.payment.fee.case_id)
    actor.require(Permission.DECIDE, case.department_id)
    fee = lock_fee(case.pk, found.payment.fee_id)
    refund = Refund.objects.select_for_update(no_key=True).select_related("payment").get(pk=refund_id)
    if refund.state != Refund.State.PROPOSED:
        raise RefundNotOpen
    if refund.proposed_by_id == actor.known_account_id:
        raise RefundOwn
    refund.state = Refund.State.APPROVED if approved else Refund.State.REJECTED
    refund.decided_by_id, refund.decided_at = actor.known_account_id, timezone.now()
    refund.save()
    _record(codes.REFUND_DECIDED, actor, case, refund)
    if approved and refund.payment.way == Payment.Way.COUNTER:
        _done(actor, case, fee, refund)
    elif approved:
        after_commit("cases.tasks.send_refund", refund_id=str(refund.pk))
    return refund


def send_refund(actor: Actor, *, refund_id: UUID) -> None:
    """Have the platform pay an approved refund back; safe to run twice, its number makes it one refund there.

    Raises :class:`GatewayMissing` or :class:`GatewayAway`: the task tries again.
    """
    refund = Refund.objects.select_related("payment__order", "payment__fee").get(pk=refund_id)
    if refund.state != Refund.State.APPROVED or refund.payment.order is None:
        return
    platform = gateway.chosen()
    if platform is None:
        raise GatewayMissing
    payment = refund.payment
    platform.refund(
        refund=refund.number, order=refund.payment.order.number, transaction=payment.transaction, amount=payment.amount
    )
    with transaction.atomic():
        case = lock_case(payment.fee.case_id)
        fee = lock_fee(case.pk, payment.fee_id)
        refund = Refund.objects.select_for_update(no_key=True).select_related("payment").get(pk=refund_id)
        if refund.state == Refund.State.APPROVED:
            _done(actor, case, fee, refund)


def _done(actor: Actor, case: Case, fee: FeeNotice, refund: Refund) -> None:
    refund.state, refund.done_at = Refund.State.DONE, timezone.now()
    refund.save()
    if not refund.payment.is_surplus:
        fee.state = FeeNotice.State.REFUNDED
        fee.save(update_fields=["state", "updated_at"])
        PaymentOrder.objects.filter(payments=refund.payment).update(state=PaymentOrder.State.REFUNDED)
    _record(codes.REFUND_DONE, actor, case, refund)


def _record(event: events.Event, actor: Actor, case: Case, refund: Refund) -> None:
    detail = {"refund": refund.number, "amount": str(refund.payment.amount), "state": str(refund.state)}
    events.record(event, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, **detail)
