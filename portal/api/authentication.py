"""Sign-in of the API: the site's own session for people, a bearer token for departments' systems."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from identity.actor import Actor
from identity.sso.sessions import client_actor_for


class SignInSession(SessionAuthentication):
    """The site's session; its challenge makes an anonymous call a 401, not a 403."""

    def authenticate_header(self, request: HttpRequest) -> str:
        """Name the scheme of the challenge."""
        return 'Session realm="onestop"'


@dataclass(frozen=True, slots=True)
class ClientSystem:
    """The caller behind a bearer token: a department's system, with the actor it acts as."""

    actor: Actor
    is_authenticated: bool = True

    @property
    def pk(self) -> str:
        """Whom to count calls for."""
        return f"client-{self.actor.department_id}"


class ClientBearer(BaseAuthentication):
    """A department's system with its own access token (RFC 6750), obtained by client credentials.

    A token that a person's sign-in gave an app is for userinfo alone: here it counts as no token.
    """

    def authenticate(self, request: Request) -> tuple[ClientSystem, None] | None:
        """The system behind the header; None without a bearer header, 401 for a token that does not count."""
        scheme, _blank, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        actor = client_actor_for(value.strip())
        if actor is None:
            raise InvalidToken
        request._request.actor = actor  # type: ignore[attr-defined]
        return ClientSystem(actor), None

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme of the challenge."""
        return 'Bearer realm="onestop"'


class InvalidToken(AuthenticationFailed):
    """The bearer token is unknown, has expired or was revoked."""

    default_code = "invalid_token"
    default_detail = _("访问令牌不正确或者已经失效，请重新获取。")
