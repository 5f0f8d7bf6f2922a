"""Problem responses (RFC 9457) of the API: one mapping for domain errors and framework errors."""

from typing import Any

from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from cases.errors import AnswersRefused
from common.errors import DomainError, NotFound
from portal.errors import LOST_DATABASE, lost_database


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with ``{status, code, title, detail, fields}`` and the error's status; None leaves it to Django (500)."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, LOST_DATABASE):
        away = lost_database(error)
        return _problem(away.http_status, away.code, away.text, str(away.what_to_do), {}, away.retry)
    if isinstance(error, DomainError):
        answer = _problem(error.http_status, error.code, error.text, str(error.what_to_do), error.fields)
        if isinstance(error, AnswersRefused):
            answer.data["codes"] = error.codes
        return answer
    response = default_handler(error, context)
    if response is not None and isinstance(error, APIException):
        fields = response.data if isinstance(response.data, dict) and response.status_code == 400 else {}
        code = str(error.get_codes()) if isinstance(error.get_codes(), str) else "invalid"
        retry = {name: value for name, value in response.items() if name in {"Retry-After", "WWW-Authenticate"}}
        return _problem(
            response.status_code,
            code,
            str(error.detail if not fields else error.default_detail),
            "",
            fields,
            retry,
        )
    return response


def _problem(
    status: int, code: str, title: str, detail: str, fields: Any, headers: dict[str, str] | None = None
) -> Response:
    body = {
        "status": status,
        "code": code,
        "title": title,
        "detail": detail,
        "fields": {k: _flat(v) for k, v in fields.items()},
    }
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def _flat(value: Any) -> str:
    return "；".join(map(str, value)) if isinstance(value, list) else str(value)
