"""Taking a ticket: at the hall's kiosk by appointment code, phone or ID number, or from a clerk without any of them."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases import events as codes
from cases.counter import days, errors, rules
from cases.counter.line import reach_of, standing_of
from cases.counter.models import Appointment, CounterDay, CounterWindow, HallCounter, PriorityGroup, Ticket
from cases.counter.seats import seated_window
from common import crypto, events
from common.idempotency import claim
from common.limits import is_over
from identity.account_queries import account_by_phone
from identity.actions import PHONE
from identity.actor import Actor
from identity.models import Hall
from identity.persons import documents
from identity.persons.finding import find_open_person
from identity.rules import normal_phone
from services.models import ItemWindow, ServiceItem

_OPEN = (Ticket.State.WAITING, Ticket.State.CALLED, Ticket.State.SERVING)
ID_NUMBER = "ticket-id-number"  # what the blind index of an ID number on a ticket is for
_TRIES = 60  # tickets asked for at one hall's kiosks in a minute
_CODES = 20  # of them, by an appointment's code


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody types at the kiosk: one of the three ways to say who they are, and what they come for.

    ``known_by`` makes one of a number that may be any of the three.
    """

    code: str = ""
    phone: str = ""
    id_number: str = ""
    item_id: UUID | None = None
    department_id: UUID | None = None
    group: str = ""

    @classmethod
    def known_by(
        cls, value: str, *, item_id: UUID | None = None, department_id: UUID | None = None, group: str = ""
    ) -> "Wanted":
        """With the ID number, phone or appointment code in ``value``; nothing is known when it is empty.

        Raises :class:`TicketInvalid`.
        """
        wanted = cls(item_id=item_id, department_id=department_id, group=group)
        if not value.strip():
            return wanted
        way = rules.way_of(value)
        if not way:
            raise errors.TicketInvalid(fields={"value": _("身份证号 18 位，手机号 11 位，预约码 8 位，请核对。")})
        known: dict[str, Any] = {way: value.strip()}
        return replace(wanted, **known)


def take_at_kiosk(actor: Actor, *, kiosk_key: str, wanted: Wanted) -> Ticket:
    """Give a ticket; whoever asks again while theirs is open gets the same one. Tries are counted before the
    transaction: a refusal takes back what it wrote, and must not take back the count.

    An appointment of today in this hall takes the place of what is asked for, however the person is known: in time
    it keeps its priority, later than the hall allows it stands in line as a walk-in. Raises
    :class:`CounterNotFound`, :class:`HallNotGiving`, :class:`TicketInvalid`, :class:`CodeUnknown`,
    :class:`TooManyTries`, or the refusals of phone and document.
    """
    counters = HallCounter.objects.select_related("hall__region").filter(is_open=True, hall__is_active=True)
    counter = counters.filter(kiosk_key=kiosk_key).first()
    if counter is None:
        raise errors.CounterNotFound
    if sum(map(bool, (wanted.code, wanted.phone, wanted.id_number))) != 1:
        raise errors.TicketInvalid(fields={"value": _("请输入预约码、手机号或者身份证号。")})
    if is_over("kiosk", str(counter.hall_id), most=_TRIES, seconds=60):
        raise errors.TooManyTries
    if wanted.code and is_over("kiosk-code", str(counter.hall_id), most=_CODES, seconds=60):
        raise errors.TooManyTries
    with transaction.atomic():
        return _take(actor, counter, wanted)


@transaction.atomic
def take_at_counter(actor: Actor, *, window_id: UUID, wanted: Wanted, request_key: str = "") -> Ticket:
    """Give a ticket to somebody who stands there, with or without phone and document; blocked people too.

    Raises :class:`WindowNotFound`, :class:`NotSeated`, and as :func:`take_at_kiosk`.
    """
    window = seated_window(actor, window_id)
    claimed = claim(actor_id=actor.account_id, action="take_ticket", request_key=request_key)
    if claimed.earlier_id:
        return Ticket.objects.get(pk=claimed.earlier_id)
    ticket = _take(actor, HallCounter.objects.select_related("hall__region").get(hall_id=window.hall_id), wanted)
    claimed.settle(ticket.pk)
    return ticket


def _take(actor: Actor, counter: HallCounter, wanted: Wanted) -> Ticket:
    now = days.local_now()
    hall = counter.hall
    ticket = _blank(counter, wanted, now)
    row = days.lock_day(hall, now.date())
    days.require_giving(hall, row, now)
    appointment = _appointment(hall, now.date(), wanted)
    if appointment:
        _replace(ticket, appointment, counter, now)
    earlier = _open_one(ticket)
    if earlier:
        return earlier
    if not appointment:  # who was promised a time is looked after, whatever became of the windows
        _require_window(ticket)
    _number(ticket, row)
    if appointment:
        appointment.state = Appointment.State.ARRIVED
        appointment.version += 1
        appointment.save(update_fields=["state", "version", "updated_at"])
    way = "appointment" if appointment else "phone" if ticket.phone else "id_number" if ticket.id_number else "counter"
    holder = appointment.person_id if appointment else None
    events.record(codes.TICKET_TAKEN, actor=actor, subject_id=ticket.pk, holder_id=holder, ticket=ticket.code, way=way)
    return ticket


