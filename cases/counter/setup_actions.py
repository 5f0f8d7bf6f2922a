"""What whoever looks after a hall says about its counter: settings, windows, slot plans, the two addresses."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases import events as codes
from cases.counter import errors
from cases.counter.kept import kept_hall
from cases.counter.models import CounterWindow, HallCounter, PriorityGroup, SlotPlan
from common import events
from common.idempotency import claim
from identity.actor import Actor
from identity.halls.rules import BadHours, parse_spans
from identity.models import Department, Hall, Post
from services.models import ItemWindow, ServiceItem

# Least and most of each number of the settings.
LIMITS = {
    "late_minutes": (0, 240),
    "no_show_limit": (0, 50),
    "block_days": (1, 365),
    "days_ahead": (0, 60),
    "minutes_each": (1, 240),
    "keep_days": (1, 365),
}
_Problems = dict[str, str | Promise]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSettings:
    """How the hall gives tickets and appointments; see :class:`cases.counter.models.HallCounter`."""

    is_open: bool
    late_minutes: int = 15
    no_show_limit: int = 3
    block_days: int = 30
    days_ahead: int = 7
    minutes_each: int = 10
    keep_days: int = 30
    priority_groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDetails:
    """What a window is: who sits there and what it serves."""

    number: str
    name: str
    post: Post
    departments: Sequence[Department] = ()
    items: Sequence[ServiceItem] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDetails:
    """Slots as typed: ``spans`` like ``9:00-12:00，13:00-17:00``."""

    spans: str
    minutes: int
    quota: int
    weekdays: Sequence[int]
    valid_from: dt.date
    valid_to: dt.date | None = None
    department: Department | None = None
    item: ServiceItem | None = None
    is_active: bool = True


@transaction.atomic
def save_counter(
    actor: Actor, *, hall_id: UUID, settings: CounterSettings, expected_revision: int | None = None
) -> HallCounter:
    """Open a hall's counter or change how it works; the first time both addresses are made.

    Raises :class:`HallNotFound`, :class:`CounterInvalid`, :class:`CounterChanged`.
    """
    hall = kept_hall(actor, hall_id)
    counter = HallCounter.objects.filter(hall=hall).first()
    if counter is None:
        counter = HallCounter(hall=hall, screen_key=_key(), kiosk_key=_key(), revision=0)
    elif expected_revision is not None and expected_revision != counter.revision:
        raise errors.CounterChanged
    problems: _Problems = {}
    for name, (least, most) in LIMITS.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            problems[name] = _("请写 %(least)s 到 %(most)s 之间的数。") % {"least": least, "most": most}
        setattr(counter, name, value)
    if not set(settings.priority_groups) <= set(PriorityGroup.values):
        problems["priority_groups"] = _("请从列出的几种里选。")
    if problems:
        raise errors.CounterInvalid(fields=problems)
    counter.priority_groups = [group for group in PriorityGroup.values if group in settings.priority_groups]
    counter.is_open = settings.is_open
    counter.revision += 1
    counter.save()
    events.record(codes.COUNTER_SAVED, actor=actor, subject_id=hall.pk, is_open=counter.is_open)
    return counter


@transaction.atomic
def renew_key(actor: Actor, *, hall_id: UUID, which: str) -> HallCounter:
    """Give the screen or the kiosk a new address; the old one shows nothing from now on.

    Raises :class:`HallNotFound`, :class:`CounterNotFound`, :class:`CounterInvalid`.
    """
    hall = kept_hall(actor, hall_id)
    counter = HallCounter.objects.select_for_update(no_key=True).filter(hall=hall).first()
    if counter is None:
        raise errors.CounterNotFound
    if which not in {"screen", "kiosk"}:
        raise errors.CounterInvalid(fields={"which": _("请选大屏或者取号机。")})
    setattr(counter, f"{which}_key", _key())
    counter.save(update_fields=[f"{which}_key", "updated_at"])
    events.record(codes.COUNTER_KEYS_RENEWED, actor=actor, subject_id=hall.pk, which=which)
    return counter


def _key() -> str:
    return secrets.token_urlsafe(32)


@transaction.atomic
def save_window(
    actor: Actor,
    *,
    hall_id: UUID,
    details: WindowDetails,
    window_id: UUID | None = None,
    expected_revision: int | None = None,
    request_key: str = "",
) -> CounterWindow:
    """Set a window up, change it or take it out of use; then whoever sits there is let go.

    Raises :class:`HallNotFound`, :class:`WindowNotFound`, :class:`CounterInvalid`, :class:`CounterChanged`, or
    :class:`WindowBusy` when it has a ticket and is to be taken out of use.
    """
    hall = kept_hall(actor, hall_id)
    key = "" if window_id else request_key
    claimed = claim(actor_id=actor.account_id, action="save_window", request_key=key)
    if claimed.earlier_id:
        return CounterWindow.objects.get(pk=claimed.earlier_id)
    window = CounterWindow(hall=hall, revision=0)
    if window_id:
        found = CounterWindow.objects.select_for_update(no_key=True).filter(hall=hall, pk=window_id).first()
        if found is None:
            raise errors.WindowNotFound
        window = found
        if expected_revision is not None and expected_revision != window.revision:
            raise errors.CounterChanged
    _check_window(hall, details)
    if not details.is_active:
        held = window.tickets.filter(state__in=["called", "serving"]).first() if window_id else None
        if held:
            raise errors.WindowBusy(ticket=held.code)
        window.clerk = None
    if window.post_id and window.post_id != details.post.pk:
        window.clerk = None  # somebody of another post sat there
    window.number, window.name = details.number.strip(), details.name.strip()
    window.post, window.is_active = details.post, details.is_active
    window.revision += 1
    try:
        with transaction.atomic():
            window.save()
    except IntegrityError as error:
        raise errors.CounterInvalid(fields={"number": _("这个大厅已经有这个号的窗口。")}) from error
    window.departments.set(details.departments)
    window.items.set(details.items)
    claimed.settle(window.pk)
    detail: dict[str, Any] = {"number": window.number, "is_active": window.is_active}
    events.record(codes.WINDOW_SAVED, actor=actor, subject_id=window.pk, **detail)
    return window


def _check_window(hall: Hall, details: WindowDetails) -> None:
    problems: _Problems = {}
    for name, limit in (("number", 8), ("name", 40)):
        text = getattr(details, name).strip()
        if not text or len(text) > limit or not text.isprintable():
            problems[name] = _("请填写，不超过 %(limit)s 个字，不能有控制字符。") % {"limit": limit}
    served = {department.pk for department in details.post.serves.all()}
    foreign = [one.short_name for one in details.departments if one.pk not in served]
    if foreign:
        problems["departments"] = _("“%(post)s”岗位不为%(names)s办事。") % {
            "post": details.post.name,
            "names": "、".join(foreign),
        }
    done_here = set(ItemWindow.objects.filter(hall=hall).values_list("item_id", flat=True))
    if any(item.pk not in done_here for item in details.items):
        problems["items"] = _("只能选在这个大厅办的事项。")
    elif any(item.department_id not in served for item in details.items):
        problems["items"] = _("这个岗位不为其中一些事项的部门办事。")
    if problems:
        raise errors.CounterInvalid(fields=problems)


@transaction.atomic
def save_plan(
    actor: Actor,
    *,
    hall_id: UUID,
    details: PlanDetails,
    plan_id: UUID | None = None,
    expected_revision: int | None = None,
    request_key: str = "",
) -> SlotPlan:
    """Offer slots, change or end the offer. What is booked already stays booked.

    Raises :class:`HallNotFound`, :class:`PlanNotFound`, :class:`CounterInvalid`, :class:`CounterChanged`.
    """
    hall = kept_hall(actor, hall_id)
    key = "" if plan_id else request_key
    claimed = claim(actor_id=actor.account_id, action="save_slot_plan", request_key=key)
    if claimed.earlier_id:
        return SlotPlan.objects.get(pk=claimed.earlier_id)
    plan = SlotPlan(hall=hall, revision=0)
    if plan_id:
        found = SlotPlan.objects.select_for_update(no_key=True).filter(hall=hall, pk=plan_id).first()
        if found is None:
            raise errors.PlanNotFound
        plan = found
        if expected_revision is not None and expected_revision != plan.revision:
            raise errors.CounterChanged
    plan.spans = _checked_spans(hall, details)
    plan.weekdays = sorted(set(details.weekdays))
    for name in ("minutes", "quota", "valid_from", "valid_to", "department", "item", "is_active"):
        setattr(plan, name, getattr(details, name))
    plan.revision += 1
    plan.save()
    claimed.settle(plan.pk)
    detail: dict[str, Any] = {"quota": plan.quota, "is_active": plan.is_active}
    events.record(codes.SLOT_PLAN_SAVED, actor=actor, subject_id=plan.pk, **detail)
    return plan


def _checked_spans(hall: Hall, details: PlanDetails) -> list[list[str]]:
    problems: _Problems = {}
    spans: list[list[str]] = []
    try:
        spans = parse_spans(details.spans)
    except BadHours:
        spans = []
    if not spans:
        problems["spans"] = _("请写成 9:00-12:00，13:00-17:00 这样。")
    if not 5 <= details.minutes <= 240:
        problems["minutes"] = _("每个时段 5 到 240 分钟。")
    if not 1 <= details.quota <= 500:
        problems["quota"] = _("每个时段 1 到 500 个号。")
    if not details.weekdays or not set(details.weekdays) <= set(range(1, 8)):
        problems["weekdays"] = _("请选至少一天。")
    if details.valid_to and details.valid_to < details.valid_from:
        problems["valid_to"] = _("结束的日子不能早于开始的日子。")
    here = ItemWindow.objects.filter(hall=hall)
    if details.item and not here.filter(item=details.item).exists():
        problems["item"] = _("只能选在这个大厅办的事项。")
    if details.department and not here.filter(item__department=details.department).exists():
        problems["department"] = _("这个部门没有事项在这个大厅办。")
    if problems:
        raise errors.CounterInvalid(fields=problems)
    return spans
