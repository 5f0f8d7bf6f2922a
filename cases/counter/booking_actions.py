"""A citizen's appointments: booked, moved to another time, cancelled."""

import datetime as dt
import secrets
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import events as codes
from cases.counter import days, errors, rules
from cases.counter.models import Appointment, HallCounter, SlotPlan
from cases.counter.queries import block_of
from cases.counter.slots import COUNTED, plans_for, times_of
from common import events
from common.formatting import code_label
from common.idempotency import claim
from common.workdays import for_region
from identity.actor import Actor
from identity.mandates.queries import hold
from identity.persons.finding import lock_party
from services.models import ItemWindow, ServiceItem

_State = Appointment.State
_CODE_TRIES = 20


@transaction.atomic
def book(
    actor: Actor, *, item_id: UUID, hall_id: UUID, plan_id: UUID, starts_at: dt.datetime, request_key: str = ""
) -> Appointment:
    """Book a slot for the person who is signed in and will come. The plan's row lock keeps its quota.

    Raises :class:`CounterNotFound`, :class:`SlotGone`, :class:`BookingBlocked`, :class:`AppointmentExists`.
    """
    hold(actor)
    person_id = _person(actor)
    claimed = claim(actor_id=actor.account_id, action="book_appointment", request_key=request_key)
    if claimed.earlier_id:
        return Appointment.objects.get(pk=claimed.earlier_id)
    counter = _counter(hall_id)
    item = _item(item_id, hall_id)
    lock_party(person_id, no_key=True)
    _refuse_blocked(person_id, counter)
    plan, ends_at = _slot(counter, item, plan_id, starts_at)
    made = Appointment(person_id=person_id, hall=counter.hall, plan=plan, item=item)
    _set_time(made, plan, starts_at, ends_at)
    made.code = _free_code(made)
    _save(made)
    claimed.settle(made.pk)
    detail = {"item": item.name, "at": starts_at.isoformat()}
    events.record(codes.APPOINTMENT_BOOKED, actor=actor, subject_id=made.pk, holder_id=person_id, **detail)
    return made


@transaction.atomic
def change(
    actor: Actor, *, appointment_id: UUID, plan_id: UUID, starts_at: dt.datetime, expected_version: int
) -> Appointment:
    """Move an appointment to another slot of the same hall; its code stays unless the new day has it already.

    Raises :class:`AppointmentNotFound`, :class:`AppointmentOver`, :class:`CounterChanged`, :class:`SlotGone`,
    :class:`BookingBlocked`, :class:`AppointmentExists`.
    """
    hold(actor)
    person_id = _person(actor)
    hall_id = Appointment.objects.filter(pk=appointment_id, person_id=person_id).values_list("hall_id", flat=True)
    found = hall_id.first()
    if found is None:
        raise errors.AppointmentNotFound
    counter = _counter(found)
    lock_party(person_id, no_key=True)
    _refuse_blocked(person_id, counter)
    item = Appointment.objects.select_related("item").get(pk=appointment_id).item
    plan, ends_at = _slot(counter, item, plan_id, starts_at, without=appointment_id)
    appointment = _open_one(actor, appointment_id, expected_version)
    before = appointment.starts_at.isoformat()
    was_on = appointment.day
    _set_time(appointment, plan, starts_at, ends_at)
    if appointment.day != was_on:
        appointment.code = _free_code(appointment)
    appointment.version += 1
    _save(appointment)
    detail = {"from": before, "at": starts_at.isoformat()}
    events.record(codes.APPOINTMENT_CHANGED, actor=actor, subject_id=appointment.pk, holder_id=person_id, **detail)
    return appointment


@transaction.atomic
def cancel(actor: Actor, *, appointment_id: UUID, expected_version: int) -> Appointment:
    """Take an appointment back before its time is over; the place is free again.

    Raises :class:`AppointmentNotFound`, :class:`AppointmentOver`, :class:`CounterChanged`.
    """
    hold(actor)
    appointment = _open_one(actor, appointment_id, expected_version)
    appointment.state = _State.CANCELLED
    appointment.version += 1
    appointment.save(update_fields=["state", "version", "updated_at"])
    holder = appointment.person_id
    events.record(codes.APPOINTMENT_CANCELLED, actor=actor, subject_id=appointment.pk, holder_id=holder, why="citizen")
    return appointment


