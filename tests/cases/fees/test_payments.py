"""A case owes, is paid through the platform, and is handed over only then. Every refusal leaves all as it was."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.actions import decision, submission
from cases.fees import calculation, errors, payment_actions, queries, reminders
from cases.fees.models import FeeNotice, Payment, PaymentOrder, UsedNonce
from cases.models import Case, Notice
from cases.states import State
from cases.tasks import finish_case
from common.errors import DomainError, Forbidden
from identity.actor import SYSTEM
from identity.models import Announcement
from services.charging import Moment
from services.models import Situation
from tests.factories import moves
from tests.factories.payments import a_charge, a_message, a_platform, an_order, an_owing_case, paid

pytestmark = pytest.mark.django_db
REDUCED = "每件：50\n减免：小微企业，收 40%，情形：size=small，依据：财税〔2014〕122号"


def test_an_item_without_rules_leaves_nothing_behind(cast):
    a_charge(cast, "")
    case = moves.an_accepted_case(cast)
    assert queries.fees_of(case) == []
    assert not case.notices.filter(kind=Notice.Kind.FEE).exists()


def test_acceptance_freezes_what_is_owed_in_a_numbered_notice(cast):
    case, fee = an_owing_case(cast)
    assert (fee.total, fee.state) == (Decimal("120.00"), FeeNotice.State.UNPAID)
    assert fee.lines[0]["quantity"] == "80"
    assert fee.notice is not None
    assert fee.notice.number.startswith("市场监管局缴〔")
    points = fee.notice.content["lists"][0]["items"]
    assert "120.00 元" in points[0]
    assert "发改价格〔2020〕1 号" in points[0]
    cast.version.fees.update(charging="每件：1")
    assert queries.fees_of(case)[0].total == Decimal("120.00")


def test_a_reduction_rests_on_an_answer_and_its_basis_is_printed(cast):
    Situation.objects.create(
        version=cast.version, key="size", question="规模", options=[{"value": "small", "label": "小微企业"}]
    )
    a_charge(cast, REDUCED)
    draft = moves.a_ready_draft(cast)
    Case.objects.filter(pk=draft.pk).update(situation={"size": "small"})
    case = submission.submit(cast.citizen, case_id=draft.pk, declared=True)
    from cases.actions import intake

    intake.accept(cast.clerk, case_id=case.pk)
    fee = queries.fees_of(case)[0]
    assert (fee.total, fee.lines[0]["gross"]) == (Decimal("20.00"), "50.00")
    assert fee.notice is not None
    assert "财税〔2014〕122号" in fee.notice.content["lists"][0]["items"][0]


def test_a_reduction_rests_on_a_valid_certificate_of_the_applicant(cast):
    a_charge(cast, "每件：50\n减免：个体户，收 0%，证照：business-licence，依据：某号")
    case = moves.an_accepted_case(cast)
    fee = queries.fees_of(case)[0]
    assert (fee.state, fee.total, fee.notice) == (FeeNotice.State.WAIVED, 0, None)
    assert queries.is_settled(case.pk)


def test_what_rests_on_both_needs_both(cast):
    both = "每件：50\n减免：小个体户，收 0%，情形：size=small，证照：business-licence，依据：某号"
    a_charge(cast, both)
    case = moves.an_accepted_case(cast)  # the certificate is there, the answer is not
    assert queries.fees_of(case)[0].total == Decimal("50.00")
    Case.objects.filter(pk=case.pk).update(situation={"size": "small"})
    case.refresh_from_db()
    line = calculation.lines_of(case, Moment.ACCEPTANCE, today=timezone.localdate())[0]
    assert line["amount"] == "0.00"
    certificates = type(cast.licence).objects.filter(pk=cast.licence.pk)
    certificates.update(state="revoked")
    line = calculation.lines_of(case, Moment.ACCEPTANCE, today=timezone.localdate())[0]
    assert line["amount"] == "50.00"


def test_one_pays_and_the_signed_answer_counts(cast):
    case, fee = an_owing_case(cast)
    with a_platform() as platform:
        order = an_order(cast, case, fee)
        assert order.pay_url.startswith(platform.url)
        payment = paid(order)
    fee.refresh_from_db()
    order.refresh_from_db()
    assert (fee.state, order.state) == (FeeNotice.State.PAID, PaymentOrder.State.PAID)
    assert payment.receipt_number.startswith("市场监管局据〔")
    assert not payment.is_surplus


def test_pressed_twice_there_is_one_order(cast):
    case, fee = an_owing_case(cast)
    with a_platform():
        first = an_order(cast, case, fee)
        assert an_order(cast, case, fee).pk == first.pk


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "another-secret-0123456789-0123456789"}, "payment.signature"),
        ({"nonce": "short"}, "payment.signature"),
        ({"amount": "119.99"}, "payment.amount_differs"),
        ({"amount": "120"}, "payment.callback_invalid"),
        ({"amount": "1e2"}, "payment.callback_invalid"),
        ({"merchant": "SANDBOX-2"}, "payment.callback_invalid"),
        ({"status": "open"}, "payment.callback_invalid"),
        ({"transaction": "T 1"}, "payment.callback_invalid"),
        ({"paid_at": "yesterday"}, "payment.callback_invalid"),
        ({"paid_at": "2026-11-22T10:00:00"}, "payment.callback_invalid"),
    ],
)
def test_a_message_that_is_not_right_changes_nothing(cast, change, code):
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        with pytest.raises(DomainError) as refused:
            payment_actions.take_callback(SYSTEM, **a_message(order.number, **change))
    assert refused.value.code == code
    assert not Payment.objects.exists()
    assert not UsedNonce.objects.exists()
    fee.refresh_from_db()
    assert fee.state == FeeNotice.State.UNPAID


def test_an_old_message_and_a_changed_body_are_refused(cast):
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        message = a_message(order.number)
        old = {**message["headers"], "X-Pay-Timestamp": "1700000000"}
        for wrong in ({**message, "headers": old}, {**message, "body": message["body"].replace(b"T1", b"T2")}):
            with pytest.raises(errors.CallbackUnsigned):
                payment_actions.take_callback(SYSTEM, **wrong)
    assert not Payment.objects.exists()


def test_a_replay_is_refused_and_the_same_news_anew_changes_nothing(cast):
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        message = a_message(order.number)
        first = payment_actions.take_callback(SYSTEM, **message)
        with pytest.raises(errors.CallbackReplayed):
            payment_actions.take_callback(SYSTEM, **message)
        assert paid(order).pk == first.pk
    assert Payment.objects.count() == 1


def test_an_unknown_order_is_not_found(cast):
    with a_platform(), pytest.raises(errors.FeeNotFound):
        payment_actions.take_callback(SYSTEM, **a_message("2026nobody"))
    assert not UsedNonce.objects.exists()


def test_a_lost_answer_is_asked_for(cast):
    case, fee = an_owing_case(cast)
    with a_platform() as platform:
        order = an_order(cast, case, fee)
        assert payment_actions.check_order(SYSTEM, order=order) is False
        platform.pay(platform.orders[order.number])
        assert payment_actions.check_order(SYSTEM, order=order) is True
        assert payment_actions.check_order(SYSTEM, order=order) is True
    assert Payment.objects.count() == 1


def test_without_the_platform_nothing_is_lost(cast):
    case, fee = an_owing_case(cast)
    with pytest.raises(errors.GatewayMissing):
        payment_actions.open_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
    assert not PaymentOrder.objects.exists()
    with a_platform():
        order = payment_actions.open_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(__import__("django.conf").conf.settings.PAYMENT, "url", "http://127.0.0.1:1")
            with pytest.raises(errors.GatewayAway):
                payment_actions.tell_gateway(cast.citizen, order=order)
        order.refresh_from_db()
        assert (order.state, order.pay_url) == (PaymentOrder.State.OPEN, "")


def test_the_platform_may_send_nobody_elsewhere(cast, monkeypatch):
    case, fee = an_owing_case(cast)
    with a_platform() as platform:
        monkeypatch.setattr(platform, "answer", lambda path, said: {"pay_url": f"{platform.url}.evil.example/pay"})
        order = payment_actions.open_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
        with pytest.raises(errors.GatewayAway):
            payment_actions.tell_gateway(cast.citizen, order=order)


def test_others_neither_pay_nor_learn_of_it(cast):
    case, fee = an_owing_case(cast)
    with a_platform():
        for actor in (cast.stranger, cast.outsider):
            with pytest.raises(DomainError) as refused:
                payment_actions.open_order(actor, case_id=case.pk, fee_id=fee.pk)
            assert refused.value.http_status == 404
    assert not PaymentOrder.objects.exists()


def test_money_after_a_cancelled_order_is_a_task_to_pay_back(cast):
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        payment_actions.cancel_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
        assert paid(order).is_surplus
        with pytest.raises(errors.OrderNotOpen):
            payment_actions.cancel_order(cast.citizen, case_id=case.pk, fee_id=fee.pk)
    fee.refresh_from_db()
    assert fee.state == FeeNotice.State.UNPAID
    assert queries.surplus_for(cast.clerk).count() == 1
    assert queries.surplus_for(cast.outsider).count() == 0


def test_a_withdrawn_case_owes_nothing_and_late_money_is_surplus(cast):
    case, fee = an_owing_case(cast)
    with a_platform():
        order = an_order(cast, case, fee)
        submission.withdraw(cast.citizen, case_id=case.pk)
        fee.refresh_from_db()
        order.refresh_from_db()
        assert (fee.state, order.state) == (FeeNotice.State.CANCELLED, PaymentOrder.State.CANCELLED)
        assert paid(order).is_surplus


def test_the_result_waits_for_the_fee_and_the_case_is_kept(cast):
    case, fee = an_owing_case(cast, "时间：受理后\n每件：50")
    moves.see_originals(cast, case)
    from cases.actions import review

    for key, actor, officer in (("food", cast.food, "周同行"), ("fire", cast.fire, "")):
        branch = case.branches.get(stage__key=key)
        review.review(actor, case_id=case.pk, branch_id=branch.pk, agreed=True, opinion="符合", second_officer=officer)
    decision.approve(cast.decider, case_id=case.pk)
    with pytest.raises(errors.FeesUnpaid):
        decision.close(case_id=case.pk)
    case.refresh_from_db()
    assert case.state == State.DECIDED
    payment_actions.record_at_counter(cast.clerk, case_id=case.pk, fee_id=fee.pk, receipt="AB123456")
    assert decision.close(case_id=case.pk).state == State.CLOSED


def test_a_fee_before_delivery_comes_with_the_approval_and_not_with_a_refusal(cast):
    a_charge(cast, "时间：送达前\n每件：50")
    case = moves.a_reviewed_case(cast)
    assert queries.fees_of(case) == []
    decision.approve(cast.decider, case_id=case.pk)
    assert [fee.moment for fee in queries.fees_of(case)] == [Moment.DELIVERY]


def test_a_refusal_ends_what_is_owed(cast):
    a_charge(cast)
    case = moves.a_reviewed_case(cast)
    decision.refuse(cast.decider, case_id=case.pk, reason="不符合条件")
    assert [fee.state for fee in queries.fees_of(case)] == [FeeNotice.State.CANCELLED]
    assert decision.close(case_id=case.pk).state == State.CLOSED


@pytest.mark.parametrize("receipt", ["", "a", "号码一二三四", "A" * 41, "AB 12"])
def test_an_odd_receipt_number_is_refused(cast, receipt):
    case, fee = an_owing_case(cast)
    with pytest.raises(errors.ReceiptNumberWrong) as refused:
        payment_actions.record_at_counter(cast.clerk, case_id=case.pk, fee_id=fee.pk, receipt=receipt)
    assert "receipt" in refused.value.fields
    assert not Payment.objects.exists()


def test_only_the_counter_records_and_one_receipt_pays_once(cast):
    case, fee = an_owing_case(cast)
    with pytest.raises(Forbidden):
        payment_actions.record_at_counter(cast.decider, case_id=case.pk, fee_id=fee.pk, receipt="AB123456")
    payment_actions.record_at_counter(cast.clerk, case_id=case.pk, fee_id=fee.pk, receipt="AB123456")
    with pytest.raises(errors.FeeNotOpen):
        payment_actions.record_at_counter(cast.clerk, case_id=case.pk, fee_id=fee.pk, receipt="AB123457")
    other = moves.an_accepted_case(cast)
    with pytest.raises(errors.ReceiptNumberWrong):
        payment_actions.record_at_counter(
            cast.clerk, case_id=other.pk, fee_id=queries.fees_of(other)[0].pk, receipt="AB123456"
        )
    assert Payment.objects.count() == 1


def test_who_has_not_paid_is_reminded_a_week_apart_and_four_times_at_most(cast):
    case, fee = an_owing_case(cast)
    assert reminders.remind(today=fee.due_on - dt.timedelta(days=4)) == 0
    days = [fee.due_on + dt.timedelta(days=7 * number) for number in range(6)]
    assert [reminders.remind(today=day) for day in days] == [1, 1, 1, 1, 0, 0]
    assert reminders.remind(today=days[0]) == 0
    assert Announcement.objects.filter(event="case.fee_waiting").count() == 4
    assert case.number is not None
    assert timezone.localdate() < fee.due_on


def test_the_worker_waits_for_the_fee(cast, monkeypatch):
    a_charge(cast)
    case = moves.an_approved_case(cast)
    monkeypatch.setattr("cases.notices.produce_file", lambda notice_id: None)
    finish_case(str(case.pk))
    case.refresh_from_db()
    assert case.state == State.DECIDED
