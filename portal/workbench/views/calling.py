"""叫号台: a clerk's windows, the line at one of them, and every step of a ticket."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from cases.counter import calling_actions as calling
from cases.counter import queries, ticket_actions
from cases.counter.errors import TicketInvalid, TicketNotFound, TransferImpossible
from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from common.masking import mask_id, mask_name, mask_phone
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, staff_required
from portal.workbench.counter_forms import CounterTicketForm
from portal.workbench.pages import new_request_key, show
from portal.workbench.views.assisting import window_extras

_ON_TICKET = {
    "again": calling.call_again,
    "serve": calling.serve,
    "finish": calling.finish,
    "skip": calling.skip,
    "back": calling.bring_back,
}


def _require_counter(actor: Actor) -> None:
    if not actor.departments(Permission.COUNTER):
        raise Forbidden


@require_safe
@staff_required
def windows(request: HttpRequest) -> HttpResponse:
    """The windows of this post."""
    actor = actor_of(request)
    _require_counter(actor)
    rows = [
        {"window": row, "is_mine": row.clerk_id == actor.account_id, "clerk": row.clerk}
        for row in queries.windows_for(actor)
    ]
    return show(request, "workbench/calling/windows.html", {"rows": rows}, nav="calling")


@require_safe
@staff_required
def desk(request: HttpRequest, window_id: UUID) -> HttpResponse:
    """One window with its ticket and its line."""
    return _desk_page(request, window_id)


@never_cache
@require_safe
@staff_required
def line(request: HttpRequest, window_id: UUID) -> HttpResponse:
    """The line of a window alone, for the desk that asks again every few seconds."""
    actor = actor_of(request)
    _require_counter(actor)
    found = queries.desk(actor, window_id)
    context = {"desk": found, "ticket": found.current, "line": [(row, _masked(row)) for row in found.line]}
    return render(request, "workbench/calling/live.html", context)


def _desk_page(
    request: HttpRequest,
    window_id: UUID,
    *,
    conflict: DomainError | None = None,
    whole: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    _require_counter(actor)
    found = queries.desk(actor, window_id)
    counter = queries.counter_of(found.window)
    context: dict[str, Any] = {
        "desk": found,
        "window": found.window,
        "ticket": found.current,
        "who": _masked(found.current),
        "line": [(row, _masked(row)) for row in found.line],
        "form": CounterTicketForm(
            initial={"request_key": new_request_key()}, counter=counter, items=queries.offered_at(counter.hall)
        ),
        "request_key": new_request_key(),
        "conflict": conflict,
        "whole": whole,
        **window_extras(found.window),
    }
    return show(request, "workbench/calling/desk.html", context, nav="calling", status=status)


def _masked(ticket: Any) -> str:
    """What tells the clerk who it is, without telling anybody who looks over a shoulder."""
    if ticket is None:
        return ""
    if ticket.appointment and ticket.appointment.person:
        return mask_name(ticket.appointment.person.name)
    if ticket.id_number:
        return mask_id(ticket.id_number)
    return mask_phone(ticket.phone) if ticket.phone else ""


@sensitive_post_parameters("value")
@require_POST
@staff_required
def step(request: HttpRequest, window_id: UUID, action: str) -> HttpResponse:
    """One press of a button at the window; what somebody else did meanwhile is said, and the newest state shown."""
    actor = actor_of(request)
    _require_counter(actor)
    try:
        _do(request, actor, window_id, action)
    except (Conflict, Invalid, TicketNotFound) as error:
        return _desk_page(request, window_id, conflict=error, status=error.http_status)
    return redirect("calling_desk", window_id)


def _do(request: HttpRequest, actor: Actor, window_id: UUID, action: str) -> None:
    key = request.POST.get("request_key", "")[:64].replace("\x00", "")
    if action == "sit":
        calling.sit_down(actor, window_id=window_id)
    elif action == "leave":
        calling.stand_up(actor, window_id=window_id)
    elif action == "call":
        if calling.call_next(actor, window_id=window_id, request_key=key) is None:
            messages.info(request, _("现在没有人等。"))
    elif action == "ticket":
        _give(request, actor, window_id, key)
    elif action == "transfer":
        target = _uuid(request.POST.get("to", ""), TransferImpossible())
        calling.transfer(actor, window_id=window_id, ticket_id=_ticket_id(request), to_window_id=target)
        messages.success(request, _("已转过去，对方下一个就叫。"))
    elif action in _ON_TICKET:
        _ON_TICKET[action](actor, window_id=window_id, ticket_id=_ticket_id(request))
    else:
        raise NotFound


def _give(request: HttpRequest, actor: Actor, window_id: UUID, key: str) -> None:
    counter = queries.counter_of(queries.desk(actor, window_id).window)
    form = CounterTicketForm(request.POST, counter=counter, items=queries.offered_at(counter.hall))
    if not form.is_valid():
        raise TicketInvalid(fields={name: str(found[0]) for name, found in form.errors.items()})
    ticket = ticket_actions.take_at_counter(actor, window_id=window_id, wanted=form.wanted(), request_key=key)
    messages.success(request, _("已取号：%(ticket)s。") % {"ticket": ticket.code})


def _ticket_id(request: HttpRequest) -> UUID:
    return _uuid(request.POST.get("ticket", ""), TicketNotFound())


def _uuid(text: str, error: DomainError) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise error from None


@require_POST
@staff_required
def reveal(request: HttpRequest, window_id: UUID) -> HttpResponse:
    """Show the numbers of the ticket at the window once, for a reason."""
    actor = actor_of(request)
    _require_counter(actor)
    try:
        reason = request.POST.get("reason", "")[:200]
        whole = calling.show_whole(actor, window_id=window_id, ticket_id=_ticket_id(request), reason=reason)
    except (Conflict, Invalid, TicketNotFound) as error:
        return _desk_page(request, window_id, conflict=error, status=error.http_status)
    return _desk_page(request, window_id, whole=whole)