def _person(actor: Actor) -> UUID:
    if not actor.is_citizen or actor.person_id is None:
        raise errors.AppointmentNotFound
    return actor.person_id


def _counter(hall_id: UUID) -> HallCounter:
    rows = HallCounter.objects.select_related("hall__region").filter(is_open=True, hall__is_active=True)
    counter = rows.filter(hall_id=hall_id).first()
    if counter is None:
        raise errors.CounterNotFound
    return counter


def _item(item_id: UUID, hall_id: UUID) -> ServiceItem:
    row = ItemWindow.objects.select_related("item").filter(item_id=item_id, hall_id=hall_id).first()
    if row is None:
        raise errors.CounterNotFound
    return row.item


def _refuse_blocked(person_id: UUID, counter: HallCounter) -> None:
    block = block_of(person_id, counter, today=timezone.localdate())
    if block:
        raise errors.BookingBlocked(count=block.missed, day=(block.until + dt.timedelta(days=1)).isoformat())


def _slot(
    counter: HallCounter, item: ServiceItem, plan_id: UUID, starts_at: dt.datetime, *, without: UUID | None = None
) -> tuple[SlotPlan, dt.datetime]:
    """Lock the plan and the day, and find the slot with a place left; returns the plan and the slot's end."""
    plans = plans_for(counter, item).order_by().select_for_update(no_key=True, of=("self",))
    plan = plans.filter(pk=plan_id).first()
    now = days.local_now()
    local = timezone.localtime(starts_at)
    day = local.date()
    if plan is None or not now.date() <= day <= now.date() + dt.timedelta(days=counter.days_ahead):
        raise errors.SlotGone
    calendar = for_region(counter.hall.region.code)
    zone = timezone.get_current_timezone()
    times = times_of(plan, day, counter, calendar)
    ends = {rules.at(day, begin, zone): rules.at(day, end, zone) for begin, end in times}
    ends_at = ends.get(local)
    if ends_at is None or ends_at <= now or days.lock_day(counter.hall, day).closed_at:
        raise errors.SlotGone
    taken = Appointment.objects.filter(plan=plan, starts_at=starts_at, state__in=COUNTED)
    if (taken.exclude(pk=without) if without else taken).count() >= plan.quota:
        raise errors.SlotGone
    return plan, ends_at


def _set_time(appointment: Appointment, plan: SlotPlan, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    appointment.plan = plan
    appointment.day = timezone.localtime(starts_at).date()
    appointment.starts_at = starts_at
    appointment.ends_at = ends_at


def _free_code(appointment: Appointment) -> str:
    """Eight digits that nobody has in this hall on this day; the day's row is locked by the caller."""
    for _try in range(_CODE_TRIES):
        code = f"{secrets.randbelow(10**8):08d}"
        same = Appointment.objects.filter(hall_id=appointment.hall_id, day=appointment.day, code=code)
        if not same.exclude(pk=appointment.pk).exists():
            return code
    raise errors.SlotGone


def _save(appointment: Appointment) -> None:
    """Save; whoever has an open one for this item on this day is told, also when both came at once."""
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        raise errors.AppointmentExists from error


def _open_one(actor: Actor, appointment_id: UUID, expected_version: int) -> Appointment:
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("item", "hall")
    appointment = rows.filter(pk=appointment_id, person_id=_person(actor)).first()
    if appointment is None:
        raise errors.AppointmentNotFound
    if appointment.state != _State.BOOKED or appointment.ends_at <= timezone.now():
        raise errors.AppointmentOver(state=code_label(appointment.get_state_display()))
    if appointment.version != expected_version:
        raise errors.CounterChanged
    return appointment
