"""Answers as people read them: on pages, in documents, on certificates and in copies of somebody's data."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from common.formatting import format_date
from identity.persons import documents
from services.forms import FieldSpec

_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})  # GB/T 2260: their second level is 市辖区, which nobody writes
_CITY = 1  # place in the names, from the province down


def text_of(spec: FieldSpec, value: Any) -> str:
    """An answer as one text; rows of a table stand on lines of their own. Empty for no answer."""
    if spec.type == "yesno":
        return dict(spec.pairs).get(str(value), plain_text(value))
    if spec.type == "date":
        return _day(value)
    if spec.type == "group" and isinstance(value, list):
        return "\n".join("，".join(text for text in cells if text) for cells in rows_of(spec, value))
    return plain_text(value)


def _day(value: Any) -> str:
    """A stored day as people write it; what is no day (from an older form) as it stands."""
    try:
        return format_date(date.fromisoformat(str(value)))
    except ValueError:
        return plain_text(value)


def plain_text(value: Any) -> str:
    """An answer as one text by its own form, for those who do not know its field."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return _parts_text(value)
    if isinstance(value, list):
        return ("；" if any(isinstance(part, Mapping) for part in value) else "、").join(map(plain_text, value))
    return str(value)


def _parts_text(value: Mapping[str, Any]) -> str:
    if "detail" in value:
        return address_text(value)
    if "number" in value and "kind" in value:
        kind = documents.NAMES.get(value["kind"], "")
        document = f"{kind} {value['number']}".strip()
        return "，".join(filter(None, (value.get("name", ""), document, value.get("phone", ""))))
    return "，".join(str(part) for part in value.values() if part not in (None, ""))


def address_text(value: Mapping[str, Any]) -> str:
    """An address as it is written inside the state: the province left out before its city, the street in one piece."""
    names: Sequence[str] = value.get("names") or ()
    if str(value.get("region", ""))[:2] in _MUNICIPALITIES:
        names = [name for place, name in enumerate(names) if place != _CITY]
    elif len(names) > _CITY:
        names = names[_CITY:]
    return "".join(names) + str(value.get("detail", ""))


def rows_of(spec: FieldSpec, value: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The cells of a table as texts, in the order of its columns."""
    return [[text_of(column, row.get(column.key)) for column in spec.columns] for row in value]


def is_empty(value: Any) -> bool:
    """Whether there is no answer; nought is one."""
    return value is None or value in ("", []) or value == {}
