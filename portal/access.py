"""Who may open a page at all: shared by the surfaces that people see. What they may see on it, the queries decide."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from common.errors import NotFound
from identity import step_up
from identity.actor import Actor
from identity.errors import StepUpImpossible
from identity.mandates.errors import OpenedForAnother

OPENED_FOR = "opened_for"  # the hidden field that every citizen's form carries
_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor that the middleware put on the request."""
    return request.actor  # type: ignore[attr-defined]


def citizen_required(view: _View) -> _View:
    """Let signed-in citizens in; ask others to sign in; to staff the page does not exist (404).

    A form that was opened while they acted for somebody else is refused with :class:`OpenedForAnother`.
    """

    @wraps(view)
    def bound(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _check_party(request)
        return view(request, *args, **kwargs)

    return citizen_of_any_party(cast(_View, bound))


def citizen_of_any_party(view: _View) -> _View:
    """Like :func:`citizen_required`, for the page that changes for whom one acts: its form may be an old one."""
    return _guarded(view, lambda actor: actor.is_citizen)


def _check_party(request: HttpRequest) -> None:
    opened_for = request.POST.get(OPENED_FOR, "") if request.method == "POST" else ""
    actor = actor_of(request)
    if opened_for and opened_for != str(actor.principal_id):
        is_own = actor.principal_id == actor.person_id
        raise OpenedForAnother(now=_("本人") if is_own else _("在为%(name)s办理") % {"name": actor.principal_name})


def staff_required(view: _View) -> _View:
    """Let staff in an active post in; ask others to sign in; to citizens the page does not exist (404)."""
    return _guarded(view, lambda actor: actor.is_staff)


def require_recent_proof(request: HttpRequest) -> None:
    """Lead staff to a fresh proof of identity when the last one is older than ``STAFF_STEP_UP_MINUTES``.

    A form that was sent is kept and goes on by itself after the proof, so nothing typed is lost (files excepted:
    their forms ask before they are shown). None in the setting asks nobody.
    """
    minutes = settings.STAFF_STEP_UP_MINUTES
    if minutes is not None and not step_up.is_recent(request, minutes=minutes):
        _prove_again(request)


def fresh_sign_in(view: _View) -> _View:
    """Let nobody in whose last proof of identity is old; stands below the decorator that says who may come at all."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_recent_proof(request)
        return view(request, *args, **kwargs)

    return cast(_View, guarded)


def _prove_again(request: HttpRequest) -> NoReturn:
    if not get_adapter().get_reauthentication_methods(request.user):
        raise StepUpImpossible
    raise ReauthenticationRequired


def require_fresh_proof(request: HttpRequest) -> None:
    """Lead whoever is signed in to a proof of identity unless one was given just now (the sign-in counts as one).

    A form that was sent goes on by itself after the proof.
    """
    if not step_up.is_just_now(request):
        _prove_again(request)


def account_required(view: _View) -> _View:
    """Let citizens and staff in alike: pages about one's own sign-in."""
    return _guarded(view, lambda actor: actor.is_citizen or actor.is_staff)


def step_up_required(view: _View) -> _View:
    """Ask whoever is signed in to prove it once more, unless they did within the last minutes.

    Stricter than django-allauth's own decorator, which lets accounts without a password and second factor through.
    Raises :class:`StepUpImpossible` for an account that has no way at all.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not step_up.is_fresh(request):
            _prove_again(request)
        return view(request, *args, **kwargs)

    return cast(_View, guarded)


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
