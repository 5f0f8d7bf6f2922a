"""The end of a hall's day: closed for a reason by whoever looks after it, and what the night sweeps up."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events as codes
from cases.counter import errors
from cases.counter.days import lock_day
from cases.counter.kept import kept_hall
from cases.counter.models import Appointment, CounterDay, CounterWindow, HallCounter, Ticket
from common import events
from common.jobs import for_each
from identity.actor import Actor
from identity.messaging import send

_State = Ticket.State
_WAITING = (_State.WAITING, _State.CALLED, _State.SKIPPED)
KEEP_PERSON = dt.timedelta(days=365)  # how long an appointment that is over still says whose it was
_STILL_SERVED = dt.timedelta(hours=2)  # whoever was called shortly before midnight is served to the end


@transaction.atomic
def close_day(actor: Actor, *, hall_id: UUID, day: dt.date, reason: str) -> CounterDay:
    """Close a hall for today or a day to come. Open tickets end with the reason, appointments that have not begun are
    cancelled and do not count as not kept; people with a phone are told. Whoever is being served is served.

    Raises :class:`HallNotFound`, :class:`CounterNotFound`, :class:`ReasonNeeded`, :class:`CounterInvalid`.
    """
    hall = kept_hall(actor, hall_id)
    said = reason.strip()
    if not 2 <= len(said) <= 100 or not said.isprintable():
        raise errors.ReasonNeeded(fields={"reason": errors.ReasonNeeded.message})
    _require_counter(hall_id)
    now = timezone.now()
    if day < timezone.localdate(now) or day > timezone.localdate(now) + dt.timedelta(days=366):
        raise errors.CounterInvalid(fields={"day": _("请选今天或者一年以内的日子。")})
    row = lock_day(hall, day)
    if row.closed_at:
        return row
    row.closed_at, row.closed_by_id, row.close_reason = now, actor.account_id, said
    row.save(update_fields=["closed_at", "closed_by", "close_reason", "updated_at"])
    waiting = Ticket.objects.filter(hall=hall, day=day, state__in=_WAITING)
    ended = waiting.update(state=_State.ENDED, ended_at=now, end_reason=said, window=None, updated_at=now)
    cancelled = _cancel_coming(hall.name, actor, row, now)
    detail: dict[str, Any] = {"day": day.isoformat(), "reason": said, "tickets": ended, "appointments": cancelled}
    events.record(codes.HALL_DAY_CLOSED, actor=actor, subject_id=hall.pk, **detail)
    return row


def _require_counter(hall_id: UUID) -> None:
    if not HallCounter.objects.filter(hall_id=hall_id).exists():
        raise errors.CounterNotFound


def _cancel_coming(hall_name: str, actor: Actor, row: CounterDay, now: dt.datetime) -> int:
    """Cancel what has not begun; one that has begun and whose person is on the way is no fault of theirs either."""
    coming = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
    coming = coming.filter(hall_id=row.hall_id, day=row.day, state=Appointment.State.BOOKED, ends_at__gt=now)
    found = list(coming.order_by("pk"))
    for one in found:
        one.state, one.reason = Appointment.State.HALL_CLOSED, row.close_reason
        one.version += 1
        one.save(update_fields=["state", "reason", "version", "updated_at"])
        holder = one.person_id
        events.record(codes.APPOINTMENT_CANCELLED, actor=actor, subject_id=one.pk, holder_id=holder, why="hall_closed")
        if one.person and one.person.phone:
            at = f"{timezone.localtime(one.starts_at):%m-%d %H:%M}"
            text = _("%(hall)s停办，您%(at)s的预约已取消，不算爽约，请另约时间。") % {"hall": hall_name[:24], "at": at}
            send(phone=one.person.phone, text=text)
    return len(found)


@transaction.atomic
def reopen_day(actor: Actor, *, hall_id: UUID, day: dt.date) -> CounterDay:
    """Give tickets and slots again on a day that was closed; what was ended stays ended.

    Raises :class:`HallNotFound`.
    """
    hall = kept_hall(actor, hall_id)
    row = lock_day(hall, day)
    if row.closed_at is None:
        return row
    row.closed_at, row.closed_by, row.close_reason = None, None, ""
    row.save(update_fields=["closed_at", "closed_by", "close_reason", "updated_at"])
    events.record(codes.HALL_DAY_REOPENED, actor=actor, subject_id=hall.pk, day=day.isoformat())
    return row


def end_past_days(actor: Actor, *, today: dt.date) -> int:
    """End tickets that earlier days left open, write down who did not come, free windows nobody left in the evening.

    Whoever is being served over midnight is served to the end.

    Returns how many appointments were not kept.
    """
    now = timezone.now()
    held = Ticket.objects.filter(day__lt=today, state__in=[_State.CALLED, _State.SERVING])
    left = Ticket.objects.filter(day__lt=today, state__in=[_State.WAITING, _State.SKIPPED])
    left |= held.filter(called_at__lt=now - _STILL_SERVED)
    left.update(state=_State.ENDED, ended_at=now, end_reason="当天没有办完", updated_at=now)
    held = Ticket.objects.filter(state__in=[_State.CALLED, _State.SERVING], window=OuterRef("pk"))
    CounterWindow.objects.filter(~Exists(held), clerk__isnull=False).update(clerk=None, updated_at=now)
    missed = Appointment.objects.filter(day__lt=today, state=Appointment.State.BOOKED).values_list("pk", flat=True)
    return for_each(missed, lambda pk: _miss(actor, pk))


@transaction.atomic
def _miss(actor: Actor, pk: UUID) -> bool:
    rows = Appointment.objects.select_for_update(no_key=True).filter(pk=pk, state=Appointment.State.BOOKED)
    one = rows.first()
    if one is None:
        return False
    one.state = Appointment.State.NO_SHOW
    one.version += 1
    one.save(update_fields=["state", "version", "updated_at"])
    holder, day = one.person_id, one.day.isoformat()
    events.record(codes.APPOINTMENT_MISSED, actor=actor, subject_id=one.pk, holder_id=holder, day=day)
    return True


def erase_due(actor: Actor, *, today: dt.date) -> int:
    """Erase phones and ID numbers of tickets after each hall's term, and let go of persons of appointments a year old.

    Numbers, times and results stay, without anybody. Returns how many tickets were erased.
    """
    erased = 0
    for counter in HallCounter.objects.all():
        erased += _erase_hall(actor, counter, today)
    return erased


@transaction.atomic
def _erase_hall(actor: Actor, counter: HallCounter, today: dt.date) -> int:
    before = today - dt.timedelta(days=counter.keep_days)
    tickets = Ticket.objects.filter(hall_id=counter.hall_id, day__lt=before)
    known = tickets.exclude(phone_index=None, id_number_index=None)
    gone = known.update(phone=None, phone_index=None, id_number=None, id_number_index=None)
    if gone:
        events.record(codes.TICKETS_ERASED, actor=actor, subject_id=counter.hall_id, tickets=gone)
    old = Appointment.objects.filter(hall_id=counter.hall_id, day__lt=today - KEEP_PERSON, person__isnull=False)
    released = old.exclude(state=Appointment.State.BOOKED).update(person=None)
    if released:
        events.record(codes.APPOINTMENTS_RELEASED, actor=actor, subject_id=counter.hall_id, appointments=released)
    return gone
