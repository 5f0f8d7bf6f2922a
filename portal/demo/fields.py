"""Fields and data elements of the content files, strictly read and turned into their stored form."""

from collections.abc import Mapping
from typing import Any

from portal.demo.entries import Entry
from services.elements import PLAIN, field_of
from services.fields import COLUMNS, TYPES
from services.models import DataElement

_SHAPE = "parts columns min_rows max_rows"
ELEMENT_OPTIONAL = f"max choices source {' '.join(PLAIN)} {_SHAPE}"
FIELD_OPTIONAL = (
    f"element key label type choices required help when material {' '.join(PLAIN)} columns min_rows max_rows"
)
_COLUMN_OPTIONAL = "choices required help example"


def shape_of(entry: Entry) -> dict[str, Any]:
    """Return what a type with parts has besides: the elements that know its parts, or columns and numbers of rows."""
    shape: dict[str, Any] = {}
    if "parts" in entry:
        parts = entry.entry("parts", required="", optional="name kind number issuer phone uscc")
        names = ("name", "kind", "number", "issuer", "phone", "uscc")
        shape["parts"] = {name: parts.text(name) for name in names if name in parts}
    if "columns" in entry:
        columns = entry.entries("columns", required="key label type", optional=_COLUMN_OPTIONAL)
        shape["columns"] = [_column(column) for column in columns]
    return shape | {name: entry.number(name) for name in ("min_rows", "max_rows") if name in entry}


def _column(entry: Entry) -> dict[str, Any]:
    stored = {
        "key": entry.text("key"),
        "label": entry.text("label"),
        "type": entry.code("type", COLUMNS),
        "choices": entry.texts("choices"),
        "help": entry.text("help"),
        "example": entry.text("example"),
    }
    return {name: value for name, value in stored.items() if value} | {"required": entry.flag("required", default=True)}


def stored_field(entry: Entry, elements: Mapping[str, DataElement]) -> dict[str, Any]:
    """Return a stored field (see services.forms); one of a data element takes everything but its words from it."""
    own = {"label": entry.text("label"), "help": entry.text("help"), "when": entry.conditions()}
    if "element" in entry:
        if any(key in entry for key in ("key", "type", "choices", "columns", *PLAIN)):
            raise entry.fail("an element brings key, type, choices and rules itself")
        element = elements.get(entry.text("element"))
        if element is None:
            raise entry.fail(f"unknown data element {entry.text('element')!r}")
        stored = field_of(element)
        own["label"] = own["label"] or element.name
    else:
        missing = [key for key in ("key", "label", "type") if key not in entry]
        if missing:
            raise entry.fail(f"a field without element needs {missing}")
        stored = {
            "key": entry.text("key"),
            "type": entry.code("type", TYPES),
            "choices": entry.texts("choices"),
            "material": entry.text("material"),
            **{name: entry.text(name) for name in PLAIN},
            **shape_of(entry),
        }
    plain = {key: value for key, value in (stored | own).items() if value}
    return plain | {"required": entry.flag("required", default=True)}
