"""The request for a code, and the pages on the way: sign-in, too low a level, agreement, back to the app.

A form that redirects may not leave the site (``form-action 'self'``, and browsers apply it to every hop). So a person
who came through one of our forms gets a page that goes on by itself; everybody else is redirected.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from oauthlib.oauth2.rfc6749.errors import FatalClientError, InvalidClientIdError, OAuth2Error

from common.errors import DomainError
from identity import levels
from identity.actor import Actor
from identity.mandates.errors import NeedsGuardian
from identity.models import ClientProfile
from identity.sso import actions, errors, queries
from identity.sso.scopes import TABLE, in_order, lowest_level
from identity.sso.validator import SsoValidator, get_server
from portal.access import actor_of
from portal.sso import leaving
from portal.sso.protocol import asking, is_readable

_CONTINUED = "continued"  # the person came here through a form of ours
_REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a code that may be answered: the app, the scopes, and where the answer goes."""

    profile: ClientProfile
    scopes: list[str]
    redirect_uri: str
    state: str
    prompts: frozenset[str]

    @property
    def app_name(self) -> str:
        """The app's name as people know it."""
        return str(self.profile.client.name)

    def refusal_url(self, error: str) -> str:
        """The app's address with an OAuth error (RFC 6749 §4.1.2.1)."""
        return leaving.with_params(self.redirect_uri, {"error": error, "state": self.state})


@csrf_exempt  # apps may send the request as a form (OIDC Core §3.1.2.1); it only becomes a GET
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Lead the person to the app with a code, or say why not."""
    if request.method == "POST":
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}")
    asked = _read(request)
    if isinstance(asked, HttpResponse):
        return asked
    if _REFUSED in request.GET:
        return _leave(request, asked, asked.refusal_url("access_denied"))
    return _sign_in_first(request, asked) or _refuse(request, asked) or _ask(request, asked) or _grant(request, asked)


@never_cache
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """The answer of the consent page, whose address carries the app's request: agree or refuse, one press each."""
    asked = _read(request)
    if isinstance(asked, HttpResponse):
        return asked
    if not request.user.is_authenticated:
        return redirect_to_login(_again(request))
    refused = _refuse(request, asked)
    if refused:
        return refused
    if request.POST.get("answer") != "agree":
        return HttpResponseRedirect(_again(request, marks=(_REFUSED, _CONTINUED)))
    actor = actor_of(request)
    if request.POST.get("principal_id") != str(actor.principal_id):
        return _consent_page(request, asked, status=409)
    actions.give_consent(actor, profile=asked.profile, scopes=asked.scopes)
    return HttpResponseRedirect(_again(request, without={"consent"}))


def _read(request: HttpRequest) -> Asked | HttpResponse:
    """Read and check the request; an answer instead when it is wrong.

    Without a known app and a registered address the error stays here; any other goes to the app.
    """
    if not is_readable(request.GET):
        raise errors.RequestInvalid
    try:
        scopes, info = get_server(SsoValidator()).validate_authorization_request(*asking(request))
    except InvalidClientIdError as error:
        raise errors.ClientClosed from error
    except FatalClientError as error:
        raise errors.RequestInvalid from error
    except OAuth2Error as error:
        if not error.redirect_uri:
            raise errors.RequestInvalid from error
        return HttpResponseRedirect(leaving.with_issuer(error.in_uri(error.redirect_uri)))
    except ValueError as error:
        raise errors.RequestInvalid from error
    profile: ClientProfile = info["request"].client.profile
    prompts = frozenset(request.GET.get("prompt", "").split())
    asked = Asked(profile, in_order(scopes), info["redirect_uri"], info["state"] or "", prompts)
    wrong = _unsupported(request)
    return HttpResponseRedirect(asked.refusal_url(wrong)) if wrong else asked


def _unsupported(request: HttpRequest) -> str:
    """The OAuth error for what oauthlib lets pass and we do not."""
    for name in ("request", "request_uri"):
        if name in request.GET:
            return f"{name}_not_supported"
    challenge = request.GET.get("code_challenge", "")
    is_s256 = request.GET.get("code_challenge_method") == "S256" and len(challenge) == 43
    mode = request.GET.get("response_mode", "query")
    return "" if is_s256 and mode == "query" and _max_age(request) is not None else "invalid_request"


