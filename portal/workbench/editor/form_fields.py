"""One field of an item's form in the editor: what it is asked by, and what it becomes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.workbench.editor.controls import ColumnsField, LinesField, NumberField, condition_of, short_text
from portal.workbench.table_columns import kept
from services.composed import MOST_ROWS
from services.descriptions import VersionContent
from services.editing import rows
from services.editing.compare import TYPE_NAMES, type_label
from services.editing.elements import FIELD_LABELS
from services.editing.queries import Offers
from services.elements import DEFINING, definition_of
from services.fields import TYPES
from services.forms import DEFAULT_ROWS

_TABLE = ("columns", "min_rows", "max_rows")


def field_fields(offers: Offers, content: VersionContent) -> dict[str, forms.Field]:
    """A field of the form: types come from the catalogue of types, so that a new one appears by itself."""
    order = list(TYPE_NAMES)
    known = sorted(TYPES, key=lambda name: (order.index(name) if name in order else len(order), name))
    elements = [
        (code, _("%(name)s（%(type)s，来自%(source)s）") % {**_element(one), "source": offers.providers[code]})
        if offers.providers[code]
        else (code, _("%(name)s（%(type)s）") % _element(one))
        for code, one in offers.elements.items()
    ]
    labels = {name: str(label) for name, label in FIELD_LABELS.items()}
    return {
        "element": forms.ChoiceField(
            label=labels["element"],
            required=False,
            choices=[("", _("不用数据元，自己定义")), *elements],
            help_text=_("能用数据元的就用：类型、校验和来源都跟着来，登记过的会自动带出"),
            error_messages={"invalid_choice": _("请从列出的数据元里选。")},
        ),
        "label": short_text(labels["label"], 100, hint=_("空着就用数据元的名称")),
        "type": forms.ChoiceField(
            label=labels["type"],
            required=False,
            choices=[(name, type_label(name)) for name in known],
            help_text=_("选了数据元的不用管"),
            error_messages={"invalid_choice": _("请从列出的类型里选一个。")},
        ),
        "choices": LinesField(
            label=labels["choices"], required=False, longest=100, help_text=_("单选、多选才要，一行一个")
        ),
        "columns": ColumnsField(label=labels["columns"]),
        "min_rows": NumberField(
            label=labels["min_rows"], required=False, help_text=_("表格才要；空着就是可以一行也不填")
        ),
        "max_rows": NumberField(label=labels["max_rows"], required=False, help_text=_("表格才要；空着就是 20 行")),
        "material": forms.ChoiceField(
            label=labels["material"],
            required=False,
            choices=[("", _("没有")), *((one.key, one.name) for one in content.materials)],
            help_text=_("文件栏目才要：上传的文件就是这份申请材料"),
            error_messages={"invalid_choice": _("请从申请材料里选一份。")},
        ),
        "required": forms.BooleanField(label=labels["required"], required=False),
        "help": short_text(labels["help"], 300),
        "max_length": NumberField(label=labels["max_length"], required=False),
        "ask": forms.BooleanField(
            label=labels["ask"], required=False, help_text=_("要登记豁免并由第二人同意，否则不能发布")
        ),
    }


def _element(one: Any) -> dict[str, str]:
    return {"name": one.name, "type": type_label(one.type)}


def _table_of(form: forms.Form, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A table's columns, those of a known name under the key they have, and its numbers of rows."""
    cleaned = form.cleaned_data
    columns = [kept(one, before, by="label") for one in cleaned["columns"]]
    for column in columns:
        column.setdefault("key", rows.fresh_key("c").replace("-", "_"))
    table = {"columns": columns, "min_rows": cleaned["min_rows"] or None, "max_rows": cleaned["max_rows"] or None}
    least, most = cleaned["min_rows"] or 0, cleaned["max_rows"] or DEFAULT_ROWS
    if not columns:
        form.add_error("columns", _("表格至少要有一列。"))
    elif len({one["label"] for one in columns}) < len(columns):
        form.add_error("columns", _("有两列同名，请各起一个名字。"))
    elif most > MOST_ROWS:
        form.add_error("max_rows", _("最多 %(most)s 行。") % {"most": MOST_ROWS})
    elif least > most:
        form.add_error("min_rows", _("最少 %(least)s 行比最多 %(most)s 行还多。") % {"least": least, "most": most})
    return table


def field_after(form: forms.Form, row: Any, content: VersionContent, offers: Offers) -> Any:
    """A field of a data element takes its whole definition from it; one of its own keeps its key.

    What an element it no longer names had settled goes with it.
    """
    cleaned = form.cleaned_data
    element = offers.elements.get(cleaned["element"])
    taken = {entry["key"] for step in content.steps for entry in step["fields"]} - {(row or {}).get("key")}
    values: dict[str, Any] = {
        "label": cleaned["label"] or (element.name if element else ""),
        "help": cleaned["help"],
        "when": condition_of(cleaned, form.changed_data, (row or {}).get("when") or {}),
        "ask": "always" if cleaned["ask"] and element else "",
        "element": element.code if element else "",
        "material": "",
    }
    if element:
        values |= dict.fromkeys(DEFINING) | definition_of(element)
        values["key"] = element.code
        if element.code in taken:
            form.add_error("element", _("表单里已经有这个数据元的栏目。"))
    else:
        is_own = bool(row) and not row.get("element")
        values |= {} if is_own else dict.fromkeys(DEFINING)
        values |= {name: cleaned[name] for name in ("type", "choices", "max_length")}
        values["key"] = row["key"] if is_own else rows.fresh_key("f")
        if not cleaned["label"]:
            form.add_error("label", _("请填栏目名称。"))
        if not cleaned["type"]:
            form.add_error("type", _("请选类型。"))
        if cleaned["type"] in ("choice", "multichoice") and len(cleaned["choices"]) < 2:
            form.add_error("choices", _("单选、多选至少要有两个选项，一行一个。"))
        values |= dict.fromkeys(_TABLE)
        if cleaned["type"] == "group":
            values |= _table_of(form, (row or {}).get("columns") or ())
        if cleaned["type"] == "file":
            values["material"] = cleaned["material"]
            if not cleaned["material"]:
                form.add_error("material", _("请选这个文件是哪份申请材料。"))
    if form.errors:
        return None
    return rows.with_values(row or {}, values) | {"required": bool(cleaned["required"])}
