"""The payment platform, through the class that ``settings.PAYMENT_GATEWAY`` names (empty: nobody pays online).

A city connects its 非税 platform with a class of the shape of :class:`PaymentGateway`; the one that comes with the
site (:mod:`cases.fees.signed_http`) speaks the protocol in docs/operations.md.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Paid:
    """What the platform says: this transaction paid that order."""

    order: str
    transaction: str
    amount: Decimal  # yuan
    paid_at: dt.datetime


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a day's statement; ``kind`` is ``pay`` or ``refund``, then ``transaction`` is the refund's number."""

    kind: str
    order: str
    transaction: str
    amount: Decimal


class PaymentGateway(Protocol):
    """What a gateway must do. It never runs inside a database transaction; it raises GatewayAway when it fails."""

    def open(self, *, order: str, amount: Decimal, subject: str, return_url: str) -> str:
        """Tell the platform of an order; returns the address where one pays. The same order twice is one order."""

    def query(self, *, order: str) -> Paid | None:
        """Ask whether an order was paid."""

    def cancel(self, *, order: str) -> None:
        """Close an order that nobody paid; for a paid or unknown one nothing happens."""

    def refund(self, *, refund: str, order: str, transaction: str, amount: Decimal) -> None:
        """Pay back; the same refund number twice is one refund."""

    def statement(self, *, day: dt.date) -> list[StatementLine]:
        """All that was paid and refunded on a day in Beijing."""

    def read_callback(self, *, path: str, headers: Mapping[str, str], body: bytes) -> tuple[Paid, str]:
        """Check who signed a message and read it; returns it with its nonce.

        Raises :class:`CallbackUnsigned` or :class:`CallbackInvalid`.
        """


def chosen() -> PaymentGateway | None:
    """The configured gateway, None where nobody pays online."""
    return import_string(settings.PAYMENT_GATEWAY)() if settings.PAYMENT_GATEWAY else None
