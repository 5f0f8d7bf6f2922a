"""Tickets at the kiosk and at the window: one each, called in order, every refusal changes nothing."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from cases.counter import calling_actions as calling
from cases.counter import ending_actions, queries, setup_actions, ticket_actions
from cases.counter.errors import (
    CodeUnknown,
    CounterNotFound,
    HallNotGiving,
    NotSeated,
    NoWindowServes,
    ReasonNeeded,
    TicketInvalid,
    TicketMoved,
    TicketOfYesterday,
    TooManyTries,
    TransferImpossible,
    WindowBusy,
    WindowNotFound,
    WindowTaken,
)
from cases.counter.models import Appointment, CounterDay, Ticket
from cases.counter.setup_actions import WindowDetails
from cases.counter.ticket_actions import Wanted
from common.models import AuditEvent
from identity.actor import PUBLIC, SYSTEM
from identity.errors import PhoneInvalid
from portal.settings import base
from services.models import ItemWindow
from tests.factories.counter import a_counter, a_plan, a_ticket, a_window, an_appointment, slot, this_hour
from tests.factories.guides import a_hall

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    return a_counter()


def test_numbers_run_from_one_and_phones_stand_encrypted(hall):
    first, second = a_ticket(hall), a_ticket(hall, "13700000002")
    assert (first.code, second.code) == ("A001", "A002")
    assert first.phone == "13700000001"
    assert bytes(first.phone_index) != b"13700000001"


def test_whoever_asks_twice_gets_the_same_ticket(hall):
    assert a_ticket(hall).pk == a_ticket(hall, "+86 137 0000 0001").pk
    by_id = a_ticket(hall, id_number=hall.cast.li.id_number)
    assert a_ticket(hall, id_number=hall.cast.li.id_number).pk == by_id.pk
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"phone": "123"}, PhoneInvalid),
        ({"phone": "13700000001", "group": "disabled"}, TicketInvalid),
        ({"phone": "13700000001", "group": "odd"}, TicketInvalid),
        ({"phone": "13700000001", "id_number": "1"}, TicketInvalid),
        ({}, TicketInvalid),
        ({"code": "00000000"}, CodeUnknown),
        ({"code": "\x00"}, CodeUnknown),
    ],
)
def test_a_refused_kiosk_gives_no_number(hall, wanted, error):
    with pytest.raises(error):
        ticket_actions.take_at_kiosk(PUBLIC, kiosk_key=hall.counter.kiosk_key, wanted=Wanted(**wanted))
    assert not Ticket.objects.exists()
    assert not CounterDay.objects.filter(last_number__gt=0).exists()


def test_a_closed_hall_and_an_unknown_address_give_no_ticket(hall):
    with pytest.raises(CounterNotFound):
        ticket_actions.take_at_kiosk(PUBLIC, kiosk_key="guess", wanted=Wanted(phone="13700000001"))
    hall.hall.special_days = [{"day": timezone.localdate().isoformat(), "spans": [], "note": "停电"}]
    hall.hall.save()
    with pytest.raises(HallNotGiving):
        a_ticket(hall)
    assert not Ticket.objects.exists()


def test_an_appointment_takes_the_place_of_a_ticket_and_goes_ahead_of_walk_ins(hall):
    made = an_appointment(hall, a_plan(hall), this_hour())
    walk_in = a_ticket(hall)
    ticket = a_ticket(hall, code=made.code)
    assert ticket.code == "Y002"
    assert ticket.phone is None
    assert Appointment.objects.get().state == "arrived"
    assert a_ticket(hall, code=made.code).pk == ticket.pk
    called = calling.call_next(hall.clerk, window_id=hall.one.pk)
    assert called.pk == ticket.pk
    assert queries.place_of(hall.counter, walk_in).ahead == 0


@pytest.mark.parametrize("way", ["phone", "id_number"])
def test_the_kiosk_finds_the_appointment_by_phone_or_id_number(hall, way):
    made = an_appointment(hall, a_plan(hall), this_hour())
    ticket = a_ticket(hall, **{way: getattr(hall.cast.li, way)})
    assert ticket.appointment_id == made.pk
    assert ticket.item_id == hall.item.pk


def test_too_late_the_appointment_stands_in_line_as_a_walk_in(hall):
    made = an_appointment(hall, a_plan(hall), this_hour())
    past = timezone.now() - dt.timedelta(minutes=hall.counter.late_minutes, seconds=5)
    Appointment.objects.update(starts_at=past - dt.timedelta(hours=1), ends_at=past)
    ticket = a_ticket(hall, code=made.code)
    assert (ticket.kind, ticket.due_at) == ("A", None)
    assert Appointment.objects.get().state == "arrived"


def test_tomorrows_code_gives_no_ticket_today(hall):
    made = an_appointment(hall, a_plan(hall), slot())
    with pytest.raises(CodeUnknown):
        a_ticket(hall, code=made.code)
    assert Appointment.objects.get().state == "booked"


def test_priority_as_the_hall_sets_it_is_called_first(hall):
    a_ticket(hall)
    elderly = a_ticket(hall, "13700000002", group="elderly")
    assert elderly.code == "V002"
    assert calling.call_next(hall.clerk, window_id=hall.one.pk).pk == elderly.pk


def test_a_window_calls_only_what_it_serves(hall):
    ticket = a_ticket(hall, department_id=hall.item.department_id)
    special = a_window(hall.hall, hall.one.post, "9", departments=[hall.cast.scjg])
    other = a_ticket(hall, "13700000002", item_id=hall.item.pk)
    calling.stand_up(hall.clerk, window_id=hall.one.pk)
    calling.sit_down(hall.clerk, window_id=special.pk)
    assert calling.call_next(hall.clerk, window_id=special.pk).pk == ticket.pk
    assert calling.call_next(hall.colleague, window_id=hall.two.pk).pk == other.pk


def test_the_life_of_a_ticket(hall):
    ticket = a_ticket(hall)
    at = {"window_id": hall.one.pk, "ticket_id": ticket.pk}
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    assert calling.call_again(hall.clerk, **at).calls == 2
    assert calling.serve(hall.clerk, **at).state == "serving"
    assert calling.finish(hall.clerk, **at).state == "done"
    assert calling.call_next(hall.clerk, window_id=hall.one.pk) is None
    moves = AuditEvent.objects.filter(code="counter.ticket_moved").values_list("detail__action", flat=True)
    assert list(moves.order_by("pk")) == ["call", "call_again", "serve", "finish"]


def test_skipped_comes_back_at_the_end(hall):
    ticket, behind = a_ticket(hall), a_ticket(hall, "13700000002")
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    calling.skip(hall.clerk, window_id=hall.one.pk, ticket_id=ticket.pk)
    calling.bring_back(hall.clerk, window_id=hall.one.pk, ticket_id=ticket.pk)
    assert calling.call_next(hall.clerk, window_id=hall.one.pk).pk == behind.pk


def test_transferred_is_next_at_the_other_window_only(hall):
    ticket, behind = a_ticket(hall), a_ticket(hall, "13700000002")
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    at = {"window_id": hall.one.pk, "ticket_id": ticket.pk}
    with pytest.raises(TransferImpossible):
        calling.transfer(hall.clerk, to_window_id=hall.one.pk, **at)
    assert Ticket.objects.get(pk=ticket.pk).state == "called"
    calling.transfer(hall.clerk, to_window_id=hall.two.pk, **at)
    assert calling.call_next(hall.clerk, window_id=hall.one.pk).pk == behind.pk
    assert calling.call_next(hall.colleague, window_id=hall.two.pk).pk == ticket.pk


def test_a_window_has_one_ticket_at_a_time_and_one_clerk(hall):
    first, second = a_ticket(hall), a_ticket(hall, "13700000002")
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    for act in (calling.call_next, calling.stand_up):
        with pytest.raises(WindowBusy):
            act(hall.clerk, window_id=hall.one.pk)
    with pytest.raises(WindowTaken):
        calling.sit_down(hall.colleague, window_id=hall.one.pk)
    with pytest.raises(NotSeated):
        calling.call_next(hall.colleague, window_id=hall.one.pk)
    with pytest.raises(TicketMoved):
        calling.serve(hall.colleague, window_id=hall.two.pk, ticket_id=first.pk)
    assert list(Ticket.objects.values_list("state", flat=True)) == ["called", "waiting"]
    assert second.pk != first.pk


def test_who_does_not_hold_the_windows_post_finds_no_window(hall):
    a_ticket(hall)
    for actor in (hall.cast.food, hall.cast.decider, hall.cast.person):
        with pytest.raises(WindowNotFound):
            calling.sit_down(actor, window_id=hall.one.pk)
        with pytest.raises(WindowNotFound):
            queries.desk(actor, hall.one.pk)
    assert Ticket.objects.get().state == "waiting"


def test_the_same_press_calls_once(hall):
    a_ticket(hall)
    a_ticket(hall, "13700000002")
    called = [calling.call_next(hall.clerk, window_id=hall.one.pk, request_key="k").pk for _ in range(2)]
    assert len(set(called)) == 1
    assert Ticket.objects.filter(state="called").count() == 1


def test_at_the_counter_nobody_needs_a_phone_and_a_press_counts_once(hall):
    made = [
        ticket_actions.take_at_counter(hall.clerk, window_id=hall.one.pk, wanted=Wanted(), request_key="k")
        for _ in range(2)
    ]
    assert made[0].pk == made[1].pk
    assert Ticket.objects.get().phone is None


def test_whole_numbers_are_shown_for_a_reason_and_written_down(hall):
    ticket = a_ticket(hall, id_number=hall.cast.li.id_number)
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    at = {"window_id": hall.one.pk, "ticket_id": ticket.pk}
    with pytest.raises(ReasonNeeded):
        calling.show_whole(hall.clerk, reason=" ", **at)
    assert not AuditEvent.objects.filter(code="counter.ticket_read").exists()
    assert calling.show_whole(hall.clerk, reason="核对来人", **at) == ("", hall.cast.li.id_number)
    row = AuditEvent.objects.get(code="counter.ticket_read")
    assert row.holder_id == hall.cast.li.pk
    with pytest.raises(NotSeated):
        calling.show_whole(hall.colleague, reason="好奇", **at)


def test_the_wait_is_reckoned_from_windows_with_somebody(hall):
    for number in range(5):
        a_ticket(hall, f"1370000000{number}")
    last = a_ticket(hall, "13700000009")
    assert queries.place_of(hall.counter, last) == queries.Place(ahead=5, minutes=30)
    calling.stand_up(hall.colleague, window_id=hall.two.pk)
    assert queries.place_of(hall.counter, last).minutes == 50


def test_the_screen_knows_codes_and_windows_only(hall):
    a_ticket(hall)
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    shown = queries.screen(queries.counter_by_screen(hall.counter.screen_key))
    assert [(row.code, row.window.number) for row in shown.now] == [("A001", "1")]
    renewed = setup_actions.renew_key(hall.keeper, hall_id=hall.hall.pk, which="screen")
    assert renewed.screen_key != hall.counter.screen_key
    with pytest.raises(CounterNotFound):
        queries.counter_by_screen(hall.counter.screen_key)


def test_the_desk_asks_the_database_no_more_for_a_longer_line(hall, django_assert_max_num_queries):
    for number in range(10, 35):
        a_ticket(hall, f"137000000{number}")
    with django_assert_max_num_queries(10):
        desk = queries.desk(hall.clerk, hall.one.pk)
        assert [ticket.item and ticket.item.current for ticket in desk.line] == [None] * 20
    assert desk.line_count == 25


def test_guessed_codes_are_counted_although_each_is_refused(hall, settings):
    settings.CACHES = base.CACHES  # the count stands in the database, where a refusal takes back what it wrote
    call_command("createcachetable")
    made = an_appointment(hall, a_plan(hall), this_hour())
    for _guess in range(20):
        with pytest.raises(CodeUnknown):
            a_ticket(hall, code="00000000")
    with pytest.raises(TooManyTries):
        a_ticket(hall, code=made.code)
    assert Appointment.objects.get().state == "booked"
    assert a_ticket(hall, phone=hall.cast.li.phone).appointment_id == made.pk  # a phone still finds it
    for number in range(10, 48):
        a_ticket(hall, f"137000002{number}")
    with pytest.raises(TooManyTries):
        a_ticket(hall, "13700000300")
    assert CounterDay.objects.get().last_number == 39


def test_whoever_arrived_by_code_gets_the_same_ticket_by_phone_while_it_is_open(hall):
    ticket = a_ticket(hall, code=an_appointment(hall, a_plan(hall), this_hour()).code)
    assert a_ticket(hall, phone=hall.cast.li.phone).pk == ticket.pk
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    calling.finish(hall.clerk, window_id=hall.one.pk, ticket_id=ticket.pk)
    assert a_ticket(hall, phone=hall.cast.li.phone).code == "A002"


def test_the_clerk_finds_the_appointment_by_its_number(hall):
    made = an_appointment(hall, a_plan(hall), this_hour())
    wanted = Wanted.known_by(hall.cast.li.id_number)
    assert ticket_actions.take_at_counter(hall.clerk, window_id=hall.one.pk, wanted=wanted).appointment_id == made.pk
    assert Appointment.objects.get().state == "arrived"


def test_called_before_midnight_is_served_to_the_end_where_it_is(hall):
    ticket = a_ticket(hall)
    at = {"window_id": hall.one.pk, "ticket_id": ticket.pk}
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    calling.serve(hall.clerk, **at)
    Ticket.objects.update(day=timezone.localdate() - dt.timedelta(days=1))
    ending_actions.end_past_days(SYSTEM, today=timezone.localdate())
    assert queries.desk(hall.clerk, hall.one.pk).current == ticket
    with pytest.raises(TicketOfYesterday):
        calling.transfer(hall.clerk, to_window_id=hall.two.pk, **at)
    assert Ticket.objects.get().state == "serving"
    assert calling.finish(hall.clerk, **at).state == "done"


def test_left_called_for_hours_it_ends_with_the_night(hall):
    a_ticket(hall)
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    then = timezone.now() - dt.timedelta(hours=3)
    Ticket.objects.update(day=timezone.localdate() - dt.timedelta(days=1), called_at=then)
    ending_actions.end_past_days(SYSTEM, today=timezone.localdate())
    assert Ticket.objects.get().state == "ended"
    hall.one.refresh_from_db()
    assert hall.one.clerk is None


def test_sent_to_a_window_that_is_taken_out_of_use_goes_to_any_other(hall):
    ticket = a_ticket(hall)
    calling.call_next(hall.clerk, window_id=hall.one.pk)
    calling.transfer(hall.clerk, window_id=hall.one.pk, ticket_id=ticket.pk, to_window_id=hall.two.pk)
    details = WindowDetails(number="2", name="综合窗口", post=hall.two.post, is_active=False)
    setup_actions.save_window(hall.keeper, hall_id=hall.hall.pk, window_id=hall.two.pk, details=details)
    assert calling.call_next(hall.clerk, window_id=hall.one.pk).pk == ticket.pk


def test_what_no_window_serves_gets_no_ticket_and_is_told_where_to_go(hall):
    other = a_hall(hall.cast.scjg, name="西区便民中心")
    ItemWindow.objects.create(item=hall.item, hall=other, window="一楼")
    hall.one.departments.set([hall.cast.xfj])
    hall.two.is_active = False
    hall.two.save()
    with pytest.raises(NoWindowServes) as refused:
        a_ticket(hall, item_id=hall.item.pk)
    assert "西区便民中心" in refused.value.text
    with pytest.raises(NoWindowServes):
        a_ticket(hall, department_id=hall.cast.scjg.pk)
    assert not Ticket.objects.exists()
    assert a_ticket(hall).code == "A001"  # a question is answered at every window
    hall.one.items.set([hall.item])
    assert a_ticket(hall, "13700000002", item_id=hall.item.pk).code == "A002"


def test_an_appointment_is_given_its_ticket_whatever_became_of_the_windows(hall):
    appointment = an_appointment(hall, a_plan(hall), this_hour() + dt.timedelta(hours=1))
    hall.one.departments.set([hall.cast.xfj])
    hall.two.departments.set([hall.cast.xfj])
    if appointment.day == timezone.localdate():
        assert a_ticket(hall, code=appointment.code).appointment_id == appointment.pk
