"""What a clerk does at a window: sit down, call, call again, serve, finish, skip, transfer, bring back."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from cases import events as codes
from cases.counter import days, errors
from cases.counter.line import reach_of, standing_of
from cases.counter.models import CounterWindow, Ticket
from cases.counter.rules import line_for
from cases.counter.seats import locked_window, seated_window
from common import events
from common.formatting import code_label
from common.idempotency import claim
from identity.actor import Actor
from identity.persons.documents import Kind, check
from identity.persons.finding import find_open_person

_State = Ticket.State
AT_WINDOW = (_State.CALLED, _State.SERVING)


@transaction.atomic
def sit_down(actor: Actor, *, window_id: UUID) -> CounterWindow:
    """Take a window over; the one where they sat before is free. Raises :class:`WindowNotFound`, :class:`WindowTaken`
    or, with a ticket still open at the other window, :class:`WindowBusy`.
    """
    window = locked_window(actor, window_id)
    if window.clerk_id == actor.account_id:
        return window
    if window.clerk_id is not None:
        raise errors.WindowTaken
    for other in CounterWindow.objects.select_for_update(no_key=True).filter(clerk_id=actor.account_id):
        _require_free(other)
        _seat(actor, other, is_seated=False)
    _seat(actor, window, is_seated=True)
    return window


@transaction.atomic
def stand_up(actor: Actor, *, window_id: UUID) -> CounterWindow:
    """Leave the window. Raises :class:`WindowNotFound` or, with a ticket still open, :class:`WindowBusy`."""
    window = locked_window(actor, window_id)
    if window.clerk_id == actor.account_id:
        _require_free(window)
        _seat(actor, window, is_seated=False)
    return window


def _seat(actor: Actor, window: CounterWindow, *, is_seated: bool) -> None:
    window.clerk_id = actor.known_account_id if is_seated else None
    try:
        with transaction.atomic():
            window.save(update_fields=["clerk", "updated_at"])
    except IntegrityError as error:  # the same account sat down elsewhere at the same moment
        raise errors.WindowTaken from error
    events.record(codes.WINDOW_STAFFED, actor=actor, subject_id=window.pk, is_seated=is_seated)


def _require_free(window: CounterWindow) -> None:
    held = Ticket.objects.filter(window=window, state__in=AT_WINDOW).first()
    if held:
        raise errors.WindowBusy(ticket=held.code)


@transaction.atomic
def call_next(actor: Actor, *, window_id: UUID, request_key: str = "") -> Ticket | None:
    """Call who is next for this window, None when nobody waits. Two windows at once never call the same ticket:
    whoever locks its row has it, the other goes on to the one behind.

    Raises :class:`WindowNotFound`, :class:`NotSeated`, :class:`WindowBusy`.
    """
    window = seated_window(actor, window_id)
    claimed = claim(actor_id=actor.account_id, action="call_next", request_key=request_key)
    if claimed.earlier_id:
        return Ticket.objects.get(pk=claimed.earlier_id)
    _require_free(window)
    now = days.local_now()
    waiting = Ticket.objects.filter(hall=window.hall, day=now.date(), state=_State.WAITING)
    light = waiting.select_related("wanted_window").defer("phone", "id_number")
    for one in line_for(reach_of(window), map(standing_of, light), now):
        ticket = waiting.select_for_update(skip_locked=True, no_key=True).filter(pk=one.pk).first()
        if ticket:
            claimed.settle(ticket.pk)
            return _call(actor, window, ticket)
    return None


def _call(actor: Actor, window: CounterWindow, ticket: Ticket) -> Ticket:
    now = timezone.now()
    return _move(actor, ticket, "call", window, state=_State.CALLED, window=window, calls=1, called_at=now)


@transaction.atomic
def call_again(actor: Actor, *, window_id: UUID, ticket_id: UUID) -> Ticket:
    """Call it once more. Raises as :func:`call_next`, and :class:`TicketNotFound`, :class:`TicketMoved`."""
    window, ticket = _held(actor, window_id, ticket_id, {_State.CALLED})
    return _move(actor, ticket, "call_again", window, calls=ticket.calls + 1, called_at=timezone.now())


@transaction.atomic
def serve(actor: Actor, *, window_id: UUID, ticket_id: UUID) -> Ticket:
    """The person has come: begin. Raises as :func:`call_again`."""
    window, ticket = _held(actor, window_id, ticket_id, {_State.CALLED})
    return _move(actor, ticket, "serve", window, state=_State.SERVING)


@transaction.atomic
def finish(actor: Actor, *, window_id: UUID, ticket_id: UUID) -> Ticket:
    """The ticket is done. Raises as :func:`call_again`."""
    window, ticket = _held(actor, window_id, ticket_id, {_State.SERVING, _State.CALLED})
    return _move(actor, ticket, "finish", window, state=_State.DONE, ended_at=timezone.now())


@transaction.atomic
def skip(actor: Actor, *, window_id: UUID, ticket_id: UUID) -> Ticket:
    """Nobody came: the ticket is passed over and can be brought back today. Raises as :func:`call_again`."""
    window, ticket = _held(actor, window_id, ticket_id, {_State.CALLED})
    return _move(actor, ticket, "skip", window, state=_State.SKIPPED)


@transaction.atomic
def transfer(actor: Actor, *, window_id: UUID, ticket_id: UUID, to_window_id: UUID) -> Ticket:
    """Send the person on to another window of the hall, where they are next. Raises as :func:`call_again`, and
    :class:`TransferImpossible`, :class:`TicketOfYesterday`.
    """
    window, ticket = _held(actor, window_id, ticket_id, {_State.CALLED, _State.SERVING})
    if ticket.day != days.local_now().date():
        raise errors.TicketOfYesterday(ticket=ticket.code)
    rows = CounterWindow.objects.filter(hall=window.hall, is_active=True).exclude(pk=window.pk)
    target = rows.filter(pk=to_window_id).first()
    if target is None:
        raise errors.TransferImpossible(fields={"to": errors.TransferImpossible.message})
    return _move(actor, ticket, "transfer", target, state=_State.WAITING, window=None, wanted_window=target, calls=0)


@transaction.atomic
def bring_back(actor: Actor, *, window_id: UUID, ticket_id: UUID) -> Ticket:
    """Somebody who was passed over came after all: to the end of the line, without the appointment's priority."""
    window = seated_window(actor, window_id)
    ticket = _locked(window, ticket_id, {_State.SKIPPED})
    values: dict[str, Any] = {"line_at": timezone.now(), "due_at": None, "window": None, "wanted_window": None}
    return _move(actor, ticket, "bring_back", window, state=_State.WAITING, calls=0, **values)


