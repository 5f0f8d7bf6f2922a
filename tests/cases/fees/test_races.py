"""Money and clicks at the same moment: one payment, one order, one refund; the rest is told."""

import pytest

from cases.actions import submission
from cases.fees import payment_actions, refund_actions
from cases.fees.models import FeeNotice, Payment, PaymentOrder, Refund
from identity.actor import SYSTEM
from tests.factories.cast import build_cast
from tests.factories.payments import a_message, a_platform, an_order, an_owing_case, paid
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_messages_of_one_payment_make_one_payment():
    cast = build_cast()
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        results = at_once(*[lambda: paid(order).pk for _ in range(10)])
    assert len(set(results)) == 1
    assert Payment.objects.count() == 1


def test_the_same_message_ten_times_is_taken_once():
    cast = build_cast()
    case, fee = an_owing_case(cast)
    with a_platform():
        message = a_message(an_order(cast, case, fee).number)
        results = at_once(*[lambda: payment_actions.take_callback(SYSTEM, **message).pk for _ in range(10)])
    assert results.count("payment.replayed") == 9
    assert Payment.objects.count() == 1


def test_two_presses_make_one_order():
    cast = build_cast()
    case, fee = an_owing_case(cast)
    with a_platform():
        at_once(*[lambda: payment_actions.open_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)] * 4)
    assert PaymentOrder.objects.count() == 1


def test_paid_against_cancelled_is_either_paid_or_to_be_paid_back():
    cast = build_cast()
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        results = at_once(
            lambda: paid(order), lambda: payment_actions.cancel_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
        )
    fee.refresh_from_db()
    order.refresh_from_db()
    payment = Payment.objects.get()
    if results[1] == "payment.order_not_open":
        assert (payment.is_surplus, fee.state, order.state) == (False, "paid", "paid")
    else:
        assert (payment.is_surplus, fee.state, order.state) == (True, "unpaid", "cancelled")


def test_paid_against_withdrawn_never_loses_the_money():
    cast = build_cast()
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        at_once(lambda: paid(order), lambda: submission.withdraw(cast.citizen, case_id=case.pk))
    fee.refresh_from_db()
    payment = Payment.objects.get()
    assert (payment.is_surplus, fee.state) in {(False, FeeNotice.State.PAID), (True, FeeNotice.State.CANCELLED)}


def test_paid_online_and_at_the_counter_counts_once():
    cast = build_cast()
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        at_once(
            lambda: paid(order),
            lambda: payment_actions.record_at_counter(cast.clerk, case_id=case.pk, fee_id=fee.pk, receipt="AB123456"),
        )
    assert Payment.objects.filter(is_surplus=False).count() == 1
    assert Payment.objects.filter(way="online").count() == 1


def test_two_proposals_and_two_decisions_are_one_refund():
    cast = build_cast()
    case, fee = an_owing_case(cast)
    with a_platform():
        payment = paid(an_order(cast, case, fee))
        proposals = at_once(
            *[lambda: refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="多交了一次")] * 3
        )
        refund = Refund.objects.get()
        decisions = at_once(
            lambda: refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=True),
            lambda: refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=False),
        )
    assert proposals.count("refund.exists") == 2
    assert decisions.count("refund.not_open") == 1
