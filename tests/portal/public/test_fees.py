"""Paying and picking up in the browser: the way back from the platform proves nothing, only what it signed."""

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from cases.actions import decision
from cases.delivery import queries as delivery_queries
from cases.fees.models import Payment, PaymentOrder
from cases.models import Case
from tests.factories import moves
from tests.factories.payments import CALLBACK, a_message, a_platform, an_owing_case
from tests.factories.visitors import a_visitor


def _post(client: Client, name: str, case, *more):
    return client.post(reverse(name, args=[case.pk, *more]))


def test_a_case_without_fees_says_nothing_of_them(shop, cast):
    case = moves.an_accepted_case(cast)
    assert "fees-title" not in shop.get(reverse("my_case", args=[case.pk])).content.decode()


def test_one_goes_to_the_platform_and_the_signed_answer_is_what_counts(shop, cast, client):
    case, fee = an_owing_case(cast)
    page = reverse("my_fee", args=[case.pk, fee.pk])
    assert page in shop.get(reverse("my_case", args=[case.pk])).content.decode()
    with a_platform() as platform:
        assert _post(shop, "pay_fee", case, fee.pk).headers["Location"] == page
        order = PaymentOrder.objects.get()
        assert f'href="{order.pay_url}"' in shop.get(page).content.decode()
        assert "应缴" in shop.get(page + "?status=paid&result=ok").content.decode()
        assert not Payment.objects.exists()
        _post(shop, "check_payment", case, fee.pk)
        assert not Payment.objects.exists()
        message = a_message(order.number)
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in message["headers"].items()}
        answer = Client(enforce_csrf_checks=True).post(
            CALLBACK, message["body"], content_type="application/json", **headers
        )
        assert (answer.status_code, answer.json()) == (200, {"result": "ok"})
        again = client.post(CALLBACK, message["body"], content_type="application/json", **headers)
        assert (again.status_code, again.json()["code"]) == (409, "payment.replayed")
        assert platform.orders[order.number].amount == "120.00"
    assert "市场监管局据〔" in shop.get(page).content.decode()


def test_unsigned_and_odd_messages_are_refused_with_a_code(client, db):
    with a_platform():
        for body in (b"", b"{}", b"\xff\x00", b"[" * 50_000):
            answer = client.post(CALLBACK, body, content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (403, "payment.signature")
    assert client.get(CALLBACK).status_code == 405


def test_a_cancelled_order_makes_way_for_another(shop, cast):
    case, fee = an_owing_case(cast)
    with a_platform():
        _post(shop, "pay_fee", case, fee.pk)
        _post(shop, "cancel_payment", case, fee.pk)
        assert _post(shop, "cancel_payment", case, fee.pk).status_code == 409
        _post(shop, "pay_fee", case, fee.pk)
    assert sorted(PaymentOrder.objects.values_list("state", flat=True)) == ["cancelled", "open"]


def test_while_the_platform_is_away_the_page_says_what_to_do(shop, cast):
    case, fee = an_owing_case(cast)
    with a_platform(), override_settings(PAYMENT={**settings.PAYMENT, "url": "http://127.0.0.1:1"}):
        answer = _post(shop, "pay_fee", case, fee.pk)
    assert answer.status_code == 503
    assert "没有扣款" in answer.content.decode()


def test_the_clerk_writes_a_receipt_down_and_two_people_refund(cast):
    case, fee = an_owing_case(cast)
    clerk, decider = (a_visitor(actor) for actor in (_account(cast.clerk), _account(cast.decider)))
    page = reverse("workbench_fee", args=[case.pk, fee.pk])
    assert clerk.post(page, {"receipt": "坏的号码"}).status_code == 422
    assert clerk.post(page, {"receipt": "AB123456"}).status_code == 302
    assert clerk.post(page, {"step": "refund", "reason": "短"}).status_code == 422
    assert clerk.post(page, {"step": "refund", "reason": "申请人多交了一次"}).status_code == 302
    listed = decider.get(reverse("workbench_payments")).content.decode()
    assert "批准退费" in listed
    refund = Payment.objects.get().refunds.get()
    assert "批准退费" not in clerk.get(reverse("workbench_payments")).content.decode()
    decider.post(reverse("decide_refund", args=[refund.pk]), {"decision": "approve"})
    refund.refresh_from_db()
    assert refund.state == "done"


def test_one_chooses_to_pick_up_and_the_counter_hands_out(shop, cast):
    draft = moves.a_ready_draft(cast)
    page = reverse("my_delivery", args=[draft.pk])
    assert page in shop.get(reverse("draft_check", args=[draft.pk])).content.decode()
    assert shop.post(page, {"way": "pigeon"}).status_code == 422
    assert shop.post(page, {"way": "pick_up"}).headers["Location"] == reverse("draft_check", args=[draft.pk])
    case = moves.a_reviewed_case(cast)
    shop.post(reverse("my_delivery", args=[case.pk]), {"way": "pick_up"})
    decision.approve(cast.decider, case_id=case.pk)
    decision.close(case_id=case.pk)
    shown = _post(shop, "pick_up_code", case)
    code = shown.context["code"]
    assert code not in shop.get(reverse("my_delivery", args=[case.pk])).content.decode()
    clerk = a_visitor(_account(cast.clerk))
    assert str(Case.objects.get(pk=case.pk).number) in clerk.get(reverse("to_hand_out")).content.decode()
    assert clerk.post(reverse("pick_up"), {"code": "AAAAAAAA"}).status_code == 422
    found = clerk.post(reverse("pick_up"), {"code": code}).content.decode()
    assert "李**" in found
    assert "李清荷" not in found
    sent = {"code": code, "step": "hand_out"}
    assert clerk.post(reverse("pick_up"), sent).status_code == 422
    assert clerk.post(reverse("pick_up"), {**sent, "receiver": str(cast.li.pk)}).status_code == 302
    delivery = delivery_queries.delivery_of(case)
    assert delivery is not None
    assert delivery.state == "handed_out"
    assert "已在" in shop.get(reverse("my_delivery", args=[case.pk])).content.decode()


def _account(actor):
    from identity.models import Account

    return Account.objects.get(pk=actor.known_account_id)
