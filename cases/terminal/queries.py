"""Reads of terminals: a machine by its address, the visit of a session, who waits for a clerk, a hall's machines."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cases.counter.models import HallCounter
from cases.counter.queries import windows_for
from cases.terminal import errors, rules
from cases.terminal.models import Terminal, TerminalVisit
from identity.actor import Actor
from identity.halls.queries import get_kept_hall
from identity.models import Account, Hall

_State = TerminalVisit.State


def terms() -> rules.Terms:
    """The times from the settings."""
    return rules.Terms(
        idle=dt.timedelta(seconds=settings.TERMINAL_IDLE_SECONDS),
        grace=dt.timedelta(seconds=settings.TERMINAL_GRACE_SECONDS),
        limit=dt.timedelta(minutes=settings.TERMINAL_LIMIT_MINUTES),
    )


def get_terminal(key: str) -> Terminal:
    """The machine in use at this address; raises :class:`TerminalNotFound`."""
    rows = Terminal.objects.select_related("hall__region").filter(is_active=True, hall__is_active=True)
    terminal = rows.filter(key=key[:43]).defer("card").first()
    if terminal is None:
        raise errors.TerminalNotFound
    return terminal


def counter_at(terminal: Terminal) -> HallCounter | None:
    """The counter of the machine's hall while it gives tickets."""
    return HallCounter.objects.filter(hall_id=terminal.hall_id, is_open=True).first()


def get_asked(visit_id: str, terminal: Terminal) -> TerminalVisit:
    """A visit at this machine that has not been let in yet; raises :class:`VisitOver`."""
    rows = TerminalVisit.objects.select_related("terminal", "person__account")
    key = _uuid(visit_id)
    if key is None:
        raise errors.VisitOver
    visit = rows.filter(pk=key, terminal=terminal, state__in=[_State.ASKED, _State.PROVED]).first()
    if visit is None or not rules.is_fresh(visit.created_at, timezone.now()):
        raise errors.VisitOver
    return visit


def account_of(visit: TerminalVisit) -> Account | None:
    """The active citizen's account behind the card."""
    account: Account | None = getattr(visit.person, "account", None) if visit.person else None
    return account if account and account.is_active and not account.is_staff_member else None


def find_open(visit_id: str, session_key: str | None) -> TerminalVisit | None:
    """The visit a session belongs to while it lasts (one query)."""
    rows = TerminalVisit.objects.select_related("terminal")
    key = _uuid(visit_id)
    visit = rows.filter(pk=key, state=_State.OPEN, session_key=session_key or "-").first() if key else None
    if visit is None or not visit.terminal.is_active or visit.opened_at is None or visit.seen_at is None:
        return None
    return visit if timezone.now() < rules.ends_at(visit.opened_at, visit.seen_at, terms()) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def to_release(actor: Actor) -> QuerySet[TerminalVisit]:
    """Who waits at the machines of the halls where this post has a window, the longest first; known people only."""
    halls = windows_for(actor).order_by().values("hall_id")
    rows = TerminalVisit.objects.filter(state=_State.ASKED, terminal__hall__in=halls, person__account__is_active=True)
    rows = rows.filter(created_at__gt=timezone.now() - rules.PROOF, terminal__is_active=True)
    return rows.select_related("terminal__hall", "person").order_by("created_at", "pk")


@dataclass(frozen=True, slots=True)
class Machines:
    """The machines of a hall for whoever looks after it."""

    hall: Hall
    rows: list[Terminal]


def machines_of(actor: Actor, hall_id: UUID) -> Machines:
    """A kept hall with its machines, those out of use last; raises :class:`HallNotFound`."""
    hall = get_kept_hall(actor, hall_id)
    return Machines(hall, list(hall.terminals.defer("card").order_by("-is_active", "name", "pk")))


def left_behind() -> list[UUID]:
    """Open visits that nobody uses any more, or whose time is over."""
    now, times = timezone.now(), terms()
    rows = TerminalVisit.objects.filter(state=_State.OPEN).values_list("pk", "opened_at", "seen_at")
    return [pk for pk, opened, seen in rows if opened and seen and rules.ends_at(opened, seen, times) <= now]
