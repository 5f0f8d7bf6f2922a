"""A joint case as people see it: the way through its draft, and a lane for each of its items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.joint.queries import is_over
from cases.joint.union import Group, Page, Union
from cases.models import Case, JointCase, JointItem
from cases.queries import clocks
from cases.states import State
from common.formatting import code_label
from identity.actor import Actor
from portal.public.bundle_page import with_region
from portal.public.drafts import source_line
from portal.public.forms import PagesForm
from portal.public.materials import Tally, material_row, row_mark, tally_of
from portal.public.timeline import timeline_of
from portal.public.wording import clock_lines, next_step
from services.forms import FieldSpec, check_answers
from services.texts import is_empty, text_of

_State = JointItem.State


@dataclass(frozen=True, slots=True)
class Way:
    """The pages of a joint draft in order."""

    joint: JointCase
    whole: Union

    @property
    def pages(self) -> list[tuple[str, str]]:
        """(kind, address) of each page."""
        pk = self.joint.pk
        return [
            *(("form", reverse("joint_step", args=[pk, page.step.key])) for page in self.whole.pages),
            ("materials", reverse("joint_materials", args=[pk])),
            ("check", reverse("joint_check", args=[pk])),
        ]

    def beside(self, address: str, offset: int) -> str:
        """The address of the page after (1) or before (-1) this one; the bundle's plan before the first."""
        addresses = [page for _kind, page in self.pages]
        place = addresses.index(address) + offset if address in addresses else 0
        return addresses[min(place, len(addresses) - 1)] if place >= 0 else plan_url(self.joint)

    def first_open(self) -> str:
        """Where to go on: the first page with something open, else the materials; a new draft begins at its first."""
        if self.joint.version == 1:
            return self.pages[0][1]
        for page in self.whole.pages:
            if page_problems(self.whole, page):
                return reverse("joint_step", args=[self.joint.pk, page.step.key])
        return reverse("joint_materials", args=[self.joint.pk])


def page_problems(whole: Union, page: Page) -> bool:
    """Whether something of a page is not filled in well."""
    raw = {key: answer["value"] for key, answer in answers_of(whole, page).items()}
    return bool(check_answers([page.step], raw).problems)


def plan_url(joint: JointCase) -> str:
    """The bundle's plan with the answers and the region of this draft, where they can be changed."""
    answers = with_region(joint.situation, joint.region.code)
    return f"{reverse('bundle', args=[joint.bundle_version.bundle.code])}?{urlencode(answers)}"


def steps(current: str) -> list[dict[str, str]]:
    """Entries for ``{% steps %}``; ``current`` is form, materials or check."""
    labels = {"form": _("填表"), "materials": _("材料"), "check": _("核对"), "receipt": _("提交")}
    here = list(labels).index(current)
    return [
        {"label": label, "state": "done" if place < here else "current" if place == here else "todo"}
        for place, label in enumerate(labels.values())
    ]


def title_of(page: Page) -> str:
    """What a page is called."""
    return page.step.title or _("几个事项都要的内容")


def answers_of(whole: Union, page: Page) -> dict[str, dict[str, Any]]:
    """The answers of a page: of each field the first draft's that has one."""
    found: dict[str, dict[str, Any]] = {}
    for key, owners in page.owners.items():
        for owner in owners:
            answer = whole.part(owner).case.answers.get(key)
            if answer is not None:
                found[key] = answer
                break
    return found


def names_of(whole: Union, keys: Sequence[str]) -> list[str]:
    """The names of items."""
    return [whole.part(key).item.item_version.name for key in keys]


def material_rows(whole: Union, wrong: Mapping[Any, PagesForm] | None = None) -> list[dict[str, Any]]:
    """One entry for each group: the row that speaks for it, its draft, and the items it serves."""
    found = []
    for group in whole.groups:
        row = group.shown
        shown = material_row(row, (wrong or {}).get(row.pk))
        found.append({**shown, "is_optional": group.is_optional, "case": row.case, "items": _items_of(whole, group)})
    return found


def _items_of(whole: Union, group: Group) -> list[str]:
    by_case = {part.case.pk: part.item.item_version.name for part in whole.parts}
    return [by_case[row.case_id] for row in group.rows]


def produced_of(whole: Union) -> list[tuple[str, str]]:
    """What comes of an earlier item and need not be handed in: (result, item), each once."""
    found = dict.fromkeys(whole.produced.values())
    return [(whole.part(key).item.item_version.result_name, whole.part(key).item.item_version.name) for key in found]


def tally(whole: Union) -> Tally:
    """How many materials are to be handed in, each counted once."""
    return tally_of([group.shown for group in whole.groups])


def sections(whole: Union) -> list[dict[str, Any]]:
    """The pages with their answers, for the check page."""
    return [
        {
            "title": title_of(page),
            "url": reverse("joint_step", args=[whole.joint.pk, page.step.key]),
            "rows": [_answer(spec, answers_of(whole, page).get(spec.key)) for spec in page.step.fields],
        }
        for page in whole.pages
    ]


def _answer(spec: FieldSpec, answer: dict[str, Any] | None) -> dict[str, Any]:
    value = answer["value"] if answer else ""
    line, kind = source_line(answer)
    return {
        "label": spec.label,
        "value": text_of(spec, value),
        "source": line,
        "is_held": kind == "held",
        "is_open": spec.required and is_empty(value),
    }


