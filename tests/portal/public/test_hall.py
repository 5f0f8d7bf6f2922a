"""The kiosk, the screen and a citizen's appointments, as browsers meet them."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.counter import calling_actions
from cases.counter.models import Appointment, Ticket
from tests.factories.counter import Counter, a_counter, a_plan, a_ticket, an_appointment, slot, this_hour
from tests.factories.visitors import a_visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Counter:
    return a_counter()


@pytest.fixture
def li(hall: Counter) -> Client:
    return a_visitor(hall.cast.account)


def test_a_ticket_from_the_kiosk_shows_the_number_and_no_phone(hall: Counter):
    kiosk = Client()
    address = reverse("kiosk", args=[hall.counter.kiosk_key])
    assert kiosk.get(address).status_code == 200
    answer = kiosk.post(address, {"value": "137 0000 0001", "about": f"item:{hall.item.pk}"})
    page = kiosk.get(answer.headers["Location"]).content.decode()
    assert "A001" in page
    assert "前面没有人了" in page
    assert "0 人" not in page
    assert "13700000001" not in page
    assert Ticket.objects.get().item == hall.item


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"value": "12"}, "手机号 11 位"),
        ({"value": "23700000001"}, "手机号"),
        ({"value": "12345678"}, "没有找到今天在这个大厅的这个预约码"),
        ({"value": "\x00"}, "号码"),
        ({"value": "110101199003071234"}, "身份证号"),
        ({"value": "13700000001", "about": "item:x"}, "办什么"),
        ({}, "请输入号码"),
    ],
)
def test_what_is_wrong_is_said_at_the_kiosk_and_no_number_is_given(hall: Counter, sent: dict, words: str):
    answer = Client().post(reverse("kiosk", args=[hall.counter.kiosk_key]), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Ticket.objects.exists()


def ask(hall: Counter, sent: object, *, key: str = ""):
    address = reverse("kiosk_card", args=[key or hall.counter.kiosk_key])
    body = sent if isinstance(sent, str) else json.dumps(sent)
    return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json")


def test_a_card_reader_takes_the_ticket_of_the_appointment(hall: Counter):
    an_appointment(hall, a_plan(hall), this_hour())
    a_ticket(hall, group="elderly")
    answer = ask(hall, {"value": hall.cast.li.id_number})
    assert (answer.status_code, answer.json()["ticket"], answer.json()["ahead"]) == (201, "Y002", 1)
    assert answer.json()["at"] == f"{timezone.localtime(this_hour()):%H:%M}"
    assert ask(hall, {"value": hall.cast.li.id_number}).json()["ticket"] == "Y002"
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ("[", "counter.ticket_invalid", "value"),
        ([], "counter.ticket_invalid", "value"),
        ({}, "counter.ticket_invalid", "value"),
        ({"value": 5}, "counter.ticket_invalid", "value"),
        ({"value": "1" * 41}, "counter.ticket_invalid", "value"),
        ({"value": "13700000001", "item": "x"}, "counter.ticket_invalid", "item"),
        ({"value": "13700000001", "group": "\x00"}, "counter.ticket_invalid", "group"),
        ({"value": "00000000"}, "counter.code_unknown", "value"),
        ({"value": "110101199003071234"}, "identity.id_number_invalid", "id_number"),
    ],
)
def test_a_refused_card_says_a_code_and_gives_no_number(hall: Counter, sent: object, code: str, field: str):
    answer = ask(hall, sent)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert field in answer.json()["fields"]
    assert ask(hall, {"value": "13700000001"}, key="x" * 43).json()["code"] == "counter.not_found"
    assert not Ticket.objects.exists()


def test_unknown_addresses_show_nothing(hall: Counter):
    for name in ("kiosk", "hall_screen", "hall_screen_now"):
        assert Client().get(reverse(name, args=["x" * 43])).status_code == 404
    assert Client().get(reverse("hall_screen", args=[hall.counter.kiosk_key])).status_code == 404


def test_the_screen_answers_304_until_somebody_is_called(hall: Counter, django_assert_num_queries):
    address = reverse("hall_screen_now", args=[hall.counter.screen_key])
    first = Client().get(address)
    again = Client().get(address, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    a_ticket(hall)
    calling_actions.call_next(hall.clerk, window_id=hall.one.pk)
    with django_assert_num_queries(5):  # counter; called, last, waiting; closed
        changed = Client().get(address, headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "A001" in changed.content.decode()
    assert "1370" not in changed.content.decode()


def test_book_see_change_and_cancel(hall: Counter, li: Client):
    plan = a_plan(hall)
    address = reverse("book_appointment", args=[hall.item.pk])
    day = slot().date().isoformat()
    assert "还有 2 个号" in li.get(address, {"day": day}).content.decode()
    chosen = {"day": day, "slot": f"{plan.pk}|{day}T10:00", "request_key": "k"}
    for _press in range(2):
        answer = li.post(address, chosen)
        assert answer.status_code == 302
    made = Appointment.objects.get()
    assert made.starts_at == slot()
    page = li.get(answer.headers["Location"]).content.decode()
    assert f"{made.code[:4]} {made.code[4:]}" in page
    change = reverse("change_appointment", args=[made.pk])
    moved = {"day": day, "slot": f"{plan.pk}|{day}T15:00", "version": 1}
    assert li.post(change, moved).status_code == 302
    assert li.post(change, {**moved, "slot": f"{plan.pk}|{day}T16:00"}).status_code == 409
    cancel = reverse("cancel_appointment", args=[made.pk])
    assert li.post(cancel, {"version": 1}).status_code == 409
    assert Appointment.objects.get().starts_at == slot(1, 15)
    assert li.post(cancel, {"version": 2}).status_code == 302
    assert Appointment.objects.get().state == "cancelled"


@pytest.mark.parametrize("value", ["", "x", "x|y", "\x00|2026-01-01T00:00"])
def test_a_slot_nobody_offers_is_refused_at_its_field(hall: Counter, li: Client, value: str):
    a_plan(hall)
    answer = li.post(reverse("book_appointment", args=[hall.item.pk]), {"slot": value})
    assert answer.status_code == 422
    assert not Appointment.objects.exists()


def test_an_item_without_slots_has_no_booking_page(hall: Counter, li: Client):
    assert li.get(reverse("book_appointment", args=[hall.item.pk])).status_code == 404
    assert "预约到大厅办" not in li.get(reverse("item_guide", args=[hall.item.pk])).content.decode()
    a_plan(hall)
    assert "预约到大厅办" in li.get(reverse("item_guide", args=[hall.item.pk])).content.decode()


def test_the_list_takes_no_query_for_each_appointment(hall: Counter, li: Client, django_assert_num_queries):
    plan = a_plan(hall, quota=9)
    for days in (1, 2, 3):
        an_appointment(hall, plan, slot(days))
    with django_assert_num_queries(4):  # session, account; count, rows
        assert li.get(reverse("my_appointments")).status_code == 200


def test_the_arrival_shows_on_the_appointment(hall: Counter, li: Client):
    made = an_appointment(hall, a_plan(hall), this_hour())
    ticket = a_ticket(hall, code=made.code)
    page = li.get(reverse("my_appointment", args=[made.pk])).content.decode()
    assert ticket.code in page
    assert "取消预约" not in page
