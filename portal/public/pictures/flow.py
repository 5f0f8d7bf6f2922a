"""The way of an application, drawn: what happens in which order, by whom, what runs side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.clock import SILENCE_DAYS
from common.formatting import format_list
from portal.canvas import Canvas
from portal.public.wording import limit_text
from services import routes
from services.codes import HandleForm, ItemType, ProjectType, ResultKind
from services.models import ReviewStage
from services.queries import Guide

_APPLY, _ACCEPT, _REVIEW, _DECIDE, _DELIVER = "申请", "受理", "审查", "决定", "送达"
_STEPS = (_APPLY, _ACCEPT, _REVIEW, _DECIDE, _DELIVER)
_NOTHING = frozenset(["", "无", "没有", "/", "-", "—", "不涉及"])
_MOST = 20  # steps drawn; a list longer than that is read in the table
_CIRCLE = 0.82  # radius, of the size of text


@dataclass(frozen=True, slots=True)
class Stage:
    """One step. ``branches`` run side by side: (who, what, how long); ``aside`` may happen and leads back."""

    title: str
    who: str = ""
    note: str = ""
    branches: tuple[tuple[str, str, str], ...] = ()
    aside: str = ""
    tone: str = ""


def stages(guide: Guide) -> list[Stage]:
    """The steps of an item as its version names them; nothing for an item that names none and is not done here."""
    version = guide.version
    labels = [label.strip() for label in version.flow if label.strip()]
    if labels and not set(labels) <= set(_STEPS):
        return [Stage(label) for label in labels]
    if not labels and not (version.is_applicable_online or guide.route):
        return []
    return _instant(guide) if version.project_type == ProjectType.INSTANT else _usual(guide, labels or list(_STEPS))


def _instant(guide: Guide) -> list[Stage]:
    middle = Stage(
        _("当场受理、审查、决定"), who=guide.item.department_name, note=_("材料齐全的当场办完"), aside=_fix()
    )
    return [_applying(guide), middle, _delivering(guide, _("当场或者网上拿到"))]


def _usual(guide: Guide, labels: Sequence[str]) -> list[Stage]:
    body = guide.item.department_name
    is_bound = guide.version.is_applicable_online or guide.item.item_type == ItemType.LICENCE
    reply = _("%(days)s 个工作日内答复") % {"days": SILENCE_DAYS} if is_bound else ""
    limit = limit_text(guide.version, guide.version.promise_days, guide.version.promise_unit)
    made = {
        _APPLY: [_applying(guide)],
        _ACCEPT: [Stage(_("受理"), who=body, note=reply, aside=_fix() if is_bound else "")],
        _REVIEW: _reviewing(guide, body),
        _DECIDE: [
            Stage(
                _("决定"),
                who=body,
                note=_("受理后 %(limit)s内") % {"limit": limit} if guide.version.promise_days is not None else "",
            )
        ],
        _DELIVER: [_delivering(guide, _within_ten_days(guide))],
    }
    return [step for label in labels for step in made[label]]


def _fix() -> str:
    return _("材料不全：一次告诉您要补的全部内容，补好再交")


def _applying(guide: Guide) -> Stage:
    ways = {
        HandleForm.WINDOW: _("到窗口"),
        HandleForm.ONLINE: _("在网上"),
        HandleForm.EXPRESS: _("寄材料"),
    }
    known = [ways[HandleForm(code)] for code in guide.version.handle_forms if code in HandleForm.values]
    return Stage(_("申请"), who=_("您"), note=format_list(known) if known else "", tone="pic-you")


def _reviewing(guide: Guide, body: str) -> list[Stage]:
    """One step for stages that run side by side, one after another where they wait for each other."""
    special = guide.version.special_procedure.strip()
    aside = _("特别程序（不计时）：%(what)s") % {"what": special} if special not in _NOTHING else ""
    if not guide.route:
        return [Stage(_("审查"), who=body, aside=aside)]
    known = {stage.key: stage for stage in guide.route}
    steps = [_side_by_side([known[key] for key in rank]) for rank in routes.ranks(guide.route)]
    return [*steps[:-1], replace(steps[-1], aside=aside)]


def _side_by_side(found: Sequence[ReviewStage]) -> Stage:
    branches = tuple(
        (stage.department.short_name or stage.department.name, stage.name, _days(stage.days)) for stage in found
    )
    title = _("%(count)s 个部门同时审查") % {"count": len(branches)} if len(branches) > 1 else _("审查")
    return Stage(title, branches=branches)


def _days(days: int) -> str:
    return _("%(days)s 个工作日内") % {"days": days} if days else _("当天")


def _delivering(guide: Guide, note: str) -> Stage:
    version = guide.version
    name = version.result_name.strip()
    ways = [note, _("可以寄给您") if version.by_express else ""]
    title = _("拿到%(name)s") % {"name": name} if name not in _NOTHING else _("告诉您结果")
    return Stage(title, who=_("您"), note="，".join(filter(None, ways)), tone="pic-done")


def _within_ten_days(guide: Guide) -> str:
    """行政许可法第四十四条: what was granted is handed over within ten days."""
    is_granted = guide.item.item_type == ItemType.LICENCE and guide.version.result_kind == ResultKind.CERTIFICATE
    return _("决定后 10 个工作日内送达") if is_granted else ""


def rows(found: Sequence[Stage]) -> list[tuple[str, str, str]]:
    """The same as a table: step, by whom, how long and what else."""
    lines: list[tuple[str, str, str]] = []
    for stage in found:
        lines.append((stage.title, stage.who, "；".join(filter(None, [stage.note, stage.aside]))))
        lines += [(what, who, days) for who, what, days in stage.branches]
    return lines


def draw(found: Sequence[Stage], *, is_wide: bool, size: float) -> SafeString | None:
    """The picture, for a phone or for a wide page; None when there is not enough to draw."""
    if not 2 <= len(found) <= _MOST:
        return None
    canvas = Canvas(width=700 if is_wide else 300, size=size)
    gap = 26
    radius = round(size * _CIRCLE, 1)
    left = 2 * radius + 12
    y = 2.0
    for number, stage in enumerate(found, 1):
        if number > 1:
            canvas.arrow(left + 24, y, y + gap - 2)
            y += gap
        top = y
        y = _draw_stage(canvas, stage, left, y, is_wide=is_wide)
        middle = top + canvas.size * 1.15
        canvas.parts.append(_circle(radius, middle))
        canvas.text(radius + 1, middle - canvas.line * 0.6, [str(number)], "pic-number", anchor="middle")
    name = "flow-wide" if is_wide else "flow-narrow"
    spoken = "；".join(" ".join(filter(None, row)) for row in rows(found))
    return canvas.svg(name=name, title=_("办理流程图"), description=spoken, kind=f"pic-{name.split('-')[1]}")


def _circle(radius: float, middle: float) -> SafeString:
    return format_html('<circle cx="{}" cy="{}" r="{}" class="pic-circle"></circle>', radius + 1, middle, radius)


def _draw_stage(canvas: Canvas, stage: Stage, left: float, y: float, *, is_wide: bool) -> float:
    full = canvas.width - left - 2
    is_beside = bool(is_wide and stage.aside and not stage.branches)
    width = full * 0.58 if is_beside else full
    texts = [(stage.title, "pic-strong"), (" · ".join(filter(None, [stage.who, stage.note])), "pic-faint")]
    if stage.branches:
        bottom = _draw_branches(canvas, stage, left, y, width, is_wide=is_wide)
    else:
        bottom = canvas.box(left, y, width, texts, f"pic-box {stage.tone}".strip())
    if not stage.aside:
        return bottom
    aside = [(stage.aside, "pic-faint")]
    if is_beside:
        canvas.path([(left + width, y + 18), (left + width + 18, y + 18)], "pic-line pic-dashed")
        return max(bottom, canvas.box(left + width + 18, y, full - width - 18, aside, "pic-box pic-aside"))
    canvas.path([(left + 24, bottom), (left + 24, bottom + 10)], "pic-line pic-dashed")
    return canvas.box(left + 12, bottom + 10, full - 12, aside, "pic-box pic-aside")


def _draw_branches(canvas: Canvas, stage: Stage, left: float, y: float, width: float, *, is_wide: bool) -> float:
    """A frame around the branches: beside each other where there is room, under each other on a phone."""
    pad, head = 10.0, len(canvas.parts)
    bottom = canvas.text(left + pad, y + 5, canvas.wrap(stage.title, width - 2 * pad), "pic-strong") + 6
    across = min(3, len(stage.branches)) if is_wide else 1
    each = (width - 2 * pad - 8 * (across - 1)) / across
    for start in range(0, len(stage.branches), across):
        edges = [
            canvas.box(
                left + pad + column * (each + 8),
                bottom,
                each,
                [(who, "pic-strong"), (what, ""), (days, "pic-faint")],
                "pic-box pic-branch",
            )
            for column, (who, what, days) in enumerate(stage.branches[start : start + across])
        ]
        bottom = max(edges) + 8
    frame = Canvas(canvas.width, canvas.size)
    frame.rect(left, y, width, bottom + 2 - y, "pic-box pic-frame")
    canvas.parts[head:head] = frame.parts
    canvas.height = max(canvas.height, frame.height)
    return bottom + 2
