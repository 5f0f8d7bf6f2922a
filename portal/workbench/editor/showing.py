"""What the pages of the editor show: sections with their counts, lists with their rows, forms in groups."""

from collections.abc import Mapping
from typing import Any

from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.workbench.editor.desk import Desk
from portal.workbench.editor.forms import EditForm, is_rare
from services.editing import rows
from services.editing.compare import type_label
from services.editing.elements import SECTIONS, STEPS, Section, column_label
from services.editing.queries import names_of
from services.editing.rows import RowList
from services.editing.wording import column_words, part_words, stage_names, when_words


def summaries(desk: Desk) -> list[dict[str, Any]]:
    """Each section with how much stands in it, what the checks find and the comments on it."""
    return [
        {
            "section": section,
            "url": reverse("draft_section", args=[*desk.keys, section.key]),
            "amount": _amount(desk, section),
            "findings": desk.findings_in(section),
            "comments": desk.comments_on(section),
        }
        for section in SECTIONS
    ]


def _amount(desk: Desk, section: Section) -> str:
    if section.part == STEPS:
        fields = sum(len(step["fields"]) for step in desk.content.steps)
        return _("%(pages)s 页，%(fields)s 个栏目") % {"pages": len(desk.content.steps), "fields": fields}
    if section.part:
        return _("%(count)s 项") % {"count": len(getattr(desk.content, section.part))}
    filled = sum(getattr(desk.content, name) not in ("", None, [], False) for name in section.columns)
    return _("填了 %(filled)s 项，共 %(total)s 项") % {"filled": filled, "total": len(section.columns)}


def locked_pairs(desk: Desk, section: Section) -> list[tuple[str, str]]:
    """The elements of a section that the directory settles: what they are called and say."""
    return [
        (column_label(name), column_words(name, getattr(desk.content, name), {}))
        for name in section.columns
        if name in desk.locked
    ]


def notes_on(desk: Desk, section: Section) -> dict[str, Any]:
    """What stands beside a section: findings and comments."""
    return {"findings": desk.findings_in(section), "comments": desk.comments_on(section)}


def add_label(where: RowList) -> str:
    """What the button for a new row of a list says."""
    return {
        "legal_bases": _("加一条依据"),
        "situations": _("加一个问题"),
        "options": _("加一个选项"),
        STEPS: _("加一页"),
        "fields": _("加一个栏目"),
        "materials": _("加一份材料"),
        "pieces": _("加一个组成部分"),
        "fees": _("加一项收费"),
        "route": _("加一个环节"),
        "faqs": _("加一条问答"),
    }[where.name]


def lists_of(desk: Desk, section: Section) -> list[dict[str, Any]]:
    """The rows of a section; those of a question or form page hold a list of their own."""
    where = RowList(section.part)
    names = names_of(desk.content)
    return _rows(desk, section, where, names)


def _rows(desk: Desk, section: Section, where: RowList, names: Mapping[Any, str]) -> list[dict[str, Any]]:
    there = rows.rows_of(desk.content, where)
    first = sum(rows.is_fixed(row) for row in there)
    shown = []
    for number, row in enumerate(there):
        fixed, notes = rows.is_fixed(row), _notes(desk, where, row, names)
        entry: dict[str, Any] = {
            "id": f"row-{number + 1}" if where.outer is None else f"row-{where.outer + 1}-{number + 1}",
            "title": rows.title_of(where, row),
            "notes": notes if where.outer is None else [" · ".join(notes)] if notes else [],
            "is_fixed": fixed,
        }
        if not fixed:
            entry["url"] = desk.row_url(section, where, number)
            entry["up"] = desk.row_url(section, where, number, "up") if number > first else ""
            entry["down"] = desk.row_url(section, where, number, "down") if number < len(there) - 1 else ""
            entry["delete"] = desk.row_url(section, where, number, "delete")
        if where.outer is None and where.part in rows.INNER:
            inner = RowList(where.part, number)
            entry["inner"] = _rows(desk, section, inner, names)
            entry["new_url"] = desk.row_url(section, inner, None)
            entry["new_label"] = add_label(inner)
        shown.append(entry)
    return shown


def _notes(desk: Desk, where: RowList, row: Any, names: Mapping[Any, str]) -> list[str]:
    """A few words under a row's title."""
    if where.name == "fields":
        needed = _("必填") if row.get("required", True) else _("选填")
        source = _("数据元") if row.get("element") else ""
        condition = _when(desk, row.get("when"))
        return list(filter(None, [type_label(row["type"]), needed, source, condition]))
    if where.name == "options":
        return list(filter(None, [_when(desk, row.get("when"))]))
    if where.name == STEPS:
        return []
    if where.name == "pieces":
        return _piece_notes(row, names)
    return _part_notes(desk, where, row, names)


def _piece_notes(piece: Mapping[str, Any], names: Mapping[Any, str]) -> list[str]:
    accepted = sorted(name for key, name in names.items() if str(key) in (piece.get("types") or ()))
    return [_("免交：%(names)s") % {"names": "、".join(accepted)}] if accepted else []


def _part_notes(desk: Desk, where: RowList, row: Any, names: Mapping[Any, str]) -> list[str]:
    notes = []
    for name in _SHORT[where.part]:
        words = part_words(where.part, name, rows.value_of(row, name), names, desk.content.situations)
        if name == "when":
            words = _when(desk, rows.value_of(row, name))
        elif name == "days":
            words = _("%(days)s 个工作日") % {"days": row.days}
        elif name == "after":
            words = _("等%(names)s") % {"names": stage_names(row.after, desk.content.route)} if row.after else ""
        elif name == "lead":
            words = _("参加“%(name)s”") % {"name": stage_names(row.lead, desk.content.route)} if row.lead else ""
        elif name == "is_substantive":
            words = _("实质审查，两人") if row.is_substantive else ""
        elif name == "combination":
            words = words if row.pieces else ""
        elif name == "satisfied_by" and words:
            words = _("免交：%(names)s") % {"names": words}
        notes.append(words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…")
    return [note for note in notes if note]


_LONGEST = 80  # characters of a note
_SHORT = {
    "legal_bases": ("kind", "number", "gist"),
    "situations": ("help", "when"),
    "materials": ("need", "satisfied_by", "combination", "when", "legal"),
    "fees": ("amount", "standard", "basis"),
    "faqs": ("answer",),
    "route": ("kind", "department_id", "post_id", "days", "after", "lead", "is_substantive"),
}


def _when(desk: Desk, when: Mapping[str, Any] | None) -> str:
    words = when_words(when or {}, desk.content.situations)
    return _("只在%(when)s时") % {"when": words} if words else ""


def row_groups(where: RowList, form: EditForm) -> dict[str, Any]:
    """The fields of a row's form: the usual ones, the rare ones, and the boxes of its condition."""
    groups: dict[str, list[BoundField]] = {"usual": [], "rare": [], "when": []}
    for bound in form:
        name = bound.name
        group = "when" if name.startswith("when__") else "rare" if is_rare(where, name) else "usual"
        groups[group].append(bound)
    is_open = any(bound.errors for bound in groups["rare"])
    return {**groups, "is_open": is_open}
