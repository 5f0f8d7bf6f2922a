"""Who may open a page at all: shared by the surfaces that people see. What they may see on it, the queries decide."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from common.errors import NotFound
from identity.actor import Actor

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor that the middleware put on the request."""
    return request.actor  # type: ignore[attr-defined]


def citizen_required(view: _View) -> _View:
    """Let signed-in citizens in; ask others to sign in; to staff the page does not exist (404)."""
    return _guarded(view, lambda actor: actor.is_citizen)


def staff_required(view: _View) -> _View:
    """Let staff in an active post in; ask others to sign in; to citizens the page does not exist (404)."""
    return _guarded(view, lambda actor: actor.is_staff)


def account_required(view: _View) -> _View:
    """Let citizens and staff in alike: pages about one's own sign-in."""
    return _guarded(view, lambda actor: actor.is_citizen or actor.is_staff)


def _guarded(view: _View, is_welcome: Callable[[Actor], bool]) -> _View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            # After the sign-in a POST's address would only answer 405, so the person returns to where they pressed.
            return redirect_to_login(request.get_full_path() if request.method == "GET" else _came_from(request))
        if not is_welcome(actor_of(request)):
            raise NotFound
        return view(request, *args, **kwargs)

    return cast(_View, guarded)


def _came_from(request: HttpRequest) -> str:
    """The path of the page whose form was sent, when it is one of this site; else the home page."""
    referer = request.headers.get("referer", "")
    here = request.build_absolute_uri("/")
    return "/" + referer.removeprefix(here) if referer.startswith(here) else "/"
