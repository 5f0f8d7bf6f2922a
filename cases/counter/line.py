"""Rows of windows and tickets as the rules see them."""

from cases.counter.models import CounterWindow, Ticket
from cases.counter.rules import Reach, Standing


def reach_of(window: CounterWindow) -> Reach:
    """What a window serves (two queries, none when prefetched)."""
    return Reach(
        window.pk,
        frozenset(department.pk for department in window.departments.all()),
        frozenset(item.pk for item in window.items.all()),
    )


def standing_of(ticket: Ticket) -> Standing:
    """A ticket in the line. The window it was sent to counts while that is in use (no query when joined)."""
    wanted = ticket.wanted_window
    return Standing(
        ticket.pk,
        ticket.number,
        ticket.line_at,
        is_priority=bool(ticket.group),
        due_at=ticket.due_at,
        item=ticket.item_id,
        department=ticket.department_id,
        wanted=wanted.pk if wanted and wanted.is_active else None,
    )
