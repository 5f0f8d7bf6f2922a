"""What the counter adds to a copy of somebody's data, lets go of with their account, and moves when rows are merged."""

from uuid import UUID

from django.db.models import Q, QuerySet

from cases.counter.models import Appointment, Ticket
from cases.counter.ticket_actions import ID_NUMBER
from common import crypto
from identity.actions import PHONE
from identity.models import Party, Person
from identity.persons.listeners import Moved
from identity.persons.moving import repoint
from identity.privacy.hooks import Part, Row


def collect(party: Party) -> list[Part]:
    """Every appointment of a person with what became of it, and tickets that still carry their phone or ID number."""
    if party.kind != Party.Kind.PERSON:
        return []
    rows = Appointment.objects.filter(person_id=party.pk).select_related("hall", "item").order_by("starts_at", "pk")
    tickets = _tickets_of(party).select_related("hall").order_by("day", "number")
    return [
        Part("appointments", "大厅预约", [_row(row) for row in rows]),
        Part("tickets", "大厅取号", [_ticket_row(row) for row in tickets]),
    ]


def _tickets_of(party: Party) -> QuerySet[Ticket]:
    """Tickets taken by a person's phone or ID number, as long as those stand there."""
    person = Person.objects.filter(pk=party.pk).first()
    known = Q(pk__in=[])
    if person and person.phone:
        known |= Q(phone_index=crypto.blind_index(person.phone, purpose=PHONE))
    if person and person.id_number:
        known |= Q(id_number_index=crypto.blind_index(person.id_number, purpose=ID_NUMBER))
    return Ticket.objects.filter(known)


def _ticket_row(row: Ticket) -> Row:
    return {
        "大厅": row.hall.name,
        "日期": row.day,
        "号": row.code,
        "手机号": row.phone or "",
        "证件号": row.id_number or "",
        "状态": row.get_state_display(),
    }


def _row(row: Appointment) -> Row:
    return {
        "大厅": row.hall.name,
        "事项": row.item.name,
        "时间": row.starts_at,
        "预约码": row.code,
        "状态": row.get_state_display(),
    }


def erase(party: Party) -> int:
    """Cancel what is booked, let go of the person in all appointments, and erase what tickets say of them."""
    rows = Appointment.objects.filter(person_id=party.pk)
    rows.filter(state=Appointment.State.BOOKED).update(state=Appointment.State.CANCELLED)
    forgotten = {"phone": None, "phone_index": None, "id_number": None, "id_number_index": None}
    return _tickets_of(party).update(**forgotten) + rows.update(person=None)


def follow_merge(kept_id: UUID, other_id: UUID) -> Moved:
    """Move appointments to the kept person; where both have one open for an item on a day, the other's is cancelled."""
    other = Appointment.objects.filter(person_id=other_id)
    kept = Appointment.objects.filter(person_id=kept_id, state__in=["booked", "arrived"])
    taken = set(kept.values_list("item_id", "day"))
    open_ones = other.filter(state__in=["booked", "arrived"]).values_list("pk", "item_id", "day")
    twice = [pk for pk, item_id, day in open_ones if (item_id, day) in taken]
    Appointment.objects.filter(pk__in=twice).update(state=Appointment.State.CANCELLED)
    return {"cases.appointment.person": repoint(other, person=kept_id)}