def _max_age(request: HttpRequest) -> int | None:
    """Seconds a proof of identity may be old, -1 for any; None for what is no number."""
    text = request.GET.get("max_age", "")
    if not text:
        return -1
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _sign_in_first(request: HttpRequest, asked: Asked) -> HttpResponse | None:
    """To the sign-in, or to another proof of identity when the app asks for one."""
    after = _again(request, without={"login", "select_account"}, drop={"max_age"})
    if not request.user.is_authenticated:
        return redirect_to_login(after)
    age = (timezone.now() - _proved_at(request)).total_seconds()
    most = _max_age(request)
    if "login" in asked.prompts or (most is not None and 0 <= most < age):
        if "none" in asked.prompts:
            return _leave(request, asked, asked.refusal_url("login_required"))
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': after})}")
    return None


def _proved_at(request: HttpRequest) -> dt.datetime:
    """When the person last proved who they are."""
    times = [record["at"] for record in get_authentication_records(request, request.user) if "at" in record]
    if times:
        return dt.datetime.fromtimestamp(max(times), tz=dt.UTC)
    return request.user.last_login or timezone.now()  # type: ignore[union-attr]


def _refuse(request: HttpRequest, asked: Asked) -> HttpResponse | None:
    """A page for whoever may not sign in to this app, with the way up and the way back."""
    actor = actor_of(request)
    needed = lowest_level(asked.scopes, floor=asked.profile.lowest_level)
    error: DomainError
    if not actor.is_citizen:
        error = errors.StaffNotAllowed(app=asked.app_name)
    elif actor.assurance_level < needed:
        level = levels.name_of(actor.assurance_level)
        error = errors.LevelTooLow(app=asked.app_name, needed=levels.name_of(needed), level=level)
    else:
        try:
            actions.require_own_consent(actor)
        except NeedsGuardian as refusal:
            error = refusal
        else:
            return None
    actions.record_refusal(actor, profile=asked.profile, why=error.code)
    back = asked.refusal_url("access_denied")
    if "none" in asked.prompts:
        return _leave(request, asked, back)
    context = {"error": error, "asked": asked, "back_url": back, "may_rise": isinstance(error, errors.LevelTooLow)}
    return render(request, "public/sso_refused.html", context, status=error.http_status)


def _ask(request: HttpRequest, asked: Asked) -> HttpResponse | None:
    """The consent page, unless the person agreed to as much before."""
    if "consent" not in asked.prompts and queries.find_consent(actor_of(request), asked.profile, asked.scopes):
        return None
    if "none" in asked.prompts:
        return _leave(request, asked, asked.refusal_url("consent_required"))
    return _consent_page(request, asked)


def _consent_page(request: HttpRequest, asked: Asked, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "asked": asked,
        "profile": asked.profile,
        "lines": [TABLE[scope].sentence for scope in asked.scopes],
        "until": queries.consent_would_end(),
        "principal_id": actor.principal_id,
        "acts_for": actor.principal_name if actor.principal_id != actor.person_id else "",
        "has_changed": status != 200,
        "action": f"{reverse('sso_consent')}?{request.GET.urlencode()}",
        "host": urlsplit(asked.redirect_uri).hostname,
    }
    return render(request, "public/sso_consent.html", context, status=status)


def _grant(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Give the code."""
    actor: Actor = actor_of(request)
    agreement = queries.find_consent(actor, asked.profile, asked.scopes)
    if agreement is None:  # taken back this moment in another window
        return _consent_page(request, asked)
    sign_in = actions.begin(
        actor,
        profile=asked.profile,
        consent=agreement,
        session_key=request.session.session_key or "",
        signed_in_at=_proved_at(request),
    )
    try:
        headers, _body, _status = get_server(SsoValidator()).create_authorization_response(
            *asking(request), scopes=asked.scopes, credentials={"user": request.user, "sso_session": sign_in.pk}
        )
    except OAuth2Error as error:
        raise errors.RequestInvalid from error
    return _leave(request, asked, leaving.with_issuer(headers["Location"]))


def _leave(request: HttpRequest, asked: Asked, url: str) -> HttpResponse:
    """Back to the app: a redirect, or a page that goes on by itself after a form of ours."""
    if _CONTINUED not in request.GET:
        return HttpResponseRedirect(url)
    text = _("正在回到“%(app)s”") % {"app": asked.app_name}
    return leaving.page(request, url, title=text)


def _again(
    request: HttpRequest,
    *,
    marks: tuple[str, ...] = (_CONTINUED,),
    without: Collection[str] = (),
    drop: Collection[str] = (),
) -> str:
    """This request's address once more, with fewer prompts and other marks of our own."""
    query: QueryDict = request.GET.copy()
    for name in {_REFUSED, *drop}:
        query.pop(name, None)
    prompts = [word for word in query.get("prompt", "").split() if word not in without]
    query.pop("prompt", None)
    if prompts:
        query["prompt"] = " ".join(prompts)
    for name in marks:
        query[name] = "1"
    return urlunsplit(("", "", reverse("sso_authorize"), query.urlencode(), ""))
