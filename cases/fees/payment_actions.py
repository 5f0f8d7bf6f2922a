"""Paying: an order through the platform, its signed answer, and what is paid at the counter."""

import datetime as dt
import re
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases import events as codes
from cases import messages
from cases.actions import moves
from cases.fees import gateway
from cases.fees.errors import (
    AmountDiffers,
    CallbackReplayed,
    FeeNotFound,
    FeeNotOpen,
    GatewayMissing,
    OrderNotOpen,
    ReceiptNumberWrong,
)
from cases.fees.gateway import Paid
from cases.fees.models import FeeNotice, Payment, PaymentOrder, UsedNonce
from cases.fees.orders import close_open_orders, lock_case, lock_fee
from cases.models import Case
from cases.states import State
from common import events
from common.ids import uuid7
from common.jobs import after_commit
from common.numbering import document_number, next_number
from identity.actor import Actor
from identity.permissions import Permission

_RECEIPT = re.compile(r"[A-Za-z0-9-]{4,40}")
_Order = PaymentOrder.State
KEEP_NONCES = dt.timedelta(days=2)  # far longer than a signature counts


@transaction.atomic
def open_order(actor: Actor, *, case_id: UUID, fee_id: UUID) -> PaymentOrder:
    """The open order of an unpaid fee, made when there is none: however often one presses, there is one.

    Raises :class:`GatewayMissing`, :class:`FeeNotFound` or :class:`FeeNotOpen`.
    """
    if gateway.chosen() is None:
        raise GatewayMissing
    case = moves.lock(actor, case_id)
    fee = lock_fee(case.pk, fee_id)
    _require_unpaid(fee)
    order = PaymentOrder.objects.filter(fee=fee, state=_Order.OPEN).first()
    if order is None:
        number = f"{timezone.localdate():%Y%m%d}{uuid7().hex[-20:]}"
        order = PaymentOrder.objects.create(
            fee=fee, number=number, amount=fee.total, opened_by_id=actor.known_account_id
        )
        _record(codes.PAYMENT_OPENED, actor, case, order=number, amount=str(fee.total))
    return order


def tell_gateway(actor: Actor, *, order: PaymentOrder) -> PaymentOrder:
    """Have the platform know an order, outside of any transaction; the order then has the address to pay at.

    Raises :class:`GatewayMissing` or :class:`GatewayAway`: then the order stays open and is told another time.
    """
    if order.pay_url:
        return order
    platform = gateway.chosen()
    if platform is None:
        raise GatewayMissing
    case = Case.objects.select_related("item_version").get(fee_notices=order.fee_id)
    back = settings.PUBLIC_BASE_URL + reverse("my_fee", args=[case.pk, order.fee_id])
    subject = f"{case.item_version.name} {case.number}"
    order.pay_url = platform.open(order=order.number, amount=order.amount, subject=subject, return_url=back)
    PaymentOrder.objects.filter(pk=order.pk, pay_url="").update(pay_url=order.pay_url)
    return order


@transaction.atomic
def cancel_order(actor: Actor, *, case_id: UUID, fee_id: UUID) -> None:
    """Give up the open order of a fee, to begin anew or to pay at the counter. Raises :class:`OrderNotOpen`."""
    case = moves.lock(actor, case_id)
    fee = lock_fee(case.pk, fee_id)
    order = PaymentOrder.objects.filter(fee=fee).first()
    if order is None or order.state != _Order.OPEN:
        raise OrderNotOpen(state=order.get_state_display() if order else "")
    close_open_orders(fee)
    _record(codes.PAYMENT_CANCELLED, actor, case, order=order.number)


def check_order(actor: Actor, *, order: PaymentOrder) -> bool:
    """Ask the platform whether an order was paid and take its word; tells whether it was.

    Raises :class:`GatewayMissing`, :class:`GatewayAway` or :class:`AmountDiffers`.
    """
    platform = gateway.chosen()
    if platform is None:
        raise GatewayMissing
    paid = platform.query(order=order.number)
    if paid is None:
        return False
    with transaction.atomic():
        _settle(actor, paid)
    return True


def take_callback(actor: Actor, *, path: str, headers: Mapping[str, str], body: bytes) -> Payment:
    """Take a signed message of the platform. Sent anew with another nonce it changes nothing more.

    Raises :class:`CallbackUnsigned`, :class:`CallbackInvalid`, :class:`CallbackReplayed`, :class:`FeeNotFound` for an
    order nobody knows, or :class:`AmountDiffers`; then nothing is recorded.
    """
    platform = gateway.chosen()
    if platform is None:
        raise GatewayMissing
    paid, nonce = platform.read_callback(path=path, headers=headers, body=body)
    with transaction.atomic():
        _, is_first = UsedNonce.objects.get_or_create(nonce=nonce)  # a second one waits here for the first
        if not is_first:
            raise CallbackReplayed
        return _settle(actor, paid)


