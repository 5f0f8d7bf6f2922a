"""Writes of halls: opened, changed, closed. By posts that manage the items of the hall's department."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import events
from common.idempotency import claim
from identity import events as codes
from identity.actor import Actor, ActorKind
from identity.halls.errors import HallChanged, HallInvalid, HallNotFound
from identity.halls.rules import BadHours, parse_spans
from identity.models import Department, Hall, Region
from identity.permissions import Permission
from identity.staff.current import hold

_PHONE = re.compile(r"[0-9+()（）转 -]{3,30}")
_MOST_SPECIAL = 60
_NAME_TAKEN = gettext_lazy("这个部门已经有叫这个名字的大厅。")
_LIMITS = {"name": 100, "address": 200, "directions": 200}


@dataclass(frozen=True, kw_only=True)
class HallDetails:
    """What a hall says. ``hours`` maps a weekday 1 … 7 to spans as typed, ``special_days`` is (date, spans, note)."""

    department: Department
    region: Region
    name: str
    address: str
    directions: str = ""
    phone: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    hours: Mapping[int, str] = field(default_factory=dict)
    special_days: tuple[tuple[dt.date, str, str], ...] = ()


@transaction.atomic
def save_hall(
    actor: Actor,
    *,
    details: HallDetails,
    hall_id: UUID | None = None,
    expected_revision: int | None = None,
    request_key: str = "",
) -> Hall:
    """Open a hall, or change the one with ``hall_id``; the same again changes nothing.

    Raises :class:`HallInvalid`, :class:`HallNotFound`, :class:`HallChanged` or :class:`Forbidden`.
    """
    hold(actor)
    _require(actor, details.department.pk)
    claimed = claim(actor_id=actor.account_id, action="save_hall", request_key="" if hall_id else request_key)
    if claimed.earlier_id:
        return Hall.objects.get(pk=claimed.earlier_id)
    hall = _lock(actor, hall_id) if hall_id else Hall()
    if hall_id and expected_revision is not None and expected_revision != hall.revision:
        raise HallChanged
    values = _values(details)
    _refuse_repeat(details, hall)
    if hall_id and all(getattr(hall, name) == value for name, value in values.items()):
        return hall
    for name, value in values.items():
        setattr(hall, name, value)
    if hall_id:
        hall.revision += 1
    _save(hall)
    claimed.settle(hall.pk)
    events.record(codes.HALL_SAVED, actor=actor, subject_id=hall.pk, name=hall.name, is_new=not hall_id)
    return hall


def _require(actor: Actor, department_id: UUID) -> None:
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.MANAGE_ITEMS, department_id)


def _lock(actor: Actor, hall_id: UUID) -> Hall:
    hall = Hall.objects.select_for_update(no_key=True).filter(pk=hall_id).first()
    if hall is None:
        raise HallNotFound
    _require(actor, hall.department_id)
    return hall


def _refuse_repeat(details: HallDetails, hall: Hall) -> None:
    same = Hall.objects.filter(department=details.department, name=details.name.strip(), is_active=True)
    if hall.is_active and same.exclude(pk=hall.pk).exists():
        raise HallInvalid(fields={"name": _NAME_TAKEN})


def _save(hall: Hall, **only: Any) -> None:
    """Save a hall; whoever comes second with the same name is told as if they had come later."""
    try:
        with transaction.atomic():
            hall.save(**only)
    except IntegrityError as error:
        raise HallInvalid(fields={"name": _NAME_TAKEN}) from error


def _values(details: HallDetails) -> dict[str, Any]:
    problems: dict[str, str | Promise] = {}
    texts = {name: getattr(details, name).strip() for name in _LIMITS}
    for name, limit in _LIMITS.items():
        is_missing = not texts[name] and name != "directions"
        if is_missing or len(texts[name]) > limit or (texts[name] and not texts[name].isprintable()):
            problems[name] = _("请填写，不超过 %(limit)s 个字，不能有控制字符。") % {"limit": limit}
    phone = details.phone.strip()
    if phone and not _PHONE.fullmatch(phone):
        problems["phone"] = _("请写电话号码，例如 0000-8100000。")
    if (details.latitude is None) != (details.longitude is None):
        problems["longitude"] = _("经度和纬度要么都写，要么都空着。")
    elif abs(details.latitude or Decimal(0)) > 90 or abs(details.longitude or Decimal(0)) > 180:
        problems["latitude"] = _("纬度在 -90 到 90 之间，经度在 -180 到 180 之间。")
    hours = _hours(details, problems)
    special = _special_days(details, problems)
    if problems:
        raise HallInvalid(fields=problems)
    return {
        **texts,
        "department": details.department,
        "region": details.region,
        "phone": phone,
        "latitude": details.latitude,
        "longitude": details.longitude,
        "hours": hours,
        "special_days": special,
    }


def _hours(details: HallDetails, problems: dict[str, str | Promise]) -> dict[str, list[list[str]]]:
    hours = {}
    for day, text in details.hours.items():
        try:
            spans = parse_spans(text)
        except BadHours:
            problems[f"day_{day}"] = _("请写成 9:00-12:00，13:00-17:00 这样；休息的空着。")
            continue
        if spans and 1 <= day <= 7:
            hours[str(day)] = spans
    return dict(sorted(hours.items()))


def _special_days(details: HallDetails, problems: dict[str, str | Promise]) -> list[dict[str, Any]]:
    days: dict[str, dict[str, Any]] = {}
    for day, text, note in details.special_days:
        try:
            days[day.isoformat()] = {"day": day.isoformat(), "spans": parse_spans(text), "note": note.strip()[:60]}
        except BadHours:
            problems["special_days"] = _("“%(day)s”这一行的时间看不懂。") % {"day": day.isoformat()}
    if len(days) > _MOST_SPECIAL:
        problems["special_days"] = _("最多写 %(limit)s 天，过去的请删掉。") % {"limit": _MOST_SPECIAL}
    return [days[day] for day in sorted(days)]


@transaction.atomic
def set_hall_in_use(actor: Actor, *, hall_id: UUID, in_use: bool) -> Hall:
    """Take a hall off every guide, or put it back. Raises :class:`HallNotFound`, :class:`HallInvalid`."""
    hold(actor)
    hall = _lock(actor, hall_id)
    if hall.is_active == in_use:
        return hall
    same = Hall.objects.filter(department_id=hall.department_id, name=hall.name, is_active=True)
    if in_use and same.exclude(pk=hall.pk).exists():
        raise HallInvalid(fields={"name": _NAME_TAKEN})
    hall.is_active = in_use
    hall.revision += 1
    _save(hall, update_fields=["is_active", "revision", "updated_at"])
    events.record(codes.HALL_OPENED if in_use else codes.HALL_CLOSED, actor=actor, subject_id=hall.pk, name=hall.name)
    return hall
