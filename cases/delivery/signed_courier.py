"""The courier over HTTPS with signed JSON (:mod:`common.signed_messages`, headers ``X-Post-…``); the sandbox in
deploy/examples speaks the same.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from cases.delivery.courier import News, Ordered
from cases.delivery.errors import CourierAway, NewsInvalid, NewsUnsigned
from common.signed_messages import NotSigned, PartnerAway, SignedChannel, read_object

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_STEPS = {"collected", "moving", "out", "signed", "returned"}
_AHEAD = dt.timedelta(minutes=10)  # a courier's clock may be fast, not more


class SignedCourier:
    """Speaks to ``settings.COURIER_SERVICE["url"]`` as ``["customer"]`` with ``["secret"]``."""

    def __init__(self) -> None:
        said = settings.COURIER_SERVICE
        self._customer = said["customer"]
        self._channel = SignedChannel(said["url"], said["secret"], "Post", {"customer": self._customer})

    def order(self, *, number: str, to: Mapping[str, str]) -> Ordered:
        """Ask for a parcel to be collected."""
        answer = self._post("/orders", {"number": number, "to": dict(to)})
        waybill, name = answer.get("waybill"), answer.get("courier")
        if not isinstance(waybill, str) or not _NAME.fullmatch(waybill) or not _is_text(name, 40):
            raise CourierAway
        return Ordered(waybill, str(name))

    def track(self, *, number: str) -> list[News]:
        """All that happened to a parcel so far."""
        lines = self._post("/track", {"number": number}).get("news")
        if not isinstance(lines, list):
            raise CourierAway
        try:
            return [_news({**line, "number": number}) for line in lines if isinstance(line, dict)]
        except NewsInvalid as error:
            raise CourierAway from error

    def read_callback(self, *, path: str, headers: Mapping[str, str], body: bytes) -> tuple[News, str]:
        """Check who signed a message and read it; returns it with its nonce."""
        try:
            nonce = self._channel.check(path=path, headers=headers, body=body)
        except NotSigned as error:
            raise NewsUnsigned from error
        said = read_object(body)
        if said is None or said.get("customer") != self._customer:
            raise NewsInvalid
        return _news(said), nonce

    def _post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._channel.post(path, said)
        except PartnerAway as error:
            raise CourierAway from error


def _news(said: Mapping[str, Any]) -> News:
    number, step, moment, place = said.get("number"), said.get("step"), said.get("at"), said.get("place", "")
    if not isinstance(number, str) or not _NAME.fullmatch(number) or not _is_text(place, 60):
        raise NewsInvalid
    if not isinstance(step, str) or step not in _STEPS:
        raise NewsInvalid
    try:
        at = dt.datetime.fromisoformat(str(moment))
    except ValueError as error:
        raise NewsInvalid from error
    if at.tzinfo is None or at > timezone.now() + _AHEAD:
        raise NewsInvalid
    return News(number, str(step), at, str(place))


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and (not value or value.isprintable())
