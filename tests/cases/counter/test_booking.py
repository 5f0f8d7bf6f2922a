"""Appointments: quotas, one for each item and day, changes, no-shows and the block; closing and the night."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.counter import booking_actions, calling_actions, ending_actions, queries, setup_actions
from cases.counter.errors import (
    AppointmentExists,
    AppointmentNotFound,
    AppointmentOver,
    BookingBlocked,
    CounterChanged,
    CounterInvalid,
    HallNotGiving,
    ReasonNeeded,
    SlotGone,
)
from cases.counter.models import Appointment, SlotPlan, Ticket
from cases.counter.privacy import collect, erase, follow_merge
from cases.counter.setup_actions import CounterSettings, PlanDetails, WindowDetails
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.halls.errors import HallNotFound
from identity.models import OutboxMessage, Party
from tests.factories.cast import a_person
from tests.factories.catalogue import a_department
from tests.factories.counter import a_counter, a_plan, a_ticket, an_appointment, slot, this_hour

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    return a_counter()


def test_a_slot_is_offered_with_what_is_left_and_no_more_than_its_quota(hall):
    plan = a_plan(hall, quota=1, spans="9:00-12:00")
    made = an_appointment(hall, plan, slot())
    assert len(made.code) == 8
    slots = queries.slots_of(hall.counter, hall.item)[slot().date()]
    assert [(f"{one.starts_at:%H}", one.left) for one in slots] == [("09", 1), ("10", 0), ("11", 1)]
    with pytest.raises(SlotGone):
        an_appointment(hall, plan, slot(), actor=hall.cast.stranger)
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(("days", "hour"), [(1, 8), (1, 12), (8, 9), (-1, 9)])
def test_what_is_no_slot_cannot_be_booked(hall, days, hour):
    plan = a_plan(hall, spans="9:00-12:00")
    with pytest.raises(SlotGone):
        an_appointment(hall, plan, slot(days, hour))
    assert not Appointment.objects.exists()


def test_on_a_day_off_there_are_no_slots(hall):
    plan = a_plan(hall)
    hall.hall.special_days = [*hall.hall.special_days[:1], {"day": slot().date().isoformat(), "spans": [], "note": ""}]
    hall.hall.save()
    counter = queries.counter_by_kiosk(hall.counter.kiosk_key)
    assert slot().date() not in queries.slots_of(counter, hall.item)
    with pytest.raises(SlotGone):
        an_appointment(hall, plan, slot())


def test_one_open_appointment_for_each_item_and_day(hall):
    plan = a_plan(hall)
    made = an_appointment(hall, plan, slot())
    with pytest.raises(AppointmentExists):
        an_appointment(hall, plan, slot(1, 15))
    an_appointment(hall, plan, slot(2))
    booking_actions.cancel(hall.cast.person, appointment_id=made.pk, expected_version=1)
    an_appointment(hall, plan, slot(1, 15))
    assert Appointment.objects.filter(state="booked").count() == 2


def test_a_change_moves_the_place_and_keeps_the_code_on_the_same_day(hall):
    plan = a_plan(hall, quota=1)
    made = an_appointment(hall, plan, slot())
    at = {"appointment_id": made.pk, "plan_id": plan.pk}
    moved = booking_actions.change(hall.cast.person, starts_at=slot(1, 15), expected_version=1, **at)
    assert (moved.code, moved.version) == (made.code, 2)
    an_appointment(hall, plan, slot(), actor=hall.cast.stranger)
    with pytest.raises(SlotGone):
        booking_actions.change(hall.cast.person, starts_at=slot(), expected_version=2, **at)
    with pytest.raises(CounterChanged):
        booking_actions.change(hall.cast.person, starts_at=slot(1, 16), expected_version=1, **at)
    assert Appointment.objects.get(pk=made.pk).starts_at == slot(1, 15)


def test_nobody_elses_appointment_is_found(hall):
    made = an_appointment(hall, a_plan(hall), slot())
    with pytest.raises(AppointmentNotFound):
        booking_actions.cancel(hall.cast.stranger, appointment_id=made.pk, expected_version=1)
    with pytest.raises(AppointmentNotFound):
        queries.get_appointment(hall.cast.stranger, made.pk)
    with pytest.raises(AppointmentNotFound):
        an_appointment(hall, made.plan, slot(2), actor=hall.clerk)
    assert Appointment.objects.get().state == "booked"


def test_what_was_not_kept_blocks_booking_and_never_the_counter(hall):
    plan = a_plan(hall, quota=9)
    today = timezone.localdate()
    for ago in (1, 5, 80):
        made = an_appointment(hall, plan, slot())
        Appointment.objects.filter(pk=made.pk).update(day=today - dt.timedelta(days=ago))
    assert ending_actions.end_past_days(SYSTEM, today=today) == 3
    assert ending_actions.end_past_days(SYSTEM, today=today) == 0
    assert AuditEvent.objects.filter(code="counter.appointment_missed", holder_id=hall.cast.li.pk).count() == 3
    with pytest.raises(BookingBlocked) as refused:
        an_appointment(hall, plan, slot())
    assert (today + dt.timedelta(days=30)).isoformat() in refused.value.text
    assert not Appointment.objects.filter(state="booked").exists()
    assert a_ticket(hall, hall.cast.li.phone).code == "A001"


def test_closing_ends_tickets_and_cancels_what_has_not_begun(hall):
    plan = a_plan(hall)
    made = an_appointment(hall, plan, this_hour())
    waiting, served = a_ticket(hall), a_ticket(hall, "13700000002", group="elderly")
    calling_actions.call_next(hall.clerk, window_id=hall.one.pk)
    calling_actions.serve(hall.clerk, window_id=hall.one.pk, ticket_id=served.pk)
    with pytest.raises(ReasonNeeded):
        ending_actions.close_day(hall.keeper, hall_id=hall.hall.pk, day=timezone.localdate(), reason="")
    with pytest.raises(HallNotFound):
        ending_actions.close_day(hall.clerk, hall_id=hall.hall.pk, day=timezone.localdate(), reason="停电")
    assert Ticket.objects.get(pk=waiting.pk).state == "waiting"
    ending_actions.close_day(hall.keeper, hall_id=hall.hall.pk, day=timezone.localdate(), reason="停电")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.end_reason) == ("ended", "停电")
    assert Ticket.objects.get(pk=served.pk).state == "serving"
    made.refresh_from_db()
    assert made.state == "hall_closed"
    assert "不算爽约" in OutboxMessage.objects.get().text
    with pytest.raises(HallNotGiving):
        a_ticket(hall, "13700000003")
    with pytest.raises(SlotGone):
        an_appointment(hall, plan, this_hour())
    ending_actions.reopen_day(hall.keeper, hall_id=hall.hall.pk, day=timezone.localdate())
    assert a_ticket(hall, "13700000003").number == 3


def test_the_night_ends_what_was_left_and_frees_the_windows(hall):
    ticket = a_ticket(hall)
    Ticket.objects.update(day=timezone.localdate() - dt.timedelta(days=1))
    ending_actions.end_past_days(SYSTEM, today=timezone.localdate())
    ticket.refresh_from_db()
    hall.one.refresh_from_db()
    assert (ticket.state, hall.one.clerk_id) == ("ended", None)


def test_phones_and_id_numbers_go_after_the_halls_term(hall):
    old, new = a_ticket(hall), a_ticket(hall, "13700000002")
    today = timezone.localdate()
    Ticket.objects.filter(pk=old.pk).update(day=today - dt.timedelta(days=hall.counter.keep_days + 1))
    assert ending_actions.erase_due(SYSTEM, today=today) == 1
    assert ending_actions.erase_due(SYSTEM, today=today) == 0
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.phone, old.phone_index, old.number) == (None, None, 1)
    assert new.phone == "13700000002"


def test_an_appointment_a_year_old_names_nobody(hall):
    made = an_appointment(hall, a_plan(hall), slot())
    Appointment.objects.update(day=timezone.localdate() - dt.timedelta(days=366), state="arrived")
    ending_actions.erase_due(SYSTEM, today=timezone.localdate())
    made.refresh_from_db()
    assert made.person_id is None


def test_a_copy_holds_appointments_and_closing_the_account_cancels_them(hall):
    made = an_appointment(hall, a_plan(hall), slot())
    party = Party.objects.get(pk=hall.cast.li.pk)
    assert [row["预约码"] for row in collect(party)[0].rows] == [made.code]
    assert erase(party) == 1
    made.refresh_from_db()
    assert (made.state, made.person_id) == ("cancelled", None)


def test_merging_moves_appointments_and_cancels_the_second_of_a_day(hall):
    plan = a_plan(hall)
    other = a_person("李清荷", serial="09")
    kept = an_appointment(hall, plan, slot())
    twice = an_appointment(hall, plan, slot(2))
    Appointment.objects.filter(pk=twice.pk).update(person=other, day=kept.day)
    follow_merge(hall.cast.li.pk, other.pk)
    twice.refresh_from_db()
    assert (twice.person_id, twice.state) == (hall.cast.li.pk, "cancelled")
    kept.refresh_from_db()
    assert kept.state == "booked"


def test_only_those_who_look_after_the_hall_set_it_up(hall):
    details = PlanDetails(spans="9:00-12:00", minutes=30, quota=1, weekdays=[1], valid_from=timezone.localdate())
    with pytest.raises(HallNotFound):
        setup_actions.save_plan(hall.clerk, hall_id=hall.hall.pk, details=details)
    with pytest.raises(HallNotFound):
        setup_actions.renew_key(hall.cast.decider, hall_id=hall.hall.pk, which="kiosk")
    assert not SlotPlan.objects.exists()
    assert setup_actions.save_plan(hall.keeper, hall_id=hall.hall.pk, details=details).spans == [["09:00", "12:00"]]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"spans": "早上"}, "spans"),
        ({"spans": ""}, "spans"),
        ({"minutes": 3}, "minutes"),
        ({"quota": 0}, "quota"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [8]}, "weekdays"),
        ({"valid_to": dt.date(2000, 1, 1)}, "valid_to"),
    ],
)
def test_a_wrong_plan_is_refused_at_its_field(hall, values, field):
    given = {"spans": "9:00-12:00", "minutes": 30, "quota": 1, "weekdays": [1], "valid_from": timezone.localdate()}
    with pytest.raises(CounterInvalid) as refused:
        setup_actions.save_plan(hall.keeper, hall_id=hall.hall.pk, details=PlanDetails(**{**given, **values}))
    assert set(refused.value.fields) == {field}
    assert not SlotPlan.objects.exists()


def test_a_wrong_window_or_setting_is_refused_and_changes_nothing(hall):
    post = hall.one.post
    foreign = a_department("公安局")
    for details, field in (
        (WindowDetails(number="1", name="重号", post=post), "number"),
        (WindowDetails(number="", name="甲", post=post), "number"),
        (WindowDetails(number="5", name="甲", post=post, departments=[foreign]), "departments"),
    ):
        with pytest.raises(CounterInvalid) as refused:
            setup_actions.save_window(hall.keeper, hall_id=hall.hall.pk, details=details)
        assert set(refused.value.fields) == {field}
    settings = CounterSettings(is_open=True, late_minutes=999)
    with pytest.raises(CounterInvalid):
        setup_actions.save_counter(hall.keeper, hall_id=hall.hall.pk, settings=settings)
    fine = CounterSettings(is_open=True)
    with pytest.raises(CounterChanged):
        setup_actions.save_counter(hall.keeper, hall_id=hall.hall.pk, settings=fine, expected_revision=99)
    assert hall.hall.counter_windows.count() == 2
    hall.counter.refresh_from_db()
    assert hall.counter.revision == 1


def test_a_booked_time_that_is_over_cannot_be_cancelled(hall):
    made = an_appointment(hall, a_plan(hall), this_hour())
    Appointment.objects.update(ends_at=timezone.now())
    with pytest.raises(AppointmentOver):
        booking_actions.cancel(hall.cast.person, appointment_id=made.pk, expected_version=1)
    assert Appointment.objects.get().state == "booked"
