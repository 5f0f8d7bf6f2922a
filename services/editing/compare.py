"""What changed between two versions, element by element and row by row, in words; pure.

Rows of lists are known by what they are about (a key, a law with its article, a question), so that a row that was
renamed reads as changed, and one that only moved as moved.
"""

import difflib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

from common.formatting import code_label
from services.descriptions import VersionContent
from services.editing.elements import FIELD_LABELS, PART_LABELS, SECTIONS, STEPS, Section, column_label
from services.editing.wording import Names, column_words, part_words, stage_names, when_words, yes_or_no
from services.elements import PLAIN
from services.models import DataElement

Kind = Literal["added", "removed", "changed", "moved"]
ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
MOVED: Final = "moved"
# Which post reviews, how work is shared out there and what a visit looks at is the authority's own business.
_NOT_SHOWN = {"route": {"post_id", "assignment", "checklist"}}
_NOT_SHOWN_OF_FIELDS = frozenset({"pattern", "sensitivity", "parts"})  # how an answer is checked and filled in
_LONG = 4000  # characters; beyond that a change is shown whole, not word by word


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``section`` and ``label`` are words; ``before`` is empty for what was added and vice versa."""

    section: str
    label: str
    kind: Kind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``is_changed`` marks what the other side does not have."""

    text: str
    is_changed: bool


def compare(
    old: VersionContent, new: VersionContent, *, names: Names | None = None, internal: bool = False
) -> list[Change]:
    """Return what changed, in the order of the editor's sections.

    ``names`` are those of certificate types, departments and posts by id (``services.editing.queries.names_of``).
    ``internal`` shows also what only staff see: the posts of the review route.
    """
    known = names or {}
    changes: list[Change] = []
    for section in SECTIONS:
        changes += _columns(section, old, new, known)
        if section.part == STEPS:
            changes += _form(section, old, new, internal=internal)
        elif section.part:
            changes += _rows(section, old, new, known, internal=internal)
    if old.cancel_on != new.cancel_on:
        before, after = (column_words("cancel_on", one.cancel_on, known) for one in (old, new))
        changes.append(_changed(str(SECTIONS[0].title), column_label("cancel_on"), before, after))
    return changes


def _changed(section: str, label: str, before: str, after: str) -> Change:
    kind: Kind = ADDED if not before else REMOVED if not after else CHANGED
    return Change(section, label, kind, before, after)


def _columns(section: Section, old: VersionContent, new: VersionContent, names: Names) -> Iterator[Change]:
    for name in section.columns:
        if getattr(old, name) == getattr(new, name):
            continue
        before, after = (column_words(name, getattr(one, name), names) for one in (old, new))
        if before != after:
            yield _changed(str(section.title), column_label(name), before, after)


_IDENTITY: dict[str, Callable[[Any], Hashable]] = {
    "legal_bases": lambda row: (row.law, row.article),
    "situations": lambda row: row.key,
    "materials": lambda row: row.key,
    "fees": lambda row: row.name,
    "faqs": lambda row: row.question,
    "route": lambda row: row.key,
}


def row_title(part: str, row: Any) -> str:
    """What a row of a list is called: 《行政许可法》第十二条, a material's name, a question."""
    if part == "legal_bases":
        return f"《{row.law.strip('《》')}》{row.article}"
    return str(row.question if part in ("situations", "faqs") else row.name)


def _rows(
    section: Section, old: VersionContent, new: VersionContent, names: Names, *, internal: bool
) -> Iterator[Change]:
    part = section.part
    hidden = frozenset() if internal else frozenset(_NOT_SHOWN.get(part, ()))

    def lines(row: Any, content: VersionContent) -> list[tuple[str, str]]:
        return [
            (str(label), part_words(part, name, _value(row, name, content), names, content.situations))
            for name, label in PART_LABELS[part].items()
            if name not in hidden
        ]

    def title(row: Any) -> str:
        return row_title(part, row)

    before, after = getattr(old, part), getattr(new, part)
    yield from _compare_rows(
        str(section.title),
        [_Row(key, title(row), lines(row, old)) for key, row in _keyed(before, _IDENTITY[part])],
        [_Row(key, title(row), lines(row, new)) for key, row in _keyed(after, _IDENTITY[part])],
    )


def _value(row: Any, name: str, content: VersionContent) -> Any:
    """A value of a row; how pieces go together says nothing where there are none, and stages go by their names."""
    if name in ("after", "lead"):
        return stage_names(getattr(row, name), content.route)
    return "" if name == "combination" and not row.pieces else getattr(row, name) or ""


@dataclass(frozen=True, slots=True)
class _Row:
    key: Hashable
    title: str
    lines: list[tuple[str, str]]

    @property
    def text(self) -> str:
        return "\n".join(
            _("%(label)s：%(value)s") % {"label": one, "value": value} for one, value in self.lines if value
        )


def _keyed(rows: Sequence[Any], identity: Callable[[Any], Hashable]) -> list[tuple[Hashable, Any]]:
    """Rows with what they are known by; one that stands twice is told apart by its count."""
    seen: dict[Hashable, int] = {}
    found: list[tuple[Hashable, Any]] = []
    for row in rows:
        key = identity(row)
        seen[key] = seen.get(key, 0) + 1
        found.append(((key, seen[key]), row))
    return found


