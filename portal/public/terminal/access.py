"""Who may see a terminal's page: whoever is in an open visit at that very machine. Nothing is kept by the browser."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from cases.terminal import queries, visit_actions
from cases.terminal.errors import VisitOver
from cases.terminal.models import Terminal, TerminalVisit
from portal.access import actor_of

_View = Callable[..., HttpResponse]
ASKED = "terminal_asked"  # in the session before the way in: the visit that waits for its second proof


def visit_of(request: HttpRequest) -> TerminalVisit | None:
    """The open visit of this session, if it was begun at a terminal."""
    return getattr(request, "terminal_visit", None)


def machine_page(view: _View) -> _View:
    """A page of a machine in use that anybody in front of it sees; the view gets the machine."""

    @wraps(view)
    def shown(request: HttpRequest, terminal_key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, queries.get_terminal(terminal_key), *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return shown


def at_terminal(view: _View) -> _View:
    """A page for whoever was let in at this machine; others are led to its first page. Each look is a sign of life."""

    @wraps(view)
    def shown(request: HttpRequest, terminal: Terminal, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = visit_of(request)
        if visit is None or visit.terminal_id != terminal.pk or not actor_of(request).is_citizen:
            return redirect("terminal", terminal.key)
        try:
            visit_actions.stay(actor_of(request), visit=visit)
        except VisitOver:
            logout(request)
            return redirect("terminal", terminal.key)
        return view(request, terminal, *args, **kwargs)

    return machine_page(shown)


def page(
    request: HttpRequest, terminal: Terminal, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a terminal's page with the times its script counts by, in seconds."""
    visit, terms = visit_of(request), queries.terms()
    frame: dict[str, Any] = {"terminal": terminal, "visit": visit, "senior_mode": False}
    if visit is not None and visit.opened_at:
        left = (visit.opened_at + terms.limit - timezone.now()).total_seconds()
        frame["times"] = {
            "idle": int(terms.idle.total_seconds()),
            "grace": int(terms.grace.total_seconds()),
            "left": max(1, int(left)),
            "whole": int((terms.idle + terms.grace).total_seconds()) + 1,
        }
    return render(request, f"public/terminal/{template}", {**frame, **context}, status=status)
