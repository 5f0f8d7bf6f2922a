"""What oauthlib asks us: django-allauth's answers, tightened.

Beside allauth's own checks: redirect addresses must equal a registered one, every app proves possession of the code
(PKCE), a code or refresh token that comes back a second time ends the sign-in it belonged to, an app revokes only
its own tokens, and nothing is answered for a closed app, an ended sign-in or a withdrawn agreement.
"""

from typing import Any

from allauth.core.internal import httpkit
from allauth.idp.oidc import app_settings
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.internal.oauthlib import authorization_codes
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.server import generate_access_token, generate_refresh_token
from allauth.idp.oidc.internal.oauthlib.utils import ValidatorContext, get_validator_context
from allauth.idp.oidc.models import Client, Token
from oauthlib.common import Request
from oauthlib.openid import Server

from identity.models import SsoSession
from identity.sso import claims, sessions
from identity.sso.scopes import OF_SYSTEM, PERSONAL, Scope


class SsoValidator(OAuthLibRequestValidator):
    """One for each request. ``reused`` is the sign-in whose code or refresh token came a second time."""

    def __init__(self) -> None:
        super().__init__()
        self.reused: SsoSession | None = None
        self.sign_in: SsoSession | None = None

    # --- clients ------------------------------------------------------------------------------------

    def _lookup_client(self, request: Request, client_id: str) -> Client | None:
        known: dict[str, Client | None] = get_validator_context().clients
        if client_id not in known:
            known[client_id] = sessions.open_client(client_id)
        return known[client_id]

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """The secret must fit, and a client id in the body must not name somebody else."""
        named = request.client_id
        basic, _secret = httpkit.extract_basic_auth(request.headers)
        if basic and named and named != basic:
            return False
        if not super().authenticate_client(request, *args, **kwargs):
            return False
        request.client_id = request.client.id
        return True

    def authenticate_client_id(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> bool:
        """There are no apps without a secret."""
        return False

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Always."""
        return True

    # --- the request for a code ---------------------------------------------------------------------

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Character by character (RFC 9700 §4.1.3)."""
        return redirect_uri in request.client.get_redirect_uris()

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """For everybody (RFC 9700 §2.1.1)."""
        return True

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Registered ones only; a person's data by a person's sign-in, a system's rights by its own token."""
        by_system = request.grant_type == Client.GrantType.CLIENT_CREDENTIALS
        allowed = set(client.get_scopes()) & set(OF_SYSTEM if by_system else PERSONAL)
        return bool(scopes) and set(scopes) <= allowed and (by_system or Scope.OPENID in scopes)

    def validate_silent_authorization(self, request: Request) -> bool:
        """The view looks at the agreement itself, before and after."""
        return True

    def save_authorization_code(
        self, client_id: str, code: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Keep with the code which sign-in it is for."""
        kept = {**code, "sso_session": str(request.sso_session)}
        if request.nonce:
            kept["nonce"] = request.nonce
        authorization_codes.create(request.client, kept, request)

    # --- code and refresh token ---------------------------------------------------------------------

    def validate_code(
        self, client_id: str, code: str, client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """A code counts once, whether or not the rest of this request is right."""
        kept = self._lookup_authorization_code(request, client_id, code)
        if kept is None:
            self.reused = sessions.of_spent(code, client)
            return False
        sign_in = sessions.standing(kept["code"]["sso_session"], client)
        if not sessions.spend(code, client, kept["code"]["sso_session"]):
            self.reused = sessions.of_spent(code, client)
            return False
        if sign_in is None or not super().validate_code(client_id, code, client, request, *args, **kwargs):
            return False
        self.sign_in = sign_in
        return bool(request.user.pk == sign_in.account_id)

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Locked, so that of two at once one wins; used before, it ends the sign-in (RFC 9700 §4.14.2)."""
        row = sessions.lock_refresh_token(refresh_token, client)
        if row is None:
            self.reused = sessions.of_spent(refresh_token, client)
            return False
        self.sign_in = sessions.standing(sessions.id_in(row), client)
        if self.sign_in is None or not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        return sessions.spend(refresh_token, client, str(self.sign_in.pk))

    # --- tokens -------------------------------------------------------------------------------------

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        """Keep the tokens and record that they were given."""
        super().save_bearer_token(token, request, *args, **kwargs)
        sessions.record_issue(request.client, self.sign_in, grant=request.grant_type, scopes=request.scopes)

    def _prep_access_token(self, ctx: ValidatorContext, token: dict[str, Any], request: Request) -> Token:
        return self._bound(super()._prep_access_token(ctx, token, request))

    def _prep_refresh_token(self, ctx: ValidatorContext, refresh_token: str, request: Request) -> Token:
        return self._bound(super()._prep_refresh_token(ctx, refresh_token, request))

    def _bound(self, row: Token) -> Token:
        if self.sign_in is not None:
            row.data = {**(row.data or {}), sessions.KEY: str(self.sign_in.pk)}
        return row

    def finalize_id_token(
        self, id_token: dict[str, Any], token: dict[str, Any], token_handler: Any, request: Request
    ) -> str:
        """Say how, when and in which sign-in the person was recognised; their data only userinfo gives."""
        assert self.sign_in is not None
        id_token |= claims.of_sign_in(self.sign_in)
        return str(super().finalize_id_token(id_token, token, token_handler, request))

    def validate_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        """Only while app, account, sign-in and agreement stand."""
        if not token or "\x00" in token or not super().validate_bearer_token(token, scopes, request):
            return False
        row = get_validator_context().access_token
        if sessions.open_client(row.client_id) is None:
            return False
        if row.user_id is None:
            return not scopes
        self.sign_in = sessions.standing(sessions.id_in(row), row.client)
        return self.sign_in is not None

    def validate_jwt_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        """Access tokens are opaque here; an ID token is no key to anything."""
        return False

    def get_userinfo_claims(self, request: Request) -> dict[str, Any]:
        """The data of the scopes; the access ledger of whoever they are about gets a line."""
        assert self.sign_in is not None
        return {
            **get_adapter().get_claims("userinfo", request.user, request.client, request.scopes),
            **claims.read(self.sign_in, request.scopes),
        }

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """An app ends its own tokens (RFC 7009 §2.1); a refresh token takes the access tokens of the sign-in along."""
        sessions.revoke_value(token, request.client)


def get_server(validator: SsoValidator) -> Server:
    """oauthlib's server with our validator and allauth's random tokens."""
    return Server(
        validator,
        token_generator=generate_access_token,
        refresh_token_generator=generate_refresh_token,
        token_expires_in=app_settings.ACCESS_TOKEN_EXPIRES_IN,
    )
