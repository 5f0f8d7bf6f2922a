"""Read the cast's content files."""

from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).with_name("content")
Row = dict[str, Any]


class DemoContentInvalid(ValueError):
    """A content file says something the domain refuses; the message names the row."""


def cast_rows(name: str) -> list[Row]:
    """Return the rows of ``content/cast/<name>.yaml``."""
    rows: list[Row] = _load(CONTENT / "cast" / f"{name}.yaml")
    return rows


def cast_settings(name: str) -> Row:
    """Return ``content/cast/<name>.yaml`` where it is one mapping."""
    mapping: Row = _load(CONTENT / "cast" / f"{name}.yaml")
    return mapping


def department_rows() -> list[Row]:
    """Return the rows of ``content/departments.yaml``."""
    rows: list[Row] = _load(CONTENT / "departments.yaml")
    return rows


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
