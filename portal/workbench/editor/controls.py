"""A form field for each kind of column of a version, built from the model: labels in words, limits of the column."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from common.formatting import code_label
from portal.workbench.table_columns import lines_of, read_column, type_names, write_column
from services.descriptions import SituationPart
from services.editing.elements import CODE_SETS

LARGEST = 32_767
_FEW = 4  # choices up to this stand open as circles
_LONG = 200  # characters; more than that gets lines
_PREFIX = "when__"
_LAWS = ("法律", "行政法规", "国务院决定", "地方性法规", "部门规章", "政府规章", "规范性文件", "其他")


class TextField(forms.CharField):
    """Text whose line ends are brought to one form, so that a page sent back unchanged is unchanged."""

    def to_python(self, value: Any) -> str:
        """Strip, and turn the browser's line ends into plain ones."""
        return _plain(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the text is another, whatever the line ends."""
        return _plain(str(initial or "")).strip() != _plain(str(data or "")).strip()


class LinesField(TextField):
    """A list of short texts, one a line; empty lines are left out."""

    def __init__(self, *, longest: int = 300, most: int = 100, **kwargs: Any) -> None:
        self.longest, self.most = longest, most
        super().__init__(widget=forms.Textarea(attrs={"rows": 5}), **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the lines."""
        text = super().clean(value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for line in lines:
            if len(line) > self.longest:
                raise forms.ValidationError(_("每行最多 %(limit)s 个字。") % {"limit": self.longest}, code="too_long")
        if len(lines) > self.most:
            raise forms.ValidationError(_("最多 %(limit)s 行。") % {"limit": self.most}, code="too_many")
        return lines


class ColumnsField(TextField):
    """The columns of a table, one on a line: see :mod:`portal.workbench.table_columns`."""

    def __init__(self, **kwargs: Any) -> None:
        hint = _("表格才要，一行一列：名称｜类型，单选的再写｜选项、选项，不一定要填的再写｜可不填。类型有：%(types)s")
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 5, "placeholder": _("姓名｜一行文字\n工种｜单选｜厨师、服务员")}),
            help_text=hint % {"types": type_names()},
            required=False,
            max_length=5000,
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """Return the columns, without keys."""
        return [read_column(cells) for cells in lines_of(super().clean(value))]


class BodiesField(LinesField):
    """联办机构: a name and, where there is one, its code on each line."""

    def clean(self, value: Any) -> list[dict[str, str]]:
        """Return ``[{name, code}]``."""
        bodies = []
        for line in super().clean(value):
            found = re.fullmatch(r"(.+?)(?:\s+([0-9A-Z]{9,18}))?", line)
            assert found is not None  # a line is never empty
            bodies.append({"name": found[1], "code": found[2] or ""})
        return bodies