def check_materials(whole: Union) -> list[dict[str, Any]]:
    """The groups for the check page: the mark, the row, and whom it serves."""
    return [
        {
            "row": group.shown,
            "mark": row_mark(group.shown),
            "items": _items_of(whole, group),
            "is_optional": group.is_optional,
            "promises": list(dict.fromkeys(_promised(group))),
        }
        for group in whole.groups
    ]


def _promised(group: Group) -> list[str]:
    return [row.requirement.promise_text for row in group.rows if row.way == row.Way.PROMISE]


# What runs.


def tag_of(item: JointItem) -> tuple[str, str]:
    """(label, tone) of an item's state; of its case once it runs."""
    case = item.case
    if item.state == _State.BEGUN and case is not None:
        if case.state in {State.CLOSED, State.DECIDED} and case.outcome:
            return code_label(case.get_outcome_display()), "jade" if case.outcome == "approved" else "red"
        bad = case.state in {State.NOT_ACCEPTED, State.TERMINATED}
        tone = "red" if bad else "amber" if case.state == State.CORRECTING else "brand"
        return code_label(case.get_state_display()), tone
    tones = {_State.OPEN: "amber", _State.DROPPED: "red"}
    return code_label(item.get_state_display()), tones.get(_State(item.state), "plain")


def joint_tag(items: Sequence[JointItem]) -> tuple[str, str]:
    """(label, tone) of the whole: a draft, under way with so many done, or over."""
    if all(item.state in {_State.DRAFT, _State.OFFLINE} for item in items):
        return _("草稿"), "plain"
    good = sum(1 for item in items if item.case is not None and item.case.outcome == "approved")
    values = {"good": good, "total": len(items)}
    if is_over(items):
        return _("全部结束，办成 %(good)s / %(total)s") % values, "jade" if good == len(items) else "plain"
    return _("办理中，办成 %(good)s / %(total)s") % values, "brand"


def lane(item: JointItem, items: Sequence[JointItem], actor: Actor) -> dict[str, Any]:
    """One item: who has it, what is next, by when, what the applicant must do, and what came of it."""
    case = item.case
    runs = case is not None and item.state == _State.BEGUN
    is_own = case is not None and case.applicant_id == actor.principal_id
    opens = is_own and item.state != _State.WAITING
    return {
        "item": item,
        "case": case if case is not None and case.state != State.DRAFT else None,
        "tag": tag_of(item),
        "next": _lane_next(item, items),
        "clock_lines": clock_lines(case, clocks(case)) if case is not None and runs else [],
        "notices": list(case.notices.all()) if case is not None and runs and is_own else [],
        "url": reverse("my_case", args=[case.pk]) if case is not None and opens else "",
        "applicant": "" if case is None or is_own or (not runs and item.state != _State.OPEN) else case.applicant.name,
        "may_withdraw": item.state in {_State.WAITING, _State.OPEN},
        "must_act": item.state == _State.OPEN or (case is not None and case.state == State.CORRECTING),
    }


def _lane_next(item: JointItem, items: Sequence[JointItem]) -> str:
    if item.state == _State.BEGUN and item.case is not None:
        return next_step(item.case)
    if item.state == _State.WAITING:
        names = "”、“".join(other.item_version.name for other in items if other.key in item.after)
        return _("等“%(names)s”办好，系统就自动替您提交，您不用做什么。") % {"names": names}
    if item.state == _State.OFFLINE:
        return _("这一项要到窗口办，地点和要带的东西看办事指南。")
    return item.reason


def joint_timeline(items: Sequence[JointItem]) -> list[dict[str, Any]]:
    """What happened to all items, oldest first, each with the item's name; what comes next stands in the lanes."""
    entries = [
        {**entry, "title": _("%(item)s：%(title)s") % {"item": item.item_version.name, "title": entry["title"]}}
        for item in items
        if item.case is not None and item.state == _State.BEGUN
        for entry in timeline_of(item.case)
        if entry["state"] != "next"
    ]
    dropped = [
        {
            "title": _("%(item)s：没有开始办") % {"item": item.item_version.name},
            "time": item.updated_at,
            "note": item.reason,
            "state": "bad",
        }
        for item in items
        if item.state == _State.DROPPED
    ]
    return sorted([*entries, *dropped], key=lambda entry: entry["time"])


def open_places(whole: Union, found: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """(address, sentence) for each open point of :func:`cases.joint.submission.open_points`."""
    pages = {(owner, key): page for page in whole.pages for key, owners in page.owners.items() for owner in owners}
    rows: list[tuple[str, str]] = []
    for place, name, message in found:
        member, _colon, path = place.partition(":")
        if not path:
            url = f"{reverse('joint_materials', args=[whole.joint.pk])}#material-{place}"
        else:
            page = next((one for (owner, key), one in pages.items() if owner == member and _is_of(path, key)), None)
            step = page.step.key if page else whole.pages[0].step.key
            url = reverse("joint_step", args=[whole.joint.pk, step])
        rows.append((url, _("%(name)s：%(message)s") % {"name": name, "message": message}))
    return rows


def _is_of(path: str, key: str) -> bool:
    """Whether the place of a problem is in a field or a part of it."""
    return path == key or path.startswith(f"{key}.")


def case_is_in_draft(case: Case) -> bool:
    """Whether a case is a draft that is filled in together with others."""
    part = getattr(case, "joint_item", None)
    return part is not None and part.state == _State.DRAFT