def _compare_rows(section: str, before: list[_Row], after: list[_Row]) -> Iterator[Change]:
    was, now = {row.key: row for row in before}, {row.key: row for row in after}
    for row in before:
        if row.key not in now:
            yield Change(section, row.title, REMOVED, row.text, "")
    moved = _moved([row.key for row in before if row.key in now], [row.key for row in after if row.key in was])
    places = {row.key: number for number, row in enumerate(before, 1)}
    for number, row in enumerate(after, 1):
        if row.key not in was:
            yield Change(section, row.title, ADDED, "", row.text)
            continue
        for (label, old), (_label, new) in zip(was[row.key].lines, row.lines, strict=True):
            if old != new:
                yield _changed(section, f"{row.title} · {label}", old, new)
        if row.key in moved:
            yield Change(section, row.title, MOVED, _place(places[row.key]), _place(number))


def _place(number: int) -> str:
    return _("第 %(number)s 项") % {"number": number}


def _moved(before: list[Hashable], after: list[Hashable]) -> set[Hashable]:
    """The rows that left their order: those outside the longest run that kept it."""
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    kept = {key for block in matcher.get_matching_blocks() for key in before[block.a : block.a + block.size]}
    return set(after) - kept


def _form(section: Section, old: VersionContent, new: VersionContent, *, internal: bool) -> Iterator[Change]:
    title = str(section.title)
    before, after = ([_Row(("page", one["key"]), one["title"], _page(one)) for one in v.steps] for v in (old, new))
    yield from _compare_rows(title, before, after)
    before, after = (
        [_Row(one["key"], one["label"], _field(one, page, v, internal=internal)) for page, one in _fields(v)]
        for v in (old, new)
    )
    yield from _compare_rows(title, before, after)


def _fields(content: VersionContent) -> Iterator[tuple[str, dict[str, Any]]]:
    for step in content.steps:
        for entry in step["fields"]:
            yield step["title"], entry


def _page(step: dict[str, Any]) -> list[tuple[str, str]]:
    return [(_("页名"), step["title"])]


def _field(entry: dict[str, Any], page: str, content: VersionContent, *, internal: bool) -> list[tuple[str, str]]:
    materials = {one.key: one.name for one in content.materials}
    words = {
        "label": entry["label"],
        "type": type_label(entry["type"]),
        "element": _("用登记的数据元") if entry.get("element") else "",
        "help": entry.get("help", ""),
        "required": yes_or_no(entry.get("required", True)),
        "choices": "\n".join(entry.get("choices") or ()),
        "max_length": str(entry.get("max_length") or ""),
        "when": when_words(entry.get("when") or {}, content.situations),
        "ask": yes_or_no(True) if entry.get("ask") == "always" else "",
        "material": materials.get(entry.get("material", ""), entry.get("material", "")),
        "parts": "\n".join(f"{part}：{code}" for part, code in sorted((entry.get("parts") or {}).items())),
        "columns": "\n".join(map(_column, entry.get("columns") or ())),
        "min_rows": str(entry.get("min_rows") or ""),
        "max_rows": str(entry.get("max_rows") or ""),
        **{name: entry.get(name, "") for name in PLAIN},
        "sensitivity": code_label(_SENSITIVITY.get(entry.get("sensitivity", ""), "")),
    }
    shown = {name: text for name, text in words.items() if internal or name not in _NOT_SHOWN_OF_FIELDS}
    return [(_("所在页"), page), *((str(FIELD_LABELS[name]), value) for name, value in shown.items())]


_SENSITIVITY = {value: str(label) for value, label in DataElement.Sensitivity.choices}


def _column(column: Mapping[str, Any]) -> str:
    """A column of a table in one line: its name, its type, its choices, and whether it may stay empty."""
    choices = "、".join(column.get("choices") or ())
    optional = "" if column.get("required", True) else _("选填")
    return " ".join(filter(None, [column["label"], type_label(column["type"]), choices, optional]))


def type_label(name: str) -> str:
    """What people call a type of field; a type without a name of its own stays as it is."""
    return code_label(TYPE_NAMES.get(name, name))


TYPE_NAMES = {
    "text": "一行文字",
    "longtext": "多行文字",
    "integer": "整数",
    "decimal": "小数",
    "money": "金额",
    "date": "日期",
    "phone": "电话号码",
    "id_number": "证件号码",
    "uscc": "统一社会信用代码",
    "choice": "单选",
    "multichoice": "多选",
    "yesno": "是或否",
    "address": "地址",
    "person": "人员",
    "organisation": "单位",
    "group": "表格",
    "file": "文件",
}


def marked(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut into pieces, the characters that changed marked."""
    if not before or not after or len(before) + len(after) > _LONG:
        return [Piece(before, bool(before))], [Piece(after, bool(after))]
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    old: list[Piece] = []
    new: list[Piece] = []
    for tag, start, end, other, last in matcher.get_opcodes():
        is_changed = tag != "equal"
        if start < end:
            old.append(Piece(before[start:end], is_changed))
        if other < last:
            new.append(Piece(after[other:last], is_changed))
    return old, new
