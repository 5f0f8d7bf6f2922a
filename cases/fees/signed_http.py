"""The payment platform over HTTPS with signed JSON (:mod:`common.signed_messages`, headers ``X-Pay-…``); the sandbox in
deploy/examples speaks the same.
"""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from cases.fees.errors import CallbackInvalid, CallbackUnsigned, GatewayAway
from cases.fees.gateway import Paid, StatementLine
from common.signed_messages import NotSigned, PartnerAway, SignedChannel, read_object

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_AMOUNT = re.compile(r"\d{1,10}\.\d{2}")


class SignedHttpGateway:
    """Speaks to ``settings.PAYMENT["url"]`` as ``["merchant"]`` with ``["secret"]``."""

    def __init__(self) -> None:
        self._url = settings.PAYMENT["url"].rstrip("/")
        self._merchant = settings.PAYMENT["merchant"]
        said = {"merchant": self._merchant}
        self._channel = SignedChannel(self._url, settings.PAYMENT["secret"], "Pay", said)

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
        try:
            nonce = self._channel.check(path=path, headers=headers, body=body)
        except NotSigned as error:
            raise CallbackUnsigned from error
        said = read_object(body)
        if said is None or said.get("status") != "paid" or said.get("merchant") != self._merchant:
            raise CallbackInvalid
        return _paid(said, said.get("order")), nonce

    def _post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._channel.post(path, said)
        except PartnerAway as error:
            raise GatewayAway from error


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
