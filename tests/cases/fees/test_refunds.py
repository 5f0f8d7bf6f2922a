"""Two persons pay back; a day's statement is compared with what is recorded."""

import datetime as dt
from decimal import Decimal

import pytest

from cases.fees import errors, payment_actions, queries, reconciliation, refund_actions
from cases.fees.gateway import StatementLine
from cases.fees.models import FeeNotice, Payment, PaymentOrder, Refund
from common.errors import Forbidden
from identity.actor import SYSTEM
from identity.models import PostHolding
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_post
from tests.factories.payments import a_platform, an_order, an_owing_case, paid

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 22)


def a_paid_case(cast):
    case, fee = an_owing_case(cast)
    order = an_order(cast, case, fee)
    return case, fee, order, paid(order)


def test_one_proposes_another_approves_and_the_platform_is_asked_once(cast):
    with a_platform() as platform:
        _case, fee, order, payment = a_paid_case(cast)
        platform.orders[order.number].transaction = payment.transaction
        refund = refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="申请人多交了一次")
        with pytest.raises(Forbidden):
            refund_actions.decide_refund(cast.clerk, refund_id=refund.pk, approved=True)
        refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=True)
        refund_actions.send_refund(SYSTEM, refund_id=refund.pk)
        refund_actions.send_refund(SYSTEM, refund_id=refund.pk)
        assert list(platform.orders[order.number].refunds) == [refund.number]
    for row in (fee, order, refund):
        row.refresh_from_db()
    assert (fee.state, order.state, refund.state) == (
        FeeNotice.State.REFUNDED,
        PaymentOrder.State.REFUNDED,
        Refund.State.DONE,
    )


def test_nobody_approves_their_own(cast):
    with a_platform():
        *_rest, payment = a_paid_case(cast)
    refund = refund_actions.propose_refund(cast.decider, payment_id=payment.pk, reason="申请人多交了一次")
    with pytest.raises(errors.RefundOwn):
        refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=True)
    refund.refresh_from_db()
    assert (refund.state, refund.decided_by) == (Refund.State.PROPOSED, None)


def test_a_rejected_refund_may_be_proposed_again_a_live_one_not(cast):
    with a_platform():
        *_rest, payment = a_paid_case(cast)
    first = refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="申请人多交了一次")
    with pytest.raises(errors.RefundExists):
        refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="申请人多交了一次")
    refund_actions.decide_refund(cast.decider, refund_id=first.pk, approved=False)
    with pytest.raises(errors.RefundNotOpen):
        refund_actions.decide_refund(cast.decider, refund_id=first.pk, approved=True)
    refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="核对以后确实多交")
    assert Refund.objects.count() == 2


def test_others_do_not_refund(cast):
    with a_platform():
        *_rest, payment = a_paid_case(cast)
    for actor, kind in (
        (cast.outsider, errors.DomainError),
        (cast.citizen, errors.FeeNotFound),
        (cast.food, Forbidden),
    ):
        with pytest.raises(kind):
            refund_actions.propose_refund(actor, payment_id=payment.pk, reason="申请人多交了一次")
    with pytest.raises(errors.RefundReasonMissing):
        refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="退")
    assert not Refund.objects.exists()


def test_a_platform_that_is_away_is_asked_again(cast):
    with a_platform():
        *_rest, payment = a_paid_case(cast)
        refund = refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="申请人多交了一次")
        refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=True)
        with pytest.raises(errors.GatewayAway):  # it knows another transaction
            refund_actions.send_refund(SYSTEM, refund_id=refund.pk)
    refund.refresh_from_db()
    assert refund.state == Refund.State.APPROVED


def test_what_was_paid_at_the_counter_goes_back_there(cast):
    case, fee = an_owing_case(cast)
    payment = payment_actions.record_at_counter(cast.clerk, case_id=case.pk, fee_id=fee.pk, receipt="AB123456")
    refund = refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="申请人多交了一次")
    assert refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=True).state == Refund.State.DONE


def test_a_late_payment_can_be_paid_back_and_the_fee_stays_as_it_is(cast):
    case, fee = an_owing_case(cast)
    with a_platform() as platform:
        order = an_order(cast, case, fee)
        payment_actions.cancel_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
        payment = paid(order)
        platform.orders[order.number].transaction = payment.transaction
        refund = refund_actions.propose_refund(cast.clerk, payment_id=payment.pk, reason="取消以后才到账")
        assert queries.surplus_for(cast.clerk).count() == 0
        refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=True)
        refund_actions.send_refund(SYSTEM, refund_id=refund.pk)
    fee.refresh_from_db()
    assert fee.state == FeeNotice.State.UNPAID


def test_a_day_is_compared_line_by_line():
    ours = [StatementLine("pay", "A", "T1", Decimal("1.00")), StatementLine("pay", "B", "T2", Decimal("2.00"))]
    ours.append(StatementLine("refund", "A", "R1", Decimal("1.00")))
    theirs = [
        ours[0],
        StatementLine("pay", "B", "T2", Decimal("2.01")),
        StatementLine("pay", "C", "T3", Decimal("3.00")),
    ]
    matched, found = reconciliation.compare(ours, [*theirs, ours[0]])
    assert matched == [ours[0]]
    assert [(one.kind, one.transaction) for one in found] == [
        ("different", "T2"),
        ("extra", "T3"),
        ("extra", "T1"),
        ("missing", "R1"),
    ]


def test_a_report_is_stored_for_the_day_and_says_whose_order_it_was(cast):
    with a_platform() as platform:
        case, _fee, order, payment = a_paid_case(cast)
        there = platform.orders[order.number]
        there.paid_at, there.transaction = payment.paid_at.isoformat(), payment.transaction
        row = reconciliation.reconcile(DAY)
        assert (row.matched, row.total, row.differences) == (1, Decimal("120.00"), [])
        there.paid_at = ""
        again = reconciliation.reconcile(DAY)
    assert again.pk == row.pk
    assert [(one["kind"], one["department"]) for one in again.differences] == [("missing", str(case.department_id))]
    assert Payment.objects.count() == 1


def test_who_decides_in_two_posts_is_still_one_person(cast):
    """The check is by account, whatever post they act in."""
    post = a_post(cast.scjg, "副职")
    colleague = a_member_of_staff("1031", post, PostHolding.Role.DECIDER)
    with a_platform():
        *_rest, payment = a_paid_case(cast)
    refund = refund_actions.propose_refund(colleague, payment_id=payment.pk, reason="申请人多交了一次")
    assert refund_actions.decide_refund(cast.decider, refund_id=refund.pk, approved=True).state == Refund.State.APPROVED
