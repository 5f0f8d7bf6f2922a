"""The calling desk and a hall's set-up, as browsers meet them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.counter.models import CounterWindow, HallCounter, SlotPlan, Ticket
from common.models import AuditEvent
from tests.factories.counter import Counter, a_counter, a_ticket
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Counter:
    return a_counter()


@pytest.fixture
def clerk(hall: Counter) -> Client:
    return browser_of(hall.clerk)


@pytest.fixture
def keeper(hall: Counter) -> Client:
    return browser_of(hall.keeper)


def press(browser: Client, hall: Counter, action: str, **sent: object):
    return browser.post(reverse("calling_step", args=[hall.one.pk, action]), sent)


def test_a_clerk_calls_serves_and_finishes(hall: Counter, clerk: Client):
    ticket = a_ticket(hall)
    desk = reverse("calling_desk", args=[hall.one.pk])
    assert "138" not in (page := clerk.get(desk).content.decode())
    assert "137****0001" in page
    for action in ("call", "again", "serve", "finish"):
        assert press(clerk, hall, action, ticket=ticket.pk).status_code == 302
    assert Ticket.objects.get().state == "done"
    page = clerk.post(reverse("calling_step", args=[hall.one.pk, "call"]), follow=True).content.decode()
    assert "现在没有人等" in page


def test_what_somebody_else_did_is_said_with_the_newest_state(hall: Counter, clerk: Client):
    ticket = a_ticket(hall)
    press(clerk, hall, "call")
    answer = press(clerk, hall, "finish", ticket=a_ticket(hall, "13700000002").pk)
    assert answer.status_code == 409
    assert ticket.code in answer.content.decode()
    assert press(clerk, hall, "finish", ticket="x").status_code == 404
    assert press(clerk, hall, "transfer", ticket=ticket.pk, to="x").status_code == 422
    assert press(clerk, hall, "nothing").status_code == 404
    assert press(clerk, hall, "ticket", about="x").status_code == 422
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["called", "waiting"]


def test_the_whole_number_is_shown_once_for_a_reason(hall: Counter, clerk: Client):
    ticket = a_ticket(hall)
    press(clerk, hall, "call")
    address = reverse("calling_reveal", args=[hall.one.pk])
    assert clerk.post(address, {"ticket": ticket.pk, "reason": ""}).status_code == 422
    assert not AuditEvent.objects.filter(code="counter.ticket_read").exists()
    assert "13700000001" in clerk.post(address, {"ticket": ticket.pk, "reason": "核对来人"}).content.decode()
    assert "13700000001" not in clerk.get(reverse("calling_desk", args=[hall.one.pk])).content.decode()
    assert AuditEvent.objects.filter(code="counter.ticket_read").count() == 1


def test_the_desk_takes_no_query_for_each_ticket(hall: Counter, clerk: Client, django_assert_num_queries):
    for number in range(10, 30):
        a_ticket(hall, f"137000000{number}")
    # session, account, posts; window, its ticket, departments, items; line, rows shown, skipped, done, other windows;
    # counter and items for the ticket form; the worklist's count in the frame; filling in: session, screen, handed in
    with django_assert_num_queries(18):
        clerk.get(reverse("calling_desk", args=[hall.one.pk]))


def test_whoever_looks_after_the_hall_sets_it_up(hall: Counter, keeper: Client, django_assert_num_queries):
    home = reverse("hall_counter", args=[hall.hall.pk])
    # session, account, posts; hall, counter, windows, departments, items, plans, closed days, tickets;
    # the worklist's count in the frame
    with django_assert_num_queries(12):
        assert hall.counter.screen_key in keeper.get(home).content.decode()
    plan = {"weekdays": [1, 2], "spans": "9:00-12:00", "minutes": 30, "quota": 3, "valid_from": "2026-01-01"}
    new = reverse("slot_plan_new", args=[hall.hall.pk])
    assert keeper.post(new, {**plan, "quota": 0}).status_code == 422
    assert keeper.post(new, {**plan, "spans": "早上"}).status_code == 422
    for _press in range(2):
        assert keeper.post(new, {**plan, "is_active": "on", "request_key": "p"}).status_code == 302
    made = SlotPlan.objects.get()
    again = reverse("slot_plan", args=[hall.hall.pk, made.pk])
    assert keeper.post(again, {**plan, "revision": 0}).status_code == 409
    window = {"number": "7", "name": "综合窗口", "post": hall.one.post_id, "is_active": "on"}
    assert keeper.post(reverse("hall_window_new", args=[hall.hall.pk]), window).status_code == 302
    assert keeper.post(reverse("hall_window_new", args=[hall.hall.pk]), window).status_code == 422
    assert CounterWindow.objects.count() == 3
    for address in (again, reverse("hall_window", args=[hall.hall.pk, hall.one.pk])):
        assert keeper.get(address).status_code == 200


def test_settings_out_of_range_or_old_change_nothing(hall: Counter, keeper: Client):
    home = reverse("hall_counter", args=[hall.hall.pk])
    sent = {
        "is_open": "on",
        "days_ahead": 3,
        "late_minutes": 5,
        "no_show_limit": 2,
        "block_days": 10,
        "minutes_each": 5,
        "keep_days": 10,
    }
    assert keeper.post(home, {**sent, "days_ahead": 999, "revision": 1}).status_code == 422
    assert keeper.post(home, {**sent, "revision": 0}).status_code == 409
    assert HallCounter.objects.get().days_ahead == 7
    assert keeper.post(home, {**sent, "revision": 1}).status_code == 302
    assert HallCounter.objects.get().days_ahead == 3


def test_closing_reopening_and_new_addresses(hall: Counter, keeper: Client):
    a_ticket(hall)
    today = timezone.localdate().isoformat()
    close = reverse("hall_close_day", args=[hall.hall.pk])
    assert keeper.post(close, {"closing-day": today, "closing-reason": ""}).status_code == 422
    assert keeper.post(close, {"closing-day": "2000-01-01", "closing-reason": "停电"}).status_code == 422
    assert Ticket.objects.get().state == "waiting"
    assert keeper.post(close, {"closing-day": today, "closing-reason": "停电"}).status_code == 302
    assert Ticket.objects.get().state == "ended"
    assert "停电" in Client().get(reverse("hall_screen", args=[hall.counter.screen_key])).content.decode()
    keeper.post(reverse("hall_reopen_day", args=[hall.hall.pk]), {"day": today})
    keeper.post(reverse("hall_renew_key", args=[hall.hall.pk]), {"which": "screen"})
    assert HallCounter.objects.get().screen_key != hall.counter.screen_key
    assert a_ticket(hall, "13700000002").number == 2


def test_the_line_is_asked_for_alone_in_few_queries(hall: Counter, clerk: Client, django_assert_max_num_queries):
    address = reverse("calling_line", args=[hall.one.pk])
    desk = clerk.get(reverse("calling_desk", args=[hall.one.pk])).content.decode()
    assert f'hx-get="{address}"' in desk
    empty = clerk.get(address).content.decode()
    assert "没有人等" in empty
    ticket = a_ticket(hall)
    with django_assert_max_num_queries(12):  # session, post; window, reach, line, beside
        page = clerk.get(address).content.decode()
    assert ticket.code in page
    assert 'hx-swap-oob="innerHTML:#line-note"' in page
    assert "<form" not in page
    assert "<button" not in page
    press(clerk, hall, "call")
    assert "hx-swap-oob" not in clerk.get(address).content.decode()  # the note is not there beside a ticket
