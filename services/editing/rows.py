"""The lists of a version as an editor changes them: add, change, take out, move; pure.

A list is named by its part and, for the options of a question and the fields of a form page, by the row it belongs
to. Every function gives the ``changes`` that :func:`services.editing.versions.save_draft` takes.
"""

import dataclasses
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from services.descriptions import PARTS, VersionContent
from services.editing.compare import row_title
from services.editing.elements import STEPS
from services.editing.errors import ConditionBroken, RowFixed, RowNotFound

INNER = {"situations": "options", STEPS: "fields", "materials": "pieces"}


@dataclass(frozen=True, slots=True)
class RowList:
    """One list: ``outer`` is the place of the question or page whose options or fields it holds."""

    part: str
    outer: int | None = None

    @property
    def name(self) -> str:
        """The part itself, ``options`` or ``fields``."""
        return self.part if self.outer is None else INNER[self.part]


def rows_of(content: VersionContent, where: RowList) -> list[Any]:
    """The rows of a list; raises :class:`RowNotFound` when it is the list of a row that is not there."""
    rows = list(getattr(content, where.part))
    if where.outer is None:
        return rows
    if where.part not in INNER:
        raise RowNotFound
    outer = row_at(rows, where.outer)
    return list(value_of(outer, INNER[where.part]))


def row_at(rows: Sequence[Any], place: int) -> Any:
    """The row at a place counted from 0; raises :class:`RowNotFound`."""
    if not 0 <= place < len(rows):
        raise RowNotFound
    return rows[place]


def title_of(where: RowList, row: Any) -> str:
    """What a row is called, in words."""
    if isinstance(row, Mapping):
        return str(row.get("title") or row.get("label") or row.get("name") or "")
    return row_title(where.part, row)


def value_of(row: Any, name: str) -> Any:
    """One value of a row, whether description or stored JSON; None where JSON leaves it out."""
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name)


def with_values(row: Any, values: Mapping[str, Any]) -> Any:
    """A row with other values; in JSON an empty value is left out, everything else there stays as it is."""
    if isinstance(row, Mapping):
        empty = {key for key, value in values.items() if value in (None, "", [], {})}
        return {key: value for key, value in {**row, **values}.items() if key not in empty}
    return dataclasses.replace(row, **values)


def is_fixed(row: Any) -> bool:
    """Whether the row comes from the directory and stays as it is."""
    return bool(getattr(row, "is_inherited", False))


def put(content: VersionContent, where: RowList, place: int | None, row: Any) -> dict[str, Any]:
    """Put a row in the place of another, or at the end (None)."""
    rows = rows_of(content, where)
    if place is None:
        rows.append(row)
    else:
        _refuse_fixed(row_at(rows, place))
        rows[place] = row
    return _changes(content, where, rows)


def insert(content: VersionContent, where: RowList, place: int, row: Any) -> dict[str, Any]:
    """Put a row back where it was."""
    rows = rows_of(content, where)
    least = sum(is_fixed(one) for one in rows)
    rows.insert(max(least, min(place, len(rows))), row)
    return _changes(content, where, rows)


def take_out(content: VersionContent, where: RowList, place: int) -> dict[str, Any]:
    """Take a row out; raises :class:`ConditionBroken` while others depend on it, :class:`RowFixed`."""
    rows = rows_of(content, where)
    _refuse_fixed(row_at(rows, place))
    del rows[place]
    return _changes(content, where, rows)


def move(content: VersionContent, where: RowList, place: int, by: int) -> dict[str, Any]:
    """Move a row up (-1) or down (1); at the end of the list it stays. Raises :class:`ConditionBroken`."""
    rows = rows_of(content, where)
    row = row_at(rows, place)
    _refuse_fixed(row)
    target = place + by
    if 0 <= target < len(rows) and not is_fixed(rows[target]):
        rows[place], rows[target] = rows[target], row
    return _changes(content, where, rows)


def _refuse_fixed(row: Any) -> None:
    if is_fixed(row):
        raise RowFixed


