"""How long it takes, drawn: what is promised, what the law allows, who has it when."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.clock import SILENCE_DAYS
from portal.canvas import Canvas
from portal.public.wording import unit_label
from services import routes
from services.codes import ItemType, ProjectType, TimeUnit
from services.queries import Guide

_CALENDAR_PER_WORKING = 7 / 5  # only where both units stand on one line
_BAR = 14
_LEAST = 4  # a bar that lasts no day is seen, too


@dataclass(frozen=True, slots=True)
class Lane:
    """One bar: from and to on the common scale, with its words."""

    label: str
    start: float
    end: float
    kind: str
    words: str


def lanes(guide: Guide) -> list[Lane]:
    """What runs when, from the day it is handed in; empty for what is done on the spot or names no limit."""
    version = guide.version
    limits = [
        (_("承诺"), version.promise_days, version.promise_unit, "pic-promise"),
        (_("法定"), version.statutory_days, version.statutory_unit, "pic-statute"),
    ]
    known = [(name, days, unit, kind) for name, days, unit, kind in limits if days]
    if version.project_type == ProjectType.INSTANT or not known:
        return []
    mixed = len({unit for _name, _days, unit, _kind in known}) > 1 or known[0][2] == TimeUnit.CALENDAR
    is_bound = version.is_applicable_online or guide.item.item_type == ItemType.LICENCE
    start = _length(SILENCE_DAYS, TimeUnit.WORKING, mixed) if is_bound else 0.0
    found = [Lane(_("答复是否受理"), 0, start, "pic-before", _working(SILENCE_DAYS))] if is_bound else []
    latest = start
    begins = routes.begins(guide.route)
    for stage in guide.route:
        opens = start + _length(begins[stage.key], TimeUnit.WORKING, mixed)
        end = opens + _length(stage.days, TimeUnit.WORKING, mixed)
        body = stage.department.short_name or stage.department.name
        found.append(Lane(f"{body} · {stage.name}", opens, end, "pic-branch-bar", _working(stage.days)))
        latest = max(latest, end)
    promise = version.promise_days
    whole = start + _length(promise, version.promise_unit, mixed) if promise else 0
    if guide.route and whole > latest:
        found.append(Lane(_("汇总意见，作出决定"), latest, whole, "pic-branch-bar", _("最后几天")))
    for name, days, unit, kind in known:
        length = _length(days, unit, mixed)
        found.append(
            Lane(_("%(name)s办结") % {"name": name}, start, start + length, kind, f"{days} {unit_label(unit)}")
        )
    return found


def _length(days: int, unit: str, mixed: bool) -> float:
    return days * _CALENDAR_PER_WORKING if mixed and unit == TimeUnit.WORKING else float(days)


def _working(days: int) -> str:
    return _("%(days)s 个工作日内") % {"days": days} if days else _("当天")


def draw(found: Sequence[Lane], *, is_wide: bool, size: float) -> SafeString | None:
    """The picture; None when there is nothing to draw."""
    if not found:
        return None
    canvas = Canvas(width=700 if is_wide else 300, size=size)
    longest = max(lane.end for lane in found)
    accepted = next((lane.end for lane in found if lane.kind == "pic-before"), 0.0)
    canvas_left, scale = 2.0, (canvas.width - 4) / longest
    y = 0.0
    for lane in found:
        words = canvas.wrap(f"{lane.label}  {lane.words}", canvas.width - 4, most=3)
        kind = "pic-strong" if lane.kind in ("pic-promise", "pic-statute") else ""
        y = canvas.text(canvas_left, y, words, kind) + 3
        canvas.rect(canvas_left, y, longest * scale, _BAR, "pic-track", radius=4)
        length = max((lane.end - lane.start) * scale, _LEAST)
        begin = min(canvas_left + lane.start * scale, canvas.width - 2 - length)
        canvas.rect(begin, y, length, _BAR, f"pic-bar {lane.kind}", radius=4)
        if accepted:
            x = canvas_left + accepted * scale
            canvas.path([(x, y - 3), (x, y + _BAR + 3)])
        y += _BAR + 8
    if accepted:
        x = canvas_left + accepted * scale
        is_late = x > canvas.width * 0.6
        canvas.text(x, y - 4, [_("受理这天起算")], "pic-faint", anchor="end" if is_late else "start")
    name = "clock-wide" if is_wide else "clock-narrow"
    spoken = "；".join(f"{label} {words}" for label, words in rows(found))
    return canvas.svg(name=name, title=_("办理时间图"), description=spoken, kind=f"pic-{name.split('-')[1]}")


def rows(found: Sequence[Lane]) -> list[tuple[str, str]]:
    """The same in words: what, how long."""
    return [(lane.label, lane.words) for lane in found]
