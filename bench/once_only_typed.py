"""What people of ``bench/once_only.py`` type where nothing is known of them."""

from typing import Any

from services.forms import FieldSpec


def typed(spec: FieldSpec) -> Any:
    """Any answer a field takes."""
    if spec.type in ("group", "multichoice"):
        return [spec.choices[0]] if spec.choices else [{"name": "一"}]
    if spec.type == "address":
        return {"region": "", "detail": "示范市中心区人民路18号"}
    if spec.type == "person":
        return {"name": "李一明", "kind": "111", "number": "x", "phone": ""}
    if spec.type == "organisation":
        return {"name": "店", "code": "x"}
    return value_of(spec.type, spec.choices)


def value_of(kind: str, choices: tuple[str, ...]) -> str:
    """Any value of a kind; the first choice where there are some."""
    if choices:
        return choices[0]
    return {"date": "1990-01-01", "integer": "1", "decimal": "1", "money": "1", "yesno": "yes"}.get(kind, "示范")