def forget_nonces(actor: Actor) -> int:
    """Forget nonces of messages that would be too old by now; returns how many."""
    return UsedNonce.objects.filter(created_at__lt=timezone.now() - KEEP_NONCES).delete()[0]


def _settle(actor: Actor, paid: Paid) -> Payment:
    case_id = PaymentOrder.objects.filter(number=paid.order).values_list("fee__case_id", flat=True).first()
    if case_id is None:
        raise FeeNotFound
    case = lock_case(case_id)
    fee_id = PaymentOrder.objects.values_list("fee_id", flat=True).get(number=paid.order)
    fee = lock_fee(case.pk, fee_id)
    order = PaymentOrder.objects.select_for_update(no_key=True).get(number=paid.order)
    earlier = Payment.objects.filter(transaction=paid.transaction).first()
    if paid.amount != order.amount or (earlier is not None and earlier.order_id != order.pk):
        raise AmountDiffers
    if earlier is not None:
        return earlier
    is_surplus = order.state != _Order.OPEN or fee.state != FeeNotice.State.UNPAID
    payment = Payment.objects.create(
        fee=fee,
        order=order,
        way=Payment.Way.ONLINE,
        transaction=paid.transaction,
        amount=paid.amount,
        paid_at=paid.paid_at,
        receipt_number=_receipt_number(case),
        is_surplus=is_surplus,
    )
    if not is_surplus:
        order.state = _Order.PAID
        order.save(update_fields=["state", "updated_at"])
        _count_as_paid(fee, case)
    _record(codes.PAID, actor, case, receipt=payment.receipt_number, amount=str(paid.amount), surplus=is_surplus)
    return payment


def _count_as_paid(fee: FeeNotice, case: Case) -> None:
    fee.state = FeeNotice.State.PAID
    fee.save(update_fields=["state", "updated_at"])
    messages.notify(case, messages.FEE_PAID, occasion=fee.moment)
    if case.state == State.DECIDED:
        after_commit("cases.tasks.finish_case", case_id=str(case.pk))


@transaction.atomic
def record_at_counter(actor: Actor, *, case_id: UUID, fee_id: UUID, receipt: str) -> Payment:
    """Write down that a fee was paid at the counter against an official receipt; an open order is given up.

    Raises :class:`Forbidden`, :class:`FeeNotOpen` or :class:`ReceiptNumberWrong`.
    """
    case = moves.lock(actor, case_id)
    actor.require(Permission.COUNTER, case.department_id)
    fee = lock_fee(case.pk, fee_id)
    _require_unpaid(fee)
    number = receipt.strip()
    mark = f"counter-{number}"
    if not _RECEIPT.fullmatch(number) or Payment.objects.filter(transaction=mark).exists():
        raise ReceiptNumberWrong(fields={"receipt": ReceiptNumberWrong.message})
    payment = Payment(fee=fee, way=Payment.Way.COUNTER, transaction=mark, amount=fee.total, paid_at=timezone.now())
    payment.receipt_number, payment.recorded_by_id = _receipt_number(case), actor.known_account_id
    if not Payment.objects.bulk_create([payment], ignore_conflicts=True) or not _is_stored(payment):
        raise ReceiptNumberWrong(fields={"receipt": ReceiptNumberWrong.message})
    close_open_orders(fee)
    _count_as_paid(fee, case)
    _record(codes.PAID, actor, case, receipt=payment.receipt_number, amount=str(fee.total), surplus=False)
    return payment


def _is_stored(payment: Payment) -> bool:
    """Whether this row went in; another clerk may have written the same receipt at this very moment."""
    return Payment.objects.filter(pk=payment.pk).exists()


def _require_unpaid(fee: FeeNotice) -> None:
    if fee.state != FeeNotice.State.UNPAID:
        raise FeeNotOpen(state=fee.get_state_display())


def _receipt_number(case: Case) -> str:
    year = timezone.localdate().year
    serial = next_number(f"receipt:{case.department_id}:{year}")
    return document_number(f"{case.department.short_name}据", year=year, serial=serial)


def _record(event: events.Event, actor: Actor, case: Case, **detail: object) -> None:
    events.record(event, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, **detail)
