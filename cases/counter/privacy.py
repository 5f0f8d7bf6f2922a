"""What the counter adds to a copy of somebody's data, lets go of with their account, and moves when rows are merged."""

from uuid import UUID

from cases.counter.models import Appointment
from identity.models import Party
from identity.persons.listeners import Moved
from identity.persons.moving import repoint
from identity.privacy.hooks import Part, Row


def collect(party: Party) -> list[Part]:
    """Every appointment of a person with what became of it. Tickets without one name nobody."""
    if party.kind != Party.Kind.PERSON:
        return []
    rows = Appointment.objects.filter(person_id=party.pk).select_related("hall", "item").order_by("starts_at")
    return [Part("appointments", "大厅预约", [_row(row) for row in rows])]


def _row(row: Appointment) -> Row:
    return {
        "大厅": row.hall.name,
        "事项": row.item.name,
        "时间": row.starts_at,
        "预约码": row.code,
        "状态": row.get_state_display(),
    }


def erase(party: Party) -> int:
    """Cancel what is booked and let go of the person in all appointments."""
    rows = Appointment.objects.filter(person_id=party.pk)
    rows.filter(state=Appointment.State.BOOKED).update(state=Appointment.State.CANCELLED)
    return rows.update(person=None)


def follow_merge(kept_id: UUID, other_id: UUID) -> Moved:
    """Move appointments to the kept person; where both have one open for an item on a day, the other's is cancelled."""
    other = Appointment.objects.filter(person_id=other_id)
    kept = Appointment.objects.filter(person_id=kept_id, state__in=["booked", "arrived"])
    taken = set(kept.values_list("item_id", "day"))
    open_ones = other.filter(state__in=["booked", "arrived"]).values_list("pk", "item_id", "day")
    twice = [pk for pk, item_id, day in open_ones if (item_id, day) in taken]
    Appointment.objects.filter(pk__in=twice).update(state=Appointment.State.CANCELLED)
    return {"cases.appointment.person": repoint(other, person=kept_id)}
