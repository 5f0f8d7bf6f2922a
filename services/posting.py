"""Answers as a browser posts them, put together: ``premises.address`` and its regions, ``staff.0.name`` and so on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.composed import MOST_ROWS, PARTS

LEVELS = (1, 2, 3, 4)  # province, city, county, street: one list to pick from for each
_ROW = re.compile(r"([0-9]{1,4})\.(.+)", re.ASCII)


class Named(Protocol):
    """What a column is called in a posted form."""

    @property
    def key(self) -> str:
        """Its key."""


class Asked(Named, Protocol):
    """What a field is called in a posted form, and which parts it has."""

    @property
    def type(self) -> str:
        """Its type (:data:`services.fields.TYPES`)."""

    @property
    def columns(self) -> Sequence[Named]:
        """Those of a table."""


def raw_of(spec: Asked, raw: Mapping[str, Any]) -> Any:
    """Return what was given for one field, unchecked: from a posted form (a ``QueryDict``) or from JSON."""
    if not hasattr(raw, "getlist"):
        return raw.get(spec.key)
    match spec.type:
        case "multichoice":
            return raw.getlist(spec.key)
        case "address":
            return _address(spec.key, raw)
        case "person" | "organisation":
            return {part: raw.get(f"{spec.key}.{part}", "") for part in PARTS[spec.type]}
        case "group":
            return posted_rows(spec, raw)
        case "file":
            return ""  # comes with the files
    return raw.get(spec.key)


def _address(key: str, raw: Mapping[str, Any]) -> Any:
    names = [f"{key}.region.{level}" for level in LEVELS]
    if not any(name in raw for name in names):
        return raw.get(key)
    return {"region": [raw.get(name, "") for name in names], "detail": raw.get(key, "")}


def posted_rows(spec: Asked, raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a table as posted, blank ones too, in the order of their numbers."""
    rows: dict[int, dict[str, Any]] = {}
    columns = {column.key for column in spec.columns}
    for name in raw:
        found = _ROW.fullmatch(name.removeprefix(f"{spec.key}.")) if name.startswith(f"{spec.key}.") else None
        if found and found[2] in columns and int(found[1]) < MOST_ROWS * 3:
            rows.setdefault(int(found[1]), {})[found[2]] = raw.get(name, "")
    return [rows[number] for number in sorted(rows)]
