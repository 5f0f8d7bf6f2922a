"""A parcel as its receiver reads it: where it goes, the waybill, and its way in plain words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.delivery.address import masked, of_row
from cases.delivery.models import Delivery, Parcel
from cases.delivery.queries import news_of, parcel_of

_TITLES: dict[str, str | Promise] = {
    Parcel.State.COLLECTED: _("快递已揽收"),
    Parcel.State.MOVING: _("运输中"),
    Parcel.State.OUT: _("正在派送"),
    Parcel.State.SIGNED: _("已签收"),
    Parcel.State.RETURNED: _("没有送到，退回大厅"),
}
_COMING = (Parcel.State.COLLECTED, Parcel.State.MOVING, Parcel.State.OUT, Parcel.State.SIGNED)


def parcel_words(delivery: Delivery | None) -> dict[str, Any]:
    """Context about the parcel of a delivery: ``parcel``, ``parcel_to`` and ``parcel_way`` for ``{% timeline %}``."""
    address = of_row(delivery.address) if delivery and delivery.way == Delivery.Way.POST else None
    parcel = parcel_of(delivery) if delivery and delivery.state != Delivery.State.CHOSEN else None
    return {
        "parcel": parcel,
        "parcel_to": masked(address) if address else "",
        "parcel_way": _way(parcel) if parcel else [],
    }


def _way(parcel: Parcel) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = [
        {"title": _("大厅交寄"), "time": parcel.created_at, "note": "", "state": "done"},
        *(
            {"title": _TITLES[one.step], "time": one.at, "note": one.place, "state": _tone(one.step)}
            for one in news_of(parcel)
        ),
    ]
    if parcel.state in {Parcel.State.SIGNED, Parcel.State.RETURNED}:
        return entries
    reached = _COMING.index(Parcel.State(parcel.state)) + 1 if parcel.state in _COMING else 0
    coming = [{"title": _TITLES[step], "time": "", "note": "", "state": "next"} for step in _COMING[reached:]]
    return entries + coming


def _tone(step: str) -> str:
    return "bad" if step == Parcel.State.RETURNED else "done"