class NumberField(forms.IntegerField):
    """A small whole number or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        messages = dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("请填 0 到 %(limit)s 的整数。") % {"limit": LARGEST}
        )
        super().__init__(min_value=kwargs.pop("min_value", 0), max_value=LARGEST, error_messages=messages, **kwargs)


class AmountField(forms.DecimalField):
    """An amount in yuan or nothing."""

    def __init__(self, column: Any, **kwargs: Any) -> None:
        messages = {"invalid": _("请填数字，例如 120.50。"), "min_value": _("金额不能小于 0。")}
        super().__init__(
            min_value=Decimal(0),
            max_digits=column.max_digits,
            decimal_places=column.decimal_places,
            error_messages=messages,
            **kwargs,
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another amount, however it is written."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def short_text(label: str, longest: int, *, required: bool = False, hint: str = "") -> TextField:
    """A line of text with a limit."""
    messages = {"required": _("这一项必须填写。"), "max_length": _("最多 %(limit)s 个字。") % {"limit": longest}}
    return TextField(label=label, max_length=longest, required=required, help_text=hint, error_messages=messages)


def column_field(
    model: type[models.Model], name: str, *, label: str, offers: Sequence[tuple[str, str]] = (), hint: str = ""
) -> forms.Field:
    """The form field of a column; ``offers`` are the (value, label) pairs of a reference."""
    base: dict[str, Any] = {"label": label, "help_text": hint, "required": False}
    if name in CODE_SETS:
        return _codes(name, base)
    column: Any = model._meta.get_field(name.removesuffix("_id"))
    if isinstance(column, models.ForeignKey):
        return _choice([("", _("没有")), *offers], base)
    if name == "kind" and model.__name__ == "LegalBasis":
        return _choice([("", _("没有写")), *((one, code_label(one)) for one in _LAWS)], base)
    if column.flatchoices:
        pairs = [(value, code_label(text)) for value, text in column.flatchoices]
        if column.blank and "" not in dict(pairs):
            pairs = [("", _("没有写")), *pairs]
        return _choice(pairs, base)
    return _plain_field(column, name, base)


def _plain_field(column: Any, name: str, base: dict[str, Any]) -> forms.Field:
    if isinstance(column, models.BooleanField):
        return forms.BooleanField(**base)
    if isinstance(column, models.PositiveSmallIntegerField):
        return NumberField(**base)
    if isinstance(column, models.DecimalField):
        return AmountField(column, **base)
    if isinstance(column, models.JSONField):
        base["help_text"] = base["help_text"] or _("一行一条")
        return BodiesField(**base) if name == "joint_bodies" else LinesField(**base)
    longest = column.max_length
    lines = longest is None or longest > _LONG
    widget: forms.Widget = forms.Textarea(attrs={"rows": 3}) if lines else forms.TextInput()
    messages = {"max_length": _("最多 %(limit)s 个字。") % {"limit": longest}}
    return TextField(max_length=longest or 20_000, widget=widget, error_messages=messages, **base)


def _codes(name: str, base: dict[str, Any]) -> forms.Field:
    pairs = [(value, code_label(text)) for value, text in CODE_SETS[name].items()]
    if name == "handle_area":
        return _choice([("", _("没有写")), *pairs], base)
    messages = {"invalid_choice": _("请从列出的选项里选。")}
    return forms.MultipleChoiceField(
        choices=pairs, widget=forms.CheckboxSelectMultiple, error_messages=messages, **base
    )


def _choice(pairs: Iterable[tuple[str, str]], base: dict[str, Any]) -> forms.ChoiceField:
    pairs = list(pairs)
    widget: type[forms.Widget] = forms.RadioSelect if len(pairs) <= _FEW else forms.Select
    messages = {"invalid_choice": _("请从列出的选项里选一个。")}
    return forms.ChoiceField(choices=pairs, widget=widget, error_messages=messages, **base)


def shown(name: str, value: Any) -> Any:
    """A stored value as the form's field takes it: text, a list of codes, True or False; a JSON value in any case."""
    if name == "use_level":
        return value.split("^") if value else []
    if name in CODE_SETS or name in ("types", "after") or isinstance(value, int) or value is None:
        return value
    if name == "columns":
        return "\n".join(map(write_column, value))
    if isinstance(value, list | tuple):
        return "\n".join(_line(one) for one in value)
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _line(value: Any) -> str:
    return " ".join(str(one) for one in value.values() if one) if isinstance(value, Mapping) else str(value)


def stored(name: str, value: Any, before: Any) -> Any:
    """A form's value as the version keeps it; ``before`` is what stands there now."""
    if name == "use_level":
        return "^".join(value)
    if name == "visits_reason":
        return value or "无"
    if value is None and isinstance(before, int) and not isinstance(before, bool) and name in _NEVER_EMPTY:
        return 0
    return value


_NEVER_EMPTY = {"visits", "originals", "copies", "days", "assurance_level"}


def condition_fields(questions: Sequence[SituationPart], when: Mapping[str, Any]) -> dict[str, forms.Field]:
    """One group of boxes for each question that a condition may use; none ticked: whatever the answer."""
    fields: dict[str, forms.Field] = {}
    known = {question.key: question for question in questions}
    for key in [*known, *(key for key in when if key not in known)]:
        question = known.get(key)
        pairs = [(one["value"], one["label"]) for one in question.options] if question else []
        offered = {value for value, _label in pairs}
        pairs += [(value, _("已经没有的选项")) for value in _values(when.get(key)) if value not in offered]
        fields[f"{_PREFIX}{key}"] = forms.MultipleChoiceField(
            label=question.question if question else _("已经没有的问题"),
            choices=pairs,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": _("这个选项已经没有了，请重新选。")},
        )
    return fields


def condition_values(fields: Iterable[str], when: Mapping[str, Any]) -> dict[str, list[str]]:
    """A stored condition as the boxes show it."""
    return {name: _values(when.get(name.removeprefix(_PREFIX))) for name in fields if name.startswith(_PREFIX)}


def condition_of(cleaned: Mapping[str, Any], changed: Iterable[str], when: Mapping[str, Any]) -> dict[str, Any]:
    """The condition after the boxes in ``changed``; the rest of it stays."""
    result = dict(when)
    for name in changed:
        if name.startswith(_PREFIX):
            chosen = list(cleaned[name])
            result.pop(name.removeprefix(_PREFIX), None)
            if chosen:
                result[name.removeprefix(_PREFIX)] = chosen if len(chosen) > 1 else chosen[0]
    return result


def _values(wanted: Any) -> list[str]:
    if wanted is None:
        return []
    return [str(one) for one in wanted] if isinstance(wanted, list | tuple) else [str(wanted)]