@transaction.atomic
def show_whole(actor: Actor, *, window_id: UUID, ticket_id: UUID, reason: str) -> tuple[str, str]:
    """The phone and ID number of the ticket at this window, for a stated reason; the reading is recorded.

    Raises :class:`ReasonNeeded`, or as :func:`call_again`.
    """
    _window, ticket = _held(actor, window_id, ticket_id, set(AT_WINDOW))
    said = reason.strip()
    if not 2 <= len(said) <= 100 or not said.isprintable():
        raise errors.ReasonNeeded(fields={"reason": errors.ReasonNeeded.message})
    person = ticket.appointment.person if ticket.appointment else None
    phone, id_number = ticket.phone or "", ticket.id_number or ""
    if person:
        phone, id_number = person.phone or "", person.id_number
    elif id_number:
        person = find_open_person(check(Kind.CITIZEN, id_number))
    holder = person.pk if person else None
    events.record(
        codes.TICKET_READ, actor=actor, subject_id=ticket.pk, holder_id=holder, ticket=ticket.code, reason=said
    )
    return phone, id_number


def _held(actor: Actor, window_id: UUID, ticket_id: UUID, states: set[Ticket.State]) -> tuple[CounterWindow, Ticket]:
    window = seated_window(actor, window_id)
    ticket = _locked(window, ticket_id, states)
    if ticket.window_id != window.pk:
        raise errors.TicketMoved(ticket=ticket.code, state=code_label(ticket.get_state_display()))
    return window, ticket


def _locked(window: CounterWindow, ticket_id: UUID, states: set[Ticket.State]) -> Ticket:
    is_todays = Q(day=days.local_now().date()) | Q(window=window, state__in=AT_WINDOW)  # midnight may come between
    rows = Ticket.objects.select_for_update(no_key=True, of=("self",)).filter(is_todays, hall=window.hall)
    ticket = rows.filter(pk=ticket_id).first()
    if ticket is None:
        raise errors.TicketNotFound
    if ticket.state not in states:
        raise errors.TicketMoved(ticket=ticket.code, state=code_label(ticket.get_state_display()))
    return ticket


def _move(actor: Actor, ticket: Ticket, action: str, at: CounterWindow, **values: Any) -> Ticket:
    for name, value in values.items():
        setattr(ticket, name, value)
    ticket.clerk_id = actor.account_id
    ticket.save(update_fields=[*values, "clerk", "updated_at"])
    number = at.number
    events.record(
        codes.TICKET_MOVED, actor=actor, subject_id=ticket.pk, ticket=ticket.code, action=action, window=number
    )
    return ticket
