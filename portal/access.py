"""Who may open a page at all: shared by the surfaces that people see. What they may see on it, the queries decide."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

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


def step_up(request: HttpRequest) -> HttpResponse | None:
    """Lead to a fresh proof of identity when the last one is older than ``STAFF_STEP_UP_MINUTES``; else None.

    A form that was sent is kept and goes on by itself after the proof, so nothing typed is lost (files excepted:
    their forms ask before they are shown).
    """
    if settings.STAFF_STEP_UP_MINUTES is None:
        return None
    proofs = get_authentication_records(request, request.user)
    newest = max((proof.get("at", 0) for proof in proofs), default=0)
    if time.time() - newest < settings.STAFF_STEP_UP_MINUTES * 60:
        return None
    return suspend_request(request, reverse("account_reauthenticate"))


def fresh_sign_in(view: _View) -> _View:
    """Let nobody in whose last proof of identity is old; stands below the decorator that says who may come at all."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return step_up(request) or view(request, *args, **kwargs)

    return cast(_View, guarded)


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