def _changes(content: VersionContent, where: RowList, rows: list[Any]) -> dict[str, Any]:
    value: Any = rows
    if where.outer is not None:
        outer = list(getattr(content, where.part))
        held = outer[where.outer]
        inner = INNER[where.part]
        outer[where.outer] = (
            {**held, inner: rows} if isinstance(held, Mapping) else dataclasses.replace(held, **{inner: rows})
        )
        value = outer
    changes: dict[str, Any] = {where.part: list(value) if where.part == STEPS else tuple(value)}
    refuse_broken(content, dataclasses.replace(content, **changes))
    return changes


def refuse_broken(before: VersionContent, after: VersionContent) -> None:
    """Raise :class:`ConditionBroken` when a condition that led somewhere no longer does.

    A condition names questions that come earlier: so none can be asked in a circle, and none looks ahead.
    """
    known, now = loose_conditions(before), loose_conditions(after)
    new = [words for key, words in now.items() if key not in known]
    if new:
        raise ConditionBroken(where="、".join(dict.fromkeys(new)))


def loose_conditions(content: VersionContent) -> dict[tuple[str, str, str], str]:
    """Conditions on questions or options that are not there (yet): ``{(who, question, option): who, in words}``."""
    loose: dict[tuple[str, str, str], str] = {}
    open_to: dict[str, set[str]] = {}

    def look(who: str, words: str, when: Mapping[str, Any] | None) -> None:
        for key, wanted in (when or {}).items():
            for value in wanted if isinstance(wanted, list | tuple) else [wanted]:
                if value not in open_to.get(key, ()):
                    loose[(who, key, value)] = words

    for question in content.situations:
        words = _("问题“%(name)s”") % {"name": question.question}
        look(f"situation:{question.key}", words, question.when)
        for option in question.options:
            look(f"option:{question.key}.{option.get('value')}", words, option.get("when"))
        open_to[question.key] = {option.get("value", "") for option in question.options}
    for material in content.materials:
        look(f"material:{material.key}", _("材料“%(name)s”") % {"name": material.name}, material.when)
    for entry in (entry for step in content.steps for entry in step["fields"]):
        look(f"field:{entry['key']}", _("栏目“%(name)s”") % {"name": entry["label"]}, entry.get("when"))
    return loose


def to_json(row: Any) -> dict[str, Any]:
    """A row as JSON values, to be kept aside."""
    if isinstance(row, Mapping):
        return dict(row)
    return {name: _as_json(value) for name, value in dataclasses.asdict(row).items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    return str(value) if isinstance(value, UUID | Decimal) else value


def from_json(where: RowList, kept: Mapping[str, Any]) -> Any:
    """The row that :func:`to_json` made."""
    if where.outer is not None or where.part == STEPS:
        return dict(kept)
    kinds: dict[str, Callable[[Any], Any]] = {
        "satisfied_by": lambda value: frozenset(UUID(one) for one in value),
        "amount": Decimal,
    }
    kinds |= {"department_id": UUID, "post_id": UUID}
    values = {
        name: kinds[name](value) if name in kinds and value is not None else value for name, value in kept.items()
    }
    return PARTS[where.part][1](**values)


def fresh_key(kind: str) -> str:
    """A key for something new that nothing old can have had: waivers and applications name things by their keys."""
    return f"{kind}-{secrets.token_hex(5)}"


def place_of(content: VersionContent, where: str) -> tuple[RowList, int] | None:
    """The row that a finding names (``material:key``, ``field:key``, ``situation:key``); None: no row."""
    kind, _colon, key = where.partition(":")
    if kind == "field":
        for page, step in enumerate(content.steps):
            for number, entry in enumerate(step["fields"]):
                if entry["key"] == key:
                    return RowList(STEPS, page), number
        return None
    part = {"material": "materials", "situation": "situations"}.get(kind)
    rows = getattr(content, part) if part else ()
    found = next((number for number, row in enumerate(rows) if row.key == key), None)
    return None if part is None or found is None else (RowList(part), found)
