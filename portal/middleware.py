"""What every request gets: a language, an actor, second-factor enforcement, and one mapping of domain errors."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.mfa.signals import authenticator_removed
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from cases.terminal.queries import find_open
from common.errors import DomainError
from identity.actor import PUBLIC, SYSTEM, Actor
from identity.errors import MandateEnded
from identity.organisations.errors import OrganisationNotActive
from identity.queries import actor_for
from identity.staff.actions.holdings import fall_back
from portal.assisting import assisted_actor
from portal.errors import render_domain_error

PRINCIPAL_KEY = "principal_id"
VISIT_KEY = "terminal_visit"  # in a session begun at a terminal: its visit, and the machine's key
TERMINAL_KEY = "terminal_key"
_MFA_KEY = "mfa_checked"
_GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Chinese unless the visitor switched: the browser's own preference does not count."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class TerminalMiddleware:
    """A session begun at a machine in a hall counts only there and only while its visit lasts.

    Whoever walked away is signed out on the server whatever their browser still shows; no page but the machine's own
    is to be had with such a session, so nothing that needs a keyboard, a phone of one's own or a step-up.
    """

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.terminal_visit = None  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith("/static/"):
            kept = request.session.get(VISIT_KEY)
            if kept:
                refusal = self._enforce(request, str(kept))
                if refusal is not None:
                    return refusal
        return self.get_response(request)

    def _enforce(self, request: HttpRequest, kept: str) -> HttpResponse | None:
        visit = find_open(kept, request.session.session_key)
        if visit is None:
            address = request.session.get(TERMINAL_KEY, "")
            logout(request)
            return redirect("terminal", address) if address else redirect("home")
        if not request.path.startswith(reverse("terminal", args=[visit.terminal.key])):
            return redirect("terminal_menu", visit.terminal.key)
        request.terminal_visit = visit  # type: ignore[attr-defined]
        return None


class ActorMiddleware:
    """Puts ``request.actor`` there, built when first used; what a signed-in person sees, nobody keeps."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _build_actor(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if "Cache-Control" not in response.headers and getattr(request.user, "is_authenticated", False):
            # Many people share a computer: after the sign-out the back button must not show whose it was.
            add_never_cache_headers(response)
        return response


def _build_actor(request: HttpRequest, *, may_assist: bool = True) -> Actor:
    """``may_assist``: whether a clerk may be the person they fill in with, on that person's pages."""
    if not request.user.is_authenticated:
        return PUBLIC
    chosen = request.session.get(PRINCIPAL_KEY)
    actor = actor_for(request.user, principal_id=UUID(chosen) if chosen else None)
    if request.user.is_staff_member and not actor.is_staff and fall_back(SYSTEM, account=request.user):
        actor = actor_for(request.user)  # the post acted in ran out: on in another one held today
    if actor.is_staff:
        return (assisted_actor(request, actor) if may_assist else None) or actor
    if actor.is_principal_lost:
        # What was about to be done was meant for somebody else: it must not happen in the person's own name.
        del request.session[PRINCIPAL_KEY]
        if actor.lost_organisation:
            name, state = actor.lost_organisation
            raise OrganisationNotActive(name=name, state=state)
        raise MandateEnded
    return actor


@receiver(authenticator_removed)
def _look_at_factors_again(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Somebody took a second factor away: the next page of this session asks whether there is one left."""
    request.session.pop(_MFA_KEY, None)


class StaffMfaMiddleware:
    """Staff set up a second factor before anything else, where settings demand it."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_MFA_REQUIRED and not request.path.startswith(("/account/", "/static/")):
            user = request.user
            if user.is_authenticated and user.is_staff_member and not request.session.get(_MFA_KEY):
                if not is_mfa_enabled(user):
                    return redirect("mfa_activate_totp")
                request.session[_MFA_KEY] = True
        return self.get_response(request)


class DomainErrorMiddleware:
    """Turns a domain error that a view did not handle into its page."""

    def __init__(self, get_response: _GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for domain errors; leave everything else to Django."""
        if isinstance(
            exception, MandateEnded | OrganisationNotActive
        ):  # from here on the person acts for themselves, on this page too, and a clerk as a clerk
            request.session.pop(PRINCIPAL_KEY, None)
            actor = SimpleLazyObject(lambda: _build_actor(request, may_assist=False))
            request.actor = actor  # type: ignore[attr-defined]
        return render_domain_error(request, exception) if isinstance(exception, DomainError) else None
