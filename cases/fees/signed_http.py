"""The payment platform over HTTPS with signed JSON; the sandbox in deploy/examples speaks the same.

Each message carries ``X-Pay-Timestamp`` (seconds), ``X-Pay-Nonce`` (16 to 64 characters) and ``X-Pay-Signature``:
HMAC-SHA256 in hex, with the shared secret, over method, path, timestamp, nonce and the body's SHA-256, one a line.
"""

import datetime as dt
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from cases.fees.errors import CallbackInvalid, CallbackUnsigned, GatewayAway
from cases.fees.gateway import Paid, StatementLine

SECONDS = 300  # how old a signed message may be
_TIMEOUT = (3, 8)  # seconds to connect, to answer
_LARGEST = 20_000_000  # bytes of an answer
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_AMOUNT = re.compile(r"\d{1,10}\.\d{2}")


def signature(secret: str, *, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of a message, in hex."""
    text = "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class SignedHttpGateway:
    """Speaks to ``settings.PAYMENT["url"]`` as ``["merchant"]`` with ``["secret"]``."""

    def __init__(self) -> None:
        self._url = settings.PAYMENT["url"].rstrip("/")
        self._merchant = settings.PAYMENT["merchant"]
        self._secret = settings.PAYMENT["secret"]

    def open(self, *, order: str, amount: Decimal, subject: str, return_url: str) -> str:
        """Tell the platform of an order; returns the address where one pays, on the platform's own host."""
        answer = self._post(
            "/orders", {"order": order, "amount": f"{amount:.2f}", "subject": subject[:80], "return_url": return_url}
        )
        address = answer.get("pay_url")
        if not isinstance(address, str) or len(address) > 500 or not self._is_theirs(address):
            raise GatewayAway
        return address

    def _is_theirs(self, address: str) -> bool:
        """Whether an address is the platform's: the applicant is sent nowhere else."""
        allowed = urlsplit(settings.PAYMENT.get("page") or self._url)
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return (parts.scheme, parts.netloc) == (allowed.scheme, allowed.netloc)

    def query(self, *, order: str) -> Paid | None:
        """Ask whether an order was paid."""
        answer = self._post("/query", {"order": order})
        if answer.get("status") != "paid":
            return None
        try:
            return _paid(answer, order)
        except CallbackInvalid as error:
            raise GatewayAway from error

    def cancel(self, *, order: str) -> None:
        """Close an order that nobody paid."""
        self._post("/cancel", {"order": order})

    def refund(self, *, refund: str, order: str, transaction: str, amount: Decimal) -> None:
        """Pay back; raises GatewayAway unless the platform says that it is done."""
        said = {"refund": refund, "order": order, "transaction": transaction, "amount": f"{amount:.2f}"}
        if self._post("/refunds", said).get("status") != "refunded":
            raise GatewayAway

    def statement(self, *, day: dt.date) -> list[StatementLine]:
        """All that was paid and refunded on a day in Beijing."""
        lines = self._post("/statement", {"day": day.isoformat()}).get("lines")
        if not isinstance(lines, list):
            raise GatewayAway
        return [_statement_line(line) for line in lines]

    def read_callback(self, *, path: str, headers: Mapping[str, str], body: bytes) -> tuple[Paid, str]:
        """Check who signed a message and read it; returns it with its nonce."""
        timestamp, nonce = headers.get("X-Pay-Timestamp", ""), headers.get("X-Pay-Nonce", "")
        wanted = signature(self._secret, method="POST", path=path, timestamp=timestamp, nonce=nonce, body=body)
        given = headers.get("X-Pay-Signature", "")
        is_signed = given.isascii() and hmac.compare_digest(wanted, given)
        if not is_signed or not _NONCE.fullmatch(nonce) or not _is_recent(timestamp):
            raise CallbackUnsigned
        said = _read_object(body)
        if said is None or said.get("status") != "paid" or said.get("merchant") != self._merchant:
            raise CallbackInvalid
        return _paid(said, said.get("order")), nonce

    def _post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps({"merchant": self._merchant, **said}, ensure_ascii=False).encode()
        address = self._url + path
        timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
        mark = signature(
            self._secret,
            method="POST",
            path=urlsplit(address).path,
            timestamp=timestamp,
            nonce=nonce,
            body=body,
        )
        headers = {
            "Content-Type": "application/json",
            "X-Pay-Timestamp": timestamp,
            "X-Pay-Nonce": nonce,
            "X-Pay-Signature": mark,
        }
        try:
            with requests.post(
                address, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                content = answer.raw.read(_LARGEST + 1, decode_content=True)
                is_good = answer.status_code == 200 and len(content) <= _LARGEST
        except (requests.RequestException, OSError) as error:
            raise GatewayAway from error
        found = _read_object(content) if is_good else None
        if found is None:
            raise GatewayAway
        return found


def _is_recent(timestamp: str) -> bool:
    return (
        timestamp.isascii()
        and timestamp.isdigit()
        and len(timestamp) < 12
        and abs(time.time() - int(timestamp)) <= SECONDS
    )


def _read_object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _paid(said: Mapping[str, Any], order: Any) -> Paid:
    transaction, amount, moment = said.get("transaction"), said.get("amount"), said.get("paid_at")
    texts = (order, transaction, amount, moment)
    if not all(isinstance(one, str) for one in texts):
        raise CallbackInvalid
    if not _NAME.fullmatch(str(order)) or not _NAME.fullmatch(str(transaction)) or not _AMOUNT.fullmatch(str(amount)):
        raise CallbackInvalid
    try:
        paid_at = dt.datetime.fromisoformat(str(moment))
    except ValueError as error:
        raise CallbackInvalid from error
    if paid_at.tzinfo is None:
        raise CallbackInvalid
    return Paid(str(order), str(transaction), Decimal(str(amount)), paid_at)


def _statement_line(line: Any) -> StatementLine:
    keys = ("kind", "order", "transaction", "amount")
    given = [line.get(key) for key in keys] if isinstance(line, dict) else []
    values = [value for value in given if isinstance(value, str)]
    if len(values) != len(keys) or values[0] not in ("pay", "refund"):
        raise GatewayAway
    if not _AMOUNT.fullmatch(values[3]) or not all(_NAME.fullmatch(value) for value in values[1:3]):
        raise GatewayAway
    return StatementLine(values[0], values[1], values[2], Decimal(values[3]))
