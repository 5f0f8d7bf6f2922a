"""What terminals add to a copy of somebody's data, let go of with their account, and move when rows are merged."""

from uuid import UUID

from django.utils import timezone

from cases.terminal.models import TerminalVisit
from identity.models import Party
from identity.persons.listeners import Moved
from identity.persons.moving import repoint
from identity.privacy.hooks import Part, Row


def collect(party: Party) -> list[Part]:
    """Every visit of a person to a machine."""
    if party.kind != Party.Kind.PERSON:
        return []
    rows = (
        TerminalVisit.objects.filter(person_id=party.pk).select_related("terminal__hall").order_by("created_at", "pk")
    )
    return [Part("terminal_visits", "自助终端", [_row(row) for row in rows])]


def _row(row: TerminalVisit) -> Row:
    return {
        "大厅": row.terminal.hall.name,
        "终端": row.terminal.name,
        "放证件": row.created_at,
        "验证方式": row.get_way_display() if row.way else "",
        "开始使用": row.opened_at,
        "退出": row.ended_at,
    }


def erase(party: Party) -> int:
    """Let go of the person in every visit; one that goes on is over, its session ends with the account."""
    rows = TerminalVisit.objects.filter(person_id=party.pk)
    return rows.update(
        person=None, state=TerminalVisit.State.ENDED, ended_at=timezone.now(), end_reason=TerminalVisit.End.MACHINE
    )


def follow_merge(kept_id: UUID, other_id: UUID) -> Moved:
    """Move visits to the kept person."""
    rows = TerminalVisit.objects.filter(person_id=other_id)
    return {"cases.terminalvisit.person": repoint(rows, person=kept_id)}
