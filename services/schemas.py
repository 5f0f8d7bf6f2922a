"""The form of a version as JSON Schema (draft 2020-12): the same definition that draws the page and prints the form."""

from collections.abc import Mapping
from typing import Any

from identity.persons import documents
from services.forms import FieldSpec, StepSpec, steps_of
from services.models import ItemVersion

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PHONE = r"^(1[0-9]{10}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?)$"
_PLACES = {"decimal": 4, "money": 2}


def form_schema(version: ItemVersion) -> dict[str, Any]:
    """Return the schema of all answers of a version; ``x-steps`` has the pages, ``x-when`` the situation of a field.

    A schema cannot say everything (check digits, regions): what is sent is judged by the same checks as the page.
    """
    steps = steps_of(version)
    specs = [spec for step in steps for spec in step.fields]
    always = [spec.key for spec in specs if spec.required and not spec.when and spec.type != "file"]
    return {
        "$schema": DIALECT,
        "title": version.name,
        "type": "object",
        "properties": {spec.key: field_schema(spec) for spec in specs},
        "required": always,
        "additionalProperties": False,
        "x-steps": [_step(step) for step in steps],
    }


def _step(step: StepSpec) -> dict[str, Any]:
    return {"key": step.key, "title": step.title, "fields": [spec.key for spec in step.fields]}


def field_schema(spec: FieldSpec) -> dict[str, Any]:
    """Return the schema of one answer; an optional one may be the empty text."""
    schema: dict[str, Any] = {"title": spec.label, **_shape(spec), "x-type": spec.type, "x-required": spec.required}
    extras = {
        "description": spec.help,
        "examples": [spec.example] if spec.example else [],
        "x-element": spec.element,
        "x-when": dict(spec.when),
        "x-sensitivity": spec.sensitivity,
    }
    return schema | {name: value for name, value in extras.items() if value}


def _shape(spec: FieldSpec) -> dict[str, Any]:
    match spec.type:
        case "group":
            return _rows(spec)
        case "address":
            return {"oneOf": [{"type": "string", "maxLength": spec.limit}, _address(spec)]}
        case "file":
            return _object({"document": {"type": "string", "format": "uuid"}}) | {"x-material": spec.material}
    shape = _plain(spec)
    if spec.required or spec.type == "multichoice":
        return shape
    return {"oneOf": [{"const": ""}, shape]}


def _rows(spec: FieldSpec) -> dict[str, Any]:
    row = _object({column.key: field_schema(column) for column in spec.columns})
    row["required"] = [column.key for column in spec.columns if column.required]
    least = max(spec.min_rows, 1) if spec.required else 0
    return {"type": "array", "items": row, "minItems": least, "maxItems": spec.max_rows}


def _address(spec: FieldSpec) -> dict[str, Any]:
    region = {"type": "string", "pattern": "^([0-9]{6}|[0-9]{9})?$"}
    names = {"type": "array", "items": {"type": "string"}, "readOnly": True}
    detail = {"type": "string", "minLength": 1, "maxLength": spec.limit}
    return {**_object({"region": region, "detail": detail, "names": names}), "required": ["region", "detail"]}


def _plain(spec: FieldSpec) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    match spec.type:
        case "integer":
            return {"type": ["integer", "string"], "minimum": int(spec.least or 0)} | _most(spec)
        case "decimal" | "money":
            places = _PLACES[spec.type]
            return text | {"pattern": rf"^[0-9]{{1,12}}(\.[0-9]{{1,{places}}})?$"}
        case "date":
            return text | {"format": "date"}
        case "choice" | "yesno":
            return text | {"enum": [value for value, _label in spec.pairs]}
        case "multichoice":
            items = text | {"enum": list(spec.choices)}
            return {"type": "array", "items": items, "uniqueItems": True, "minItems": int(spec.required)}
        case "phone":
            return text | {"pattern": _PHONE}
        case "uscc":
            return text | {"pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"}
        case "person":
            kinds = text | {"enum": [code for code, _name in documents.choices()]}
            parts = {"name": text, "kind": kinds, "number": text, "issuer": text, "phone": text}
            return {**_object(parts), "required": ["name", "number", "phone"]}
        case "organisation":
            return {**_object({"name": text, "uscc": text}), "required": ["name", "uscc"]}
    limits: dict[str, Any] = {"maxLength": spec.limit} | ({"minLength": 1} if spec.required else {})
    return text | limits | ({"pattern": f"^({spec.pattern})$"} if spec.pattern else {})


def _most(spec: FieldSpec) -> dict[str, Any]:
    return {"maximum": int(spec.most)} if spec.most else {}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}
