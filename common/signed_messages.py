"""Signed JSON over HTTP between this site and a partner's platform: the one way such messages are signed and checked.

Each message carries ``X-<prefix>-Timestamp`` (seconds), ``X-<prefix>-Nonce`` (16 to 64 characters) and
``X-<prefix>-Signature``: HMAC-SHA256 in hex, with the shared secret, over method, path, timestamp, nonce and the
body's SHA-256, one a line.
"""

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

SECONDS = 300  # how old a signed message may be
_TIMEOUT = (3, 8)  # seconds to connect, to answer
_LARGEST = 20_000_000  # bytes of an answer
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class PartnerAway(Exception):
    """The platform does not answer, or not with a JSON object."""


class NotSigned(Exception):
    """Not signed by the platform, or too long ago."""


def signature(secret: str, *, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of a message, in hex."""
    text = "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedChannel:
    """A partner: where it is, the secret shared with it, the word in the header names, and what every body names."""

    url: str
    secret: str = field(repr=False)
    prefix: str
    said_always: Mapping[str, str]

    def post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a signed question; raises :class:`PartnerAway` unless a JSON object comes back."""
        body = json.dumps({**self.said_always, **said}, ensure_ascii=False).encode()
        address = self.url.rstrip("/") + path
        headers = {"Content-Type": "application/json", **self.headers(urlsplit(address).path, body)}
        try:
            with requests.post(
                address, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                content = answer.raw.read(_LARGEST + 1, decode_content=True)
                is_good = answer.status_code == 200 and len(content) <= _LARGEST
        except (requests.RequestException, OSError) as error:
            raise PartnerAway from error
        found = read_object(content) if is_good else None
        if found is None:
            raise PartnerAway
        return found

    def headers(self, path: str, body: bytes) -> dict[str, str]:
        """The three headers of a message that is posted now."""
        timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
        mark = signature(self.secret, method="POST", path=path, timestamp=timestamp, nonce=nonce, body=body)
        names = ("Timestamp", "Nonce", "Signature")
        return {f"X-{self.prefix}-{name}": value for name, value in zip(names, (timestamp, nonce, mark), strict=True)}

    def check(self, *, path: str, headers: Mapping[str, str], body: bytes) -> str:
        """Check who signed a message that was posted here; returns its nonce, raises :class:`NotSigned`."""
        timestamp, nonce = (headers.get(f"X-{self.prefix}-{name}", "") for name in ("Timestamp", "Nonce"))
        wanted = signature(self.secret, method="POST", path=path, timestamp=timestamp, nonce=nonce, body=body)
        given = headers.get(f"X-{self.prefix}-Signature", "")
        is_signed = given.isascii() and hmac.compare_digest(wanted, given)
        if not is_signed or not _NONCE.fullmatch(nonce) or not _is_recent(timestamp):
            raise NotSigned
        return nonce


def _is_recent(timestamp: str) -> bool:
    return (
        timestamp.isascii()
        and timestamp.isdigit()
        and len(timestamp) < 12
        and abs(time.time() - int(timestamp)) <= SECONDS
    )


def read_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that a body is; None for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
