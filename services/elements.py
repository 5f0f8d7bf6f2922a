"""What a field takes over from the data element it names, so that one definition holds on every form."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common.written import written
from services import patterns
from services.composed import MOST_ROWS, PARTS
from services.fields import COLUMNS, SIMPLE, TYPES, is_day, longest_of
from services.models import DataElement, ElementVersion

Defined = DataElement | ElementVersion
PLAIN = ("example", "pattern", "pattern_message", "least", "most", "sensitivity")
DEFINING = ("type", "choices", "max_length", *PLAIN, "parts", "columns", "min_rows", "max_rows")
_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,39}")


def definition_of(element: Any) -> dict[str, Any]:
    """Return what a stored field that names this element must say besides its key: empty parts left out.

    ``element`` is a :class:`DataElement` or anything with its columns. The label is the element's name; a form may
    call it by another one (the findings say so).
    """
    values = {"type": element.type, "choices": list(element.choices), "max_length": element.max_length}
    values |= {name: getattr(element, name) for name in PLAIN} | dict(element.shape)
    return {name: value for name, value in values.items() if value}


def field_of(element: Any) -> dict[str, Any]:
    """Return the stored field that this element makes, under its own name (see ``ItemVersion.steps``)."""
    return {"key": element.code, "element": element.code, "label": element.name, **definition_of(element)}


def drifted(stored: Mapping[str, Any], definition: Mapping[str, Any]) -> list[str]:
    """Name what a stored field says otherwise than its element does."""
    return [name for name in DEFINING if (stored.get(name) or None) != (definition.get(name) or None)]


def problems(element: Defined) -> Iterator[tuple[str, str]]:
    """Yield (column, message) of what keeps an element from being stored."""
    if not _CODE.fullmatch(element.code) or len(element.code) > 60:
        yield "code", _("代码由小写字母、数字和点组成，例如 premises.address。")
    if not element.name.strip():
        yield "name", _("请填写名称。")
    if element.type not in TYPES - {"file"}:
        yield "type", _("请从列出的类型里选一个。")
        return
    if (element.type in ("choice", "multichoice")) != bool(element.choices):
        yield "choices", _("选择类的数据元要列出选项，别的类型不要。")
    yield from _pattern_problems(element)
    yield from _bound_problems(element)
    yield from _shape_problems(element)


def _pattern_problems(element: Defined) -> Iterator[tuple[str, str]]:
    if not element.pattern:
        return
    if element.type not in SIMPLE - {"choice", "multichoice", "yesno"}:
        yield "pattern", _("只有文字和数字类的数据元可以规定格式。")
    if not patterns.is_safe(element.pattern, element.max_length or longest_of(element.type)):
        yield "pattern", _("格式的写法不对或者太复杂：不要重复整个括号，不要用反向引用。")
    if not element.pattern_message:
        yield "pattern_message", _("请写明格式不对时告诉申请人的话。")


def _bound_problems(element: Defined) -> Iterator[tuple[str, str]]:
    for name in ("least", "most"):
        text = getattr(element, name)
        if text and not _is_bound(element.type, text):
            yield name, _("整数填整数，小数和金额填数字，日期填 2026-01-31 这样的日期，别的类型不填。")


def _is_bound(kind: str, text: str) -> bool:
    try:
        if kind == "date":
            return is_day(text)
        if kind == "integer":
            return str(int(text)) == text
        return kind in {"decimal", "money"} and Decimal(text).is_finite()
    except (InvalidOperation, ValueError):
        return False


def _shape_problems(element: Defined) -> Iterator[tuple[str, str]]:
    shape = element.shape
    allowed = {"person": {"parts"}, "organisation": {"parts"}, "group": {"columns", "min_rows", "max_rows"}}
    if not isinstance(shape, dict) or set(shape) - allowed.get(element.type, set()):
        yield "shape", _("这种类型没有这些部分。")
        return
    parts = shape.get("parts", {})
    if set(parts) - set(PARTS.get(element.type, ())) or not all(isinstance(one, str) for one in parts.values()):
        yield "shape", _("取值来源写的部分不存在。")
    if element.type == "group":
        yield from (("shape", message) for message in table_problems(shape))


def table_problems(shape: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a table's columns and numbers of rows."""
    columns = shape.get("columns")
    if not isinstance(columns, list) or not columns:
        yield _("表格至少要有一列。")
        return
    keys = [column.get("key") for column in columns if isinstance(column, Mapping)]
    if len(set(keys)) != len(columns) or not all(isinstance(key, str) and _COLUMN.fullmatch(key) for key in keys):
        yield _("每一列要有自己的代码，由小写字母和数字组成。")
    for column in columns:
        if not isinstance(column, Mapping) or not column.get("label") or column.get("type") not in COLUMNS:
            yield _("表格的列只能是简单类型，都要有名称。")
        elif (column["type"] == "choice") != bool(column.get("choices")):
            yield _("选择类的列要列出选项。")
        elif not patterns.is_safe(column.get("pattern") or "", column.get("max_length") or longest_of(column["type"])):
            yield _("列的格式写法不对或者太复杂。")
    least, most = shape.get("min_rows", 0), shape.get("max_rows", 20)
    if not (isinstance(least, int) and isinstance(most, int) and 0 <= least <= most and 1 <= most <= MOST_ROWS):
        yield _("行数应当在 1 到 %(most)s 之间，最少不能大于最多。") % {"most": MOST_ROWS}


def data_elements() -> dict[str, DataElement]:
    """All data elements by code (one query)."""
    return {element.code: element for element in DataElement.objects.all()}


def element_authorities() -> dict[str, str]:
    """Whose word counts most for an element: {element code: certificate type key or ``identity``} (one query)."""
    return dict(_authorities())


@written
def _authorities() -> QuerySet[DataElement, tuple[str, str]]:
    return DataElement.objects.exclude(source="").order_by().values_list("code", "source")
