"""A result by post in the browser: the address, the parcel's way, and the courier's signed messages."""

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.delivery import actions
from cases.delivery.models import Delivery, Parcel
from tests.factories import moves
from tests.factories.terminals import CALLBACK, HOME, a_courier, a_posted_parcel, a_result_to_post, said_of
from tests.factories.visitors import a_visitor


def test_the_address_is_asked_for_and_what_is_wrong_stands_at_its_field(shop, cast):
    case = moves.an_accepted_case(cast)
    page = reverse("my_delivery", args=[case.pk])
    assert "邮寄到家" in shop.get(page).content.decode()
    for wrong in (
        {},
        {**HOME.said(), "phone": "12"},
        {**HOME.said(), "street": "x" * 121},
        {**HOME.said(), "name": "李"},
    ):
        answer = shop.post(page, {"way": "post", **wrong})
        assert answer.status_code == 422
        assert "error-summary" in answer.content.decode()
    assert not Delivery.objects.exists()
    assert shop.post(page, {"way": "post", **HOME.said()}).status_code == 302
    assert Delivery.objects.get().address == HOME.said()
    text = shop.get(reverse("my_case", args=[case.pk])).content.decode()
    assert "示范市示范区" in text
    assert "解放路" not in text
    decision_page = shop.get(page).content.decode()
    assert "解放路 1 号 2 单元" in decision_page  # one's own, to change it


def test_the_way_of_the_parcel_shows_as_the_courier_tells_it(shop, cast):
    with a_courier():
        case, parcel = a_posted_parcel(cast)
        page = reverse("my_case", args=[case.pk])
        assert parcel.waybill in shop.get(page).content.decode()
        for step, words in (("collected", "快递已揽收"), ("signed", "已签收")):
            message = said_of(parcel, step)
            headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in message["headers"].items()}
            courier = Client(enforce_csrf_checks=True)
            answer = courier.post(CALLBACK, message["body"], content_type="application/json", **headers)
            assert answer.json() == {"result": "ok"}
            assert words in shop.get(page).content.decode()
            again = courier.post(CALLBACK, message["body"], content_type="application/json", **headers)
            assert (again.status_code, again.json()["code"]) == (409, "courier.replayed")
        assert "签收" in shop.get(reverse("my_delivery", args=[case.pk])).content.decode()


def test_an_unsigned_message_is_refused(client, cast):
    with a_courier():
        _case, parcel = a_posted_parcel(cast)
        answer = client.post(CALLBACK, {"number": parcel.number, "step": "signed"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "courier.signature")
    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.ORDERED


def test_the_counter_posts_by_hand_sees_the_address_masked_and_notes_the_end(cast):
    _case, delivery = a_result_to_post(cast)
    clerk = a_visitor()
    clerk.force_login(
        type(cast.account).objects.get(pk=cast.clerk.account_id), backend="identity.backends.PhoneOrIdBackend"
    )
    listed, page = reverse("to_hand_out"), reverse("send_parcel", args=[delivery.pk])
    for address in (listed, page):
        text = clerk.get(address).content.decode()
        assert "示范市示范区" in text
        assert "解放路" not in text
        assert "13900000001" not in text
    assert "解放路 1 号 2 单元" in clerk.post(reverse("parcel_label", args=[delivery.pk])).content.decode()
    assert clerk.post(page, {"waybill": "12"}).status_code == 422
    assert clerk.post(page, {"waybill": "EMS1234567"}).status_code == 302
    assert clerk.post(page, {"waybill": "EMS1234568"}).status_code == 409
    assert "EMS1234567" in clerk.get(listed).content.decode()
    assert clerk.post(reverse("parcel_step", args=[delivery.pk, "lost"])).status_code == 302
    assert Delivery.objects.get().state == Delivery.State.POSTED
    clerk.post(reverse("parcel_step", args=[delivery.pk, "returned"]))
    assert "邮件退回，等人来领" in clerk.get(listed).content.decode()


def test_the_list_takes_no_query_for_each_parcel(cast, django_assert_max_num_queries):
    clerk = a_visitor()
    clerk.force_login(
        type(cast.account).objects.get(pk=cast.clerk.account_id), backend="identity.backends.PhoneOrIdBackend"
    )
    for _number in range(3):
        case = moves.an_accepted_case(cast)
        actions.choose_way(cast.citizen, case_id=case.pk, way="post", address=HOME)
    Delivery.objects.update(state=Delivery.State.READY, ready_at=timezone.now())
    with django_assert_max_num_queries(9):
        assert clerk.get(reverse("to_hand_out")).status_code == 200
