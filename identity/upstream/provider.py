"""django-allauth's OpenID Connect client, with what it leaves unchecked checked."""

import logging
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from identity.actor import PUBLIC
from identity.upstream import actions, claims, configured, keys, tokens
from identity.upstream.errors import UpstreamAnswerInvalid, UpstreamUnavailable

ARRIVAL_KEY = "upstream_arrival"
_SERVER_FAULT = 500
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_logger = logging.getLogger("onestop.upstream")


def nonce_of(state: str) -> str:
    """The nonce that belongs to a state: nothing more to keep, and nobody without our key can make one."""
    return salted_hmac("identity.upstream.nonce", state, algorithm="sha256").hexdigest()


class TokenClient(OAuth2Client):
    """Exchanges the code; any answer but a JSON object with a token is a refusal, never a crash."""

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None) -> Any:
        """Return the token endpoint's answer; raises RequestException when it is down, else OAuth2Error."""
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback_url}
        if pkce_code_verifier:
            data["code_verifier"] = pkce_code_verifier
        proof: dict[str, Any] = {"auth": (self.consumer_key, self.consumer_secret)}
        if not self.basic_auth:
            proof = {}
            data |= {"client_id": self.consumer_key, "client_secret": self.consumer_secret}
        with SocialAccountAdapter().get_requests_session() as session:
            response = session.request("POST", self.access_token_url, data=data, **proof)
        if response.status_code >= _SERVER_FAULT:
            response.raise_for_status()
        answer = _parsed(response) if response.ok else None
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise OAuth2Error(f"token endpoint answered {response.status_code}")
        return answer


class UpstreamOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """One sign-in at the identity service."""

    client_class = TokenClient

    @property
    def openid_config(self) -> dict[str, Any]:
        """The service's description of itself; raises RequestException for one that cannot be used."""
        if not hasattr(self, "_openid_config"):
            found = _fetch(self.get_provider().server_url)
            if found.get("issuer") != self.get_provider().app.settings["server_url"]:
                raise requests.RequestException("the service calls itself something else than configured")
            for name in _ENDPOINTS:
                if not is_safe_address(found.get(name)):
                    raise requests.RequestException(f"the service's {name} cannot be used")
            self._openid_config = found
        return self._openid_config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The registered address: the site's public one, whatever host the request named."""
        return settings.PUBLIC_BASE_URL.rstrip("/") + reverse("upstream_callback")

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """The access token, for one call to userinfo; it is not kept."""
        return SocialToken(token=data["access_token"])

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Check the ID token and fetch the other claims; they must be about the same subject."""
        found = tokens.verified(
            kwargs["response"].get("id_token"),
            keys=_fetch(self.openid_config["jwks_uri"]),
            issuer=app.settings["server_url"],
            client_id=app.client_id,
            nonce=nonce_of(request.GET["state"]),
        )
        address = self.openid_config.get("userinfo_endpoint")
        if address:
            if not is_safe_address(address):
                raise requests.RequestException("the service's userinfo_endpoint cannot be used")
            more = _fetch(address, bearer=token.token)
            if more.get("sub") != found["sub"]:
                raise OAuth2Error("userinfo is about somebody else")  # OpenID Connect Core 1.0 §5.3.2
            found = {**more, **found}  # what is signed wins
        return self.get_provider().sociallogin_from_response(request, found)


def is_safe_address(address: object) -> bool:
    """Whether an endpoint may be called: https, or this machine's own in a demonstration."""
    if not isinstance(address, str):
        return False
    own = ("http://127.0.0.1:", "http://localhost:")
    return address.startswith("https://") or (settings.DEMO and address.startswith(own))


def _fetch(address: str, *, bearer: str = "") -> dict[str, Any]:
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    with SocialAccountAdapter().get_requests_session() as session:
        response = session.request("GET", address, headers=headers)
    response.raise_for_status()
    answer = _parsed(response)
    if not isinstance(answer, dict):
        raise requests.RequestException("the answer is no JSON object")
    return answer


def _parsed(response: requests.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError) as error:  # no JSON, or JSON made to break a parser
        raise requests.RequestException("the answer is no JSON") from error


class UpstreamProvider(OpenIDConnectProvider):
    """The one service this site is a client of."""

    oauth2_adapter_class = UpstreamOAuth2Adapter

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Send the browser to the service, with PKCE and a nonce; nothing of the visitor's address is passed on."""
        state = SocialAccountAdapter(request).generate_state_param({})
        answer: HttpResponse = super().redirect(
            request, AuthProcess.LOGIN, next_url, data, state_id=state, auth_params={"nonce": nonce_of(state)}
        )
        return answer

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The subject, as it is kept."""
        return keys.subject_key(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing: the table keeps its column in the clear, and claims are personal data."""
        self.claims = data
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing: accounts are opened by :func:`identity.upstream.actions.accept`."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """None."""
        return []


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """How django-allauth's client fits this site."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The configured service, if any; none comes from the database."""
        upstream = configured()
        if upstream is None:
            return []
        details = {"server_url": upstream.issuer, "oauth_pkce_enabled": True, "scope": list(upstream.scope)}
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=keys.provider_key(upstream.issuer),
                name=upstream.name,
                client_id=upstream.client_id,
                secret=upstream.client_secret,
                settings=details,
            )
        ]

    def get_provider(self, request: HttpRequest, provider: str = "", client_id: str | None = None) -> UpstreamProvider:
        """Our provider; raises SocialApp.DoesNotExist when none is configured."""
        return UpstreamProvider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def get_requests_session(self) -> requests.Session:
        """A session that follows no redirect: a token must not travel to where an answer points."""
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody signs up by django-allauth's own form."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find or open the account; what is refused is raised and changes nothing."""
        upstream = configured()
        if upstream is None:
            raise UpstreamUnavailable
        claim = claims.read(sociallogin.provider.claims, upstream=upstream, today=timezone.localdate())
        account = actions.accept(PUBLIC, claim=claim, issuer=upstream.issuer)
        sociallogin.user = account
        if claim.organisation:
            # Kept until the sign-in is complete, a second factor included.
            arrival = {
                "account": str(account.pk),
                "uscc": claim.organisation.uscc,
                "name": claim.organisation.name,
                "is_representative": claim.organisation.is_representative,
                "next": sociallogin.state.get("next") or "",
            }
            request.session[ARRIVAL_KEY] = arrival
            sociallogin.state["next"] = reverse("upstream_arrived")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Say what came between, once, in our words."""
        if error == AuthError.CANCELLED:
            messages.info(request, _("您没有同意登录，什么都没有变。"))
            raise ImmediateHttpResponse(redirect("account_login"))
        said = request.GET.get("error", "")[:40] if error == AuthError.UNKNOWN and exception is None else ""
        _logger.warning("sign-in refused: %s", ascii(exception or said or "state not of this browser"))
        has_state = bool(extra_context) and "state" in extra_context
        if isinstance(exception, requests.RequestException) or (said and has_state):
            raise UpstreamUnavailable
        raise UpstreamAnswerInvalid
