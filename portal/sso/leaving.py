"""The way from here to an app."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def with_params(uri: str, params: dict[str, str]) -> str:
    """Add parameters, and who answers (RFC 9207), to an address; empty ones are left out."""
    parts = urlsplit(uri)
    added = [(name, value) for name, value in {**params, "iss": settings.PUBLIC_BASE_URL}.items() if value]
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *added])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def with_issuer(uri: str) -> str:
    """Add who answers (RFC 9207)."""
    return with_params(uri, {})


def page(request: HttpRequest, url: str, *, title: str) -> HttpResponse:
    """A page that goes on to ``url`` by itself, with a link for browsers that do not."""
    return render(request, "public/sso_continue.html", {"url": url, "title": title})