def _blank(counter: HallCounter, wanted: Wanted, now: dt.datetime) -> Ticket:
    if wanted.group and (wanted.group not in PriorityGroup or wanted.group not in counter.priority_groups):
        raise errors.TicketInvalid(fields={"group": _("这个大厅没有这种优先。")})
    item = _item(counter.hall, wanted.item_id)
    department_id = item.department_id if item else _department(counter.hall, wanted.department_id)
    ticket = Ticket(
        hall=counter.hall,
        day=now.date(),
        kind=Ticket.Kind.PRIORITY if wanted.group else Ticket.Kind.WALK_IN,
        group=wanted.group,
        item=item,
        department_id=department_id,
        line_at=now,
    )
    if wanted.phone:
        ticket.phone = normal_phone(wanted.phone)
        ticket.phone_index = crypto.blind_index(ticket.phone, purpose=PHONE)
    if wanted.id_number:
        ticket.id_number = documents.check(documents.Kind.CITIZEN, wanted.id_number).number
        ticket.id_number_index = crypto.blind_index(ticket.id_number, purpose=ID_NUMBER)
    return ticket


def _item(hall: Hall, item_id: UUID | None) -> ServiceItem | None:
    if item_id is None:
        return None
    row = ItemWindow.objects.select_related("item__current").filter(hall=hall, item_id=item_id).first()
    if row is None:
        raise errors.TicketInvalid(fields={"about": _("这个大厅不办这件事，请重新选择。")})
    return row.item


def _department(hall: Hall, department_id: UUID | None) -> UUID | None:
    if department_id is None:
        return None
    if not ItemWindow.objects.filter(hall=hall, item__department_id=department_id).exists():
        raise errors.TicketInvalid(fields={"about": _("这个大厅没有这个部门的窗口，请重新选择。")})
    return department_id


def _appointment(hall: Hall, day: dt.date, wanted: Wanted) -> Appointment | None:
    """The appointment that is open here today: by its code, or the next of the person the number belongs to."""
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).filter(hall=hall, day=day)
    rows = rows.filter(state__in=[Appointment.State.BOOKED, Appointment.State.ARRIVED]).order_by("starts_at", "pk")
    if wanted.code:
        found = rows.filter(code=re.sub(r"[\s-]", "", wanted.code)[:8].replace("\x00", "")).first()
        if found is None:
            raise errors.CodeUnknown(fields={"value": errors.CodeUnknown.message})
        return found
    person_id = _known_person(wanted)
    if person_id is None:
        return None
    is_coming = Q(state=Appointment.State.BOOKED) | Q(ticket__state__in=_OPEN)
    return rows.filter(is_coming, person_id=person_id).first()


def _require_window(ticket: Ticket) -> None:
    """Refuse a ticket that no window in use may call, and say where to go. Raises :class:`NoWindowServes`."""
    windows = CounterWindow.objects.filter(hall_id=ticket.hall_id, is_active=True)
    rows = windows.prefetch_related("departments", "items")
    standing = standing_of(ticket)
    if any(rules.serves(reach_of(window), standing) for window in rows):
        return
    name = ticket.item.name if ticket.item else _("这个部门的事")
    raise errors.NoWindowServes(name=name, places=_places(ticket))


def _places(ticket: Ticket) -> str:
    """Where else the item is done: in other halls, else as its guide says, else the desk knows."""
    if ticket.item_id is None:
        return _("请到咨询台问一下，或者改天再来。")
    others = ItemWindow.objects.filter(item_id=ticket.item_id, hall__is_active=True).exclude(hall_id=ticket.hall_id)
    names = list(others.order_by("hall__name").values_list("hall__name", flat=True).distinct()[:3])
    if names:
        return _("请到%(places)s办理，或者在网上申请。") % {"places": "、".join(names)}
    current = ticket.item.current if ticket.item else None
    if current is not None and current.hall_place:
        return _("请到%(places)s办理，或者在网上申请。") % {"places": current.hall_place}
    return _("请到咨询台问一下，也可以看办事指南在网上申请。")


def _known_person(wanted: Wanted) -> UUID | None:
    if wanted.phone:
        account = account_by_phone(crypto.blind_index(normal_phone(wanted.phone), purpose=PHONE))
        return account.person_id if account else None
    if wanted.id_number:
        person = find_open_person(documents.check(documents.Kind.CITIZEN, wanted.id_number))
        return person.pk if person else None
    return None


def _replace(ticket: Ticket, appointment: Appointment, counter: HallCounter, now: dt.datetime) -> None:
    """The appointment says what for and when; who comes stands there already, so the ticket keeps no number."""
    ticket.appointment = appointment
    ticket.item_id = appointment.item_id
    ticket.department_id = appointment.item.department_id
    ticket.phone = ticket.phone_index = ticket.id_number = ticket.id_number_index = None
    if rules.is_late(appointment.ends_at, now, late_minutes=counter.late_minutes):
        return
    ticket.due_at = appointment.starts_at
    if not ticket.group:
        ticket.kind = Ticket.Kind.APPOINTMENT


def _open_one(ticket: Ticket) -> Ticket | None:
    """The ticket this person has today already: of the appointment whatever became of it, else one still open."""
    rows = Ticket.objects.filter(hall=ticket.hall, day=ticket.day)
    if ticket.appointment_id:
        return rows.filter(appointment_id=ticket.appointment_id).first()
    rows = rows.filter(state__in=_OPEN)
    if ticket.phone_index:
        return rows.filter(phone_index=ticket.phone_index).first()
    if ticket.id_number_index:
        return rows.filter(id_number_index=ticket.id_number_index).first()
    return None


def _number(ticket: Ticket, row: CounterDay) -> None:
    row.last_number += 1
    row.save(update_fields=["last_number", "updated_at"])
    ticket.number = row.last_number
    ticket.save(force_insert=True)
