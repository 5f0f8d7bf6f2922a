"""The form of a data element; what it must be, the catalogue decides."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.workbench.item_forms import VersionStepForm
from portal.workbench.table_columns import SEPARATOR, kept, lines_of, read_column, write_column
from services.actions import ElementDescription
from services.composed import PARTS
from services.editing.compare import TYPE_NAMES, type_label
from services.element_desk import Definition
from services.elements import PLAIN
from services.fields import TYPES
from services.models import DataElement


class ElementForm(forms.Form):
    """All of an element; lists are written one on a line."""

    code = forms.CharField(label=gettext_lazy("代码"), max_length=60, help_text=gettext_lazy("例如 premises.address"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    type = forms.ChoiceField(label=gettext_lazy("类型"))
    source = forms.CharField(
        label=gettext_lazy("权威来源"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("证照类型的代码；以身份登记为准的写 identity；没有的不写"),
    )
    sensitivity = forms.ChoiceField(label=gettext_lazy("敏感程度"), required=False)
    example = forms.CharField(label=gettext_lazy("填写示例"), max_length=100, required=False)
    max_length = forms.IntegerField(label=gettext_lazy("最多字数"), min_value=1, max_value=5000, required=False)
    least = forms.CharField(label=gettext_lazy("最小值或者最早日期"), max_length=20, required=False)
    most = forms.CharField(label=gettext_lazy("最大值或者最晚日期"), max_length=20, required=False)
    pattern = forms.CharField(label=gettext_lazy("格式（正则表达式）"), max_length=200, required=False)
    pattern_message = forms.CharField(label=gettext_lazy("格式不对时的提示"), max_length=100, required=False)
    choices = forms.CharField(
        label=gettext_lazy("选项"), required=False, widget=forms.Textarea, help_text=gettext_lazy("一行一个")
    )
    parts = forms.CharField(
        label=gettext_lazy("各部分的来源"),
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("人员、单位用，一行一个：name｜org.legal_representative"),
    )
    columns = forms.CharField(
        label=gettext_lazy("表格的列"),
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("表格用，一行一列：代码｜名称｜类型，单选的再写｜选项、选项，不一定要填的再写｜可不填"),
    )
    min_rows = forms.IntegerField(label=gettext_lazy("最少行数"), min_value=0, max_value=200, required=False)
    max_rows = forms.IntegerField(label=gettext_lazy("最多行数"), min_value=1, max_value=200, required=False)

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, element: Definition | None = None, revision: int | None = None) -> None:
        super().__init__(data, initial={**(_initial(element) if element else {}), "revision": revision})
        self._columns = element.shape.get("columns", []) if element else []
        types = self.fields["type"]
        assert isinstance(types, forms.ChoiceField)
        types.choices = [(key, type_label(key)) for key in TYPE_NAMES if key in TYPES - {"file"}]
        sensitivity = self.fields["sensitivity"]
        assert isinstance(sensitivity, forms.ChoiceField)
        sensitivity.choices = [("", _("按类型和含义判断")), *DataElement.Sensitivity.choices]
        if element:
            del self.fields["code"]

    def clean_parts(self) -> dict[str, str]:
        """Read lines of part and element."""
        rows = lines_of(self.cleaned_data["parts"])
        if any(len(row) != 2 or row[0] not in {*PARTS["person"], *PARTS["organisation"]} for row in rows):
            raise forms.ValidationError(_("每行写成：部分｜数据元代码。"))
        return {row[0]: row[1] for row in rows}

    def clean_columns(self) -> list[dict[str, Any]]:
        """Read lines of key, label, type and choices."""
        rows = lines_of(self.cleaned_data["columns"])
        return [kept({"key": row[0], **read_column(row[1:])}, self._columns, by="key") for row in rows]

    def description(self, code: str = "") -> ElementDescription:
        """What was typed, for the element with this code or the one that was typed."""
        given = self.cleaned_data
        names = ("parts", "columns", "min_rows", "max_rows")
        return ElementDescription(
            code=code or given["code"],
            choices=tuple(filter(None, (line.strip() for line in given["choices"].splitlines()))),
            shape={name: given[name] for name in names if given[name]},
            **{name: given[name] for name in ("name", "type", "source", "max_length", *PLAIN)},
        )


class ElementStepForm(VersionStepForm):
    """One step on a version of an element, which names no days: what is published is in force at once."""

    effective_on = None  # type: ignore[assignment]
    cancel_on = None  # type: ignore[assignment]


def _initial(element: Definition) -> dict[str, Any]:
    shape = element.shape
    columns = [f"{one['key']}{SEPARATOR}{write_column(one)}" for one in shape.get("columns", [])]
    return {
        **{name: getattr(element, name) for name in ("name", "type", "source", "max_length", *PLAIN)},
        "choices": "\n".join(element.choices),
        "parts": "\n".join(f"{part}｜{code}" for part, code in shape.get("parts", {}).items()),
        "columns": "\n".join(columns),
        "min_rows": shape.get("min_rows"),
        "max_rows": shape.get("max_rows"),
    }
