"""Many at once: numbers without gaps, one window for a ticket, no place beyond the quota."""

import pytest

from cases.counter import booking_actions, calling_actions, ending_actions
from cases.counter.models import Appointment, CounterDay, Ticket
from identity.queries import actor_for
from tests.factories.cast import a_citizen, a_person
from tests.factories.counter import a_counter, a_plan, a_ticket, an_appointment, slot
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_sixteen_people_at_once_get_sixteen_numbers_in_a_row():
    hall = a_counter()
    at_once(*[lambda phone=f"137000001{number:02d}": a_ticket(hall, phone) for number in range(16)])
    assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 17))


def test_one_person_pressing_sixteen_times_gets_one_ticket():
    hall = a_counter()
    results = at_once(*[lambda: a_ticket(hall) for _ in range(16)])
    assert {ticket.pk for ticket in results} == {Ticket.objects.get().pk}


def test_two_windows_calling_at_once_never_call_the_same_ticket():
    hall = a_counter()
    ticket = a_ticket(hall)
    results = at_once(
        lambda: calling_actions.call_next(hall.clerk, window_id=hall.one.pk),
        lambda: calling_actions.call_next(hall.colleague, window_id=hall.two.pk),
    )
    assert [called.pk for called in results if called] == [ticket.pk]
    ticket.refresh_from_db()
    assert (ticket.state, ticket.calls) == ("called", 1)


def test_two_windows_calling_at_once_call_the_two_that_wait():
    hall = a_counter()
    tickets = {a_ticket(hall).pk, a_ticket(hall, "13700000002").pk}
    results = at_once(
        lambda: calling_actions.call_next(hall.clerk, window_id=hall.one.pk),
        lambda: calling_actions.call_next(hall.colleague, window_id=hall.two.pk),
    )
    assert {called.pk for called in results} == tickets


def test_the_quota_holds_when_eight_book_its_last_places():
    hall = a_counter()
    plan = a_plan(hall, quota=3)
    people = [
        actor_for(a_citizen(a_person("王甲", serial=f"{serial}", phone=f"139000001{serial}")))
        for serial in range(10, 18)
    ]
    results = at_once(*[lambda who=who: an_appointment(hall, plan, slot(), actor=who) for who in people])
    assert sum(result == "counter.slot_gone" for result in results) == 5
    assert Appointment.objects.filter(state="booked").count() == 3
    assert len(set(Appointment.objects.values_list("code", flat=True))) == 3


def test_one_person_booking_two_slots_of_a_day_at_once_has_one():
    hall = a_counter()
    first, second = a_plan(hall), a_plan(hall)
    results = at_once(lambda: an_appointment(hall, first, slot()), lambda: an_appointment(hall, second, slot(1, 15)))
    assert results.count("counter.appointment_exists") == 1
    assert Appointment.objects.count() == 1


def test_cancelling_and_moving_at_once_do_one_of_the_two():
    hall = a_counter()
    plan = a_plan(hall)
    made = an_appointment(hall, plan, slot())
    who = {"appointment_id": made.pk, "expected_version": 1}
    results = at_once(
        lambda: booking_actions.cancel(hall.cast.person, **who),
        lambda: booking_actions.change(hall.cast.person, plan_id=plan.pk, starts_at=slot(1, 15), **who),
    )
    assert sum(isinstance(result, str) for result in results) == 1
    made.refresh_from_db()
    assert made.version == 2
    assert (made.state, made.starts_at) in {("cancelled", slot()), ("booked", slot(1, 15))}


def test_closing_while_people_take_tickets_leaves_nobody_waiting():
    hall = a_counter()
    today = a_ticket(hall).day
    at_once(
        lambda: ending_actions.close_day(hall.keeper, hall_id=hall.hall.pk, day=today, reason="停电"),
        *[lambda phone=f"137000002{number:02d}": a_ticket(hall, phone) for number in range(6)],
    )
    assert not Ticket.objects.filter(state="waiting").exists()
    assert CounterDay.objects.get().last_number == Ticket.objects.count()
