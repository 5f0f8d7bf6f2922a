"""What apps call without a person: discovery, tokens, claims, revocation."""

from allauth.idp.oidc import app_settings
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from common.addresses import UNKNOWN, client_address
from common.limits import is_over
from identity.actor import SYSTEM
from identity.levels import HIGHEST
from identity.sso import actions
from identity.sso.scopes import TABLE, acr
from identity.sso.validator import SsoValidator, get_server
from portal.sso.protocol import answer, calling, is_readable, malformed, refusal

_CALLS_PER_MINUTE = 600  # of one address at the token endpoint: a department's system, not a guesser


@require_safe
def discovery(request: HttpRequest) -> JsonResponse:
    """OpenID Connect Discovery 1.0 §3, with the fields of back-channel logout and RFC 9207."""
    base = settings.PUBLIC_BASE_URL
    personal = [terms for terms in TABLE.values() if not terms.of_system]
    body = {
        "issuer": base,
        "authorization_endpoint": base + reverse("sso_authorize"),
        "token_endpoint": base + reverse("sso_token"),
        "userinfo_endpoint": base + reverse("sso_userinfo"),
        "jwks_uri": base + reverse("sso_jwks"),
        "revocation_endpoint": base + reverse("sso_revoke"),
        "end_session_endpoint": base + reverse("sso_logout"),
        "scopes_supported": [str(scope) for scope in TABLE],
        "claims_supported": [claim for terms in personal for claim in terms.claims],
        "acr_values_supported": [acr(level) for level in range(1, HIGHEST + 1)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": list(app_settings.AUTH_METHODS),
        "revocation_endpoint_auth_methods_supported": list(app_settings.AUTH_METHODS),
        "code_challenge_methods_supported": ["S256"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": ["zh-CN", "en"],
        "service_documentation": base + reverse("home"),
    }
    return JsonResponse(body, headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"})


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Tokens for a code, for a refresh token, or for the app itself."""
    if not is_readable(request.POST):
        return malformed()
    if is_over("sso-token", client_address(request) or UNKNOWN, most=_CALLS_PER_MINUTE, seconds=60):
        return JsonResponse({"error": "temporarily_unavailable"}, status=429, headers={"Retry-After": "60"})
    validator = SsoValidator()
    try:
        with transaction.atomic():
            response = answer(*get_server(validator).create_token_response(*calling(request)))
    except OAuth2Error as error:
        response = refusal(error)
    except ValueError:  # not a form at all
        response = malformed()
    if validator.reused is not None:
        actions.end_reused(SYSTEM, session_id=validator.reused.pk)
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """The person's data by the scopes of the access token."""
    if not is_readable(request.POST) or not is_readable(request.GET):
        return malformed()
    try:
        with transaction.atomic():
            return answer(*get_server(SsoValidator()).create_userinfo_response(*calling(request)))
    except OAuth2Error as error:
        return refusal(error)
    except ValueError:
        return malformed()


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """An app gives a token back (RFC 7009)."""
    if not is_readable(request.POST):
        return malformed()
    try:
        with transaction.atomic():
            return answer(*get_server(SsoValidator()).create_revocation_response(*calling(request)))
    except OAuth2Error as error:
        return refusal(error)
    except ValueError:
        return malformed()
