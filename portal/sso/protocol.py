"""From Django's request to oauthlib's and back."""

from http import HTTPStatus
from typing import Any

from allauth.idp.oidc.internal.oauthlib.utils import extract_headers
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from oauthlib.common import urlencode
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

_LONGEST = 4000
_ASKED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "code_challenge",
    "code_challenge_method",
    "display",
    "ui_locales",
    "login_hint",
    "id_token_hint",
)
OauthRequest = tuple[str, str, str, dict[str, Any]]


def is_readable(values: QueryDict) -> bool:
    """Whether no parameter is monstrous or holds a NUL, which no database keeps."""
    texts = [text for name in values for text in (name, *values.getlist(name))]
    return all("\x00" not in text and "\ufffd" not in text and len(text) <= _LONGEST for text in texts)


def asking(request: HttpRequest) -> OauthRequest:
    """The request for a code as oauthlib takes it: the parameters we support, doubled ones doubled."""
    known = [name for name in _ASKED if name != "id_token_hint" or request.user.is_authenticated]
    pairs = [(name, value) for name in known for value in request.GET.getlist(name)]
    return f"{request.path}?{urlencode(pairs)}", "GET", "", {}


def calling(request: HttpRequest) -> OauthRequest:
    """A call of the app itself as oauthlib takes it: form and headers; doubled fields stay doubled."""
    pairs = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return request.path + query, request.method or "", urlencode(pairs), extract_headers(request)


def answer(headers: dict[str, str], body: Any, status: int) -> HttpResponse:
    """oauthlib's answer as Django's; nobody keeps it."""
    response = HttpResponse(body or "", status=status, content_type="application/json")
    for name, value in headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def refusal(error: OAuth2Error) -> HttpResponse:
    """An OAuth error in JSON (RFC 6749 §5.2, RFC 6750 §3)."""
    return answer(dict(error.headers), error.json, error.status_code)


def malformed() -> HttpResponse:
    """For what cannot even be read as a request."""
    return JsonResponse(
        {"error": "invalid_request"}, status=HTTPStatus.BAD_REQUEST, headers={"Cache-Control": "no-store"}
    )
