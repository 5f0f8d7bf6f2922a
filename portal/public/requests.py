"""Small readings of a request that every journey needs."""

import hashlib
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

_NEVER = -1  # no case has this version, so a form that lost its number counts as stale


def new_request_key() -> str:
    """Return the key of a form that is being rendered: sent twice, it does the work once."""
    return uuid4().hex


def request_key(request: HttpRequest) -> str:
    """Return the key the form carried, empty when it carried none."""
    key = request.POST.get("request_key", "")[:64]
    return key if key.isascii() and key.isprintable() else ""  # ours are; a NUL would not even fit the database


def upload_key(request: HttpRequest, *uploads: UploadedFile) -> str:
    """Return the key of an upload: the form's key with the files' names and sizes.

    A page taken from the browser's memory carries its old key; another file chosen there is another request.
    """
    key = request_key(request)
    marks = "|".join([key, *(f"{upload.name}|{upload.size}" for upload in uploads)])
    return hashlib.sha256(marks.encode(errors="replace")).hexdigest() if key else ""


def form_version(request: HttpRequest) -> int:
    """Return the case version the form was made for; a number no case has when it is missing or no number."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else _NEVER


def page_number(request: HttpRequest) -> int:
    """Return the page asked for, 1 for anything that is no page number."""
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 else 1


def safe_next(request: HttpRequest, *, default: str) -> str:
    """Return where to go after a form: its ``next`` when that is an address of this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    secure = request.is_secure()
    good = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=secure)
    return target if good else default
