"""The courier, through the class that ``settings.COURIER`` names (empty: the counter takes parcels to the post itself).

A city connects its courier with a class of the shape of :class:`Courier`; the one that comes with the site
(:mod:`cases.delivery.signed_courier`) speaks the protocol in docs/operations.md.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the courier answers to an order."""

    waybill: str
    courier: str  # the name people know it by


@dataclass(frozen=True, slots=True)
class News:
    """Something happened to a parcel: ``step`` is collected, moving, out, signed or returned."""

    number: str
    step: str
    at: dt.datetime
    place: str = ""


class Courier(Protocol):
    """What a courier must do. It never runs inside a database transaction; it raises CourierAway when it fails."""

    def order(self, *, number: str, to: Mapping[str, str]) -> Ordered:
        """Ask for a parcel to be collected; the same number twice is one order."""

    def track(self, *, number: str) -> Sequence[News]:
        """All that happened to a parcel so far."""

    def read_callback(self, *, path: str, headers: Mapping[str, str], body: bytes) -> tuple[News, str]:
        """Check who signed a message and read it; returns it with its nonce.

        Raises :class:`NewsUnsigned` or :class:`NewsInvalid`.
        """


def chosen() -> Courier | None:
    """The configured courier, None where the counter posts by hand."""
    return import_string(settings.COURIER)() if settings.COURIER else None
