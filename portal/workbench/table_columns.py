"""The columns of a table as people write them: one on a line, 名称｜类型, and what else there is behind it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from services.editing.compare import TYPE_NAMES, type_label
from services.fields import COLUMNS

SEPARATOR = "｜"
_ALSO = "|"  # as a keyboard without Chinese input gives it
_BETWEEN = "、"
_OPTIONAL = "可不填"


def lines_of(text: str) -> list[list[str]]:
    """The cells of every line that has any."""
    lines = (line.replace(_ALSO, SEPARATOR).strip() for line in text.splitlines())
    return [[cell.strip() for cell in line.split(SEPARATOR)] for line in lines if line]


def type_names() -> str:
    """The types that a column may have, in words."""
    return _BETWEEN.join(type_label(name) for name in TYPE_NAMES if name in COLUMNS)


def read_column(cells: Sequence[str]) -> dict[str, Any]:
    """Read name, type, the options of a choice and whether it may stay empty; raises ``ValidationError``."""
    names = {type_label(name): name for name in COLUMNS} | {TYPE_NAMES[name]: name for name in COLUMNS}
    label, kind, *rest = [*cells, "", ""][: max(len(cells), 2)]
    kind = names.get(kind, kind)
    is_optional = bool(rest) and rest[-1] in (_OPTIONAL, _("可不填"))
    rest = rest[:-1] if is_optional else rest
    if not label or kind not in COLUMNS or len(rest) != (kind == "choice"):
        problem = _("“%(line)s”看不懂。每行写成：名称｜类型，单选的再写｜选项、选项。类型有：%(types)s。")
        raise forms.ValidationError(problem % {"line": SEPARATOR.join(cells)[:60], "types": type_names()})
    column: dict[str, Any] = {"label": label[:100], "type": kind, "required": not is_optional}
    if rest:
        column["choices"] = list(dict.fromkeys(filter(None, (one.strip() for one in rest[0].split(_BETWEEN)))))
    return column


def write_column(column: Mapping[str, Any]) -> str:
    """A column as :func:`read_column` reads it."""
    cells = [column["label"], type_label(column["type"]), _BETWEEN.join(column.get("choices") or ())]
    cells.append("" if column.get("required", True) else _("可不填"))
    return SEPARATOR.join(filter(None, cells))


def kept(column: Mapping[str, Any], before: Iterable[Mapping[str, Any]], *, by: str) -> dict[str, Any]:
    """The column with what it had before beside these words: its key, a format, bounds, help."""
    same = next((one for one in before if one.get(by) == column[by]), None)
    if same is None:
        return dict(column)
    if same["type"] != column["type"]:
        return {"key": same["key"], **column}
    rest = {name: value for name, value in same.items() if name != "choices"}
    return {**rest, **column}
