"""Signing in through the identity service above this site: there, back, and in whose name."""

import logging

import requests
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import DomainError, NotFound
from identity.mandates.actions import choose_principal
from identity.queries import represented_organisations
from identity.upstream import configured
from identity.upstream.errors import UpstreamUnavailable
from identity.upstream.keys import provider_key
from identity.upstream.provider import ARRIVAL_KEY, SocialAccountAdapter, UpstreamOAuth2Adapter
from portal.access import actor_of, citizen_required
from portal.middleware import PRINCIPAL_KEY
from portal.public.requests import safe_next

_logger = logging.getLogger("onestop.upstream")


@never_cache
@require_POST
def upstream_start(request: HttpRequest) -> HttpResponse:
    """Leave for the identity service."""
    if configured() is None:
        raise NotFound
    if request.user.is_authenticated:
        return redirect("home")
    target = safe_next(request, default="") or None
    try:
        answer = SocialAccountAdapter(request).get_provider(request).redirect(request, "login", next_url=target)
    except (requests.RequestException, ValueError) as error:
        _logger.warning("identity service unusable: %s", type(error).__name__)
        return _refused(request, UpstreamUnavailable())
    return render(request, "account/upstream_leave.html", {"address": answer.headers["Location"]})


@never_cache
@require_GET
def upstream_callback(request: HttpRequest) -> HttpResponse:
    """Come back with the service's answer."""
    upstream = configured()
    if upstream is None:
        raise NotFound
    adapter = UpstreamOAuth2Adapter(request, provider_key(upstream.issuer))
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    except DomainError as error:
        _logger.info("sign-in refused: %s", error.code)
        return _refused(request, error)
    return answer


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    return render(request, "account/upstream_refused.html", {"refusal": error}, status=error.http_status)


@never_cache
@require_GET
@citizen_required
def upstream_arrived(request: HttpRequest) -> HttpResponse:
    """Act for the organisation the person came for, if the register says they are its legal representative."""
    arrival = request.session.pop(ARRIVAL_KEY, None) or {}
    actor = actor_of(request)
    if arrival.get("account") != str(actor.account_id):
        return redirect("home")
    organisation = None
    if arrival["is_representative"] and actor.person_id:
        organisation = represented_organisations(actor.person_id).filter(uscc=arrival["uscc"]).first()
    try:
        if organisation:
            request.session[PRINCIPAL_KEY] = str(choose_principal(actor, principal_id=organisation.pk))
    except DomainError as error:
        messages.warning(request, f"{error.text}{error.what_to_do}")
    if organisation is None:
        text = _("登记信息里您不是“%(name)s”的法定代表人（经营者），现在是本人身份。要为它办理，请法定代表人授权。")
        messages.warning(request, text % {"name": arrival["name"] or arrival["uscc"]})
    target = arrival["next"]
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if is_ours else "home")
