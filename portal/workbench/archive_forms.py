"""Forms of the archive's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.archive.models import ArchivePackage, Retention
from cases.archive.queries import DUE, HELD
from common.formatting import code_label


class ArchiveFilterForm(forms.Form):
    """The filters of the list."""

    text = forms.CharField(
        label=_("档号或办件编号"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("完整的档号或办件编号")}),
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=lambda: [
            ("", _("全部状态")),
            *((value, code_label(label)) for value, label in ArchivePackage.State.choices),
            (HELD, _("暂停销毁")),
            (DUE, _("保管期满")),
        ],
    )
    retention = forms.ChoiceField(
        label=_("保管期限"),
        required=False,
        choices=lambda: [
            ("", _("全部期限")),
            *((value, code_label(label)) for value, label in Retention.choices),
        ],
    )


class HoldForm(forms.Form):
    """Why a hold is set or lifted."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        help_text=_("例如行政复议、诉讼、审计的案号；5 到 500 个字"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )


class ProposeForm(forms.Form):
    """What is proposed to be destroyed, and that somebody looked."""

    department = forms.ChoiceField(
        label=_("部门"), error_messages={"required": _("请选择部门。"), "invalid_choice": _("请选择部门。")}
    )
    reason = forms.CharField(
        label=_("鉴定意见"),
        max_length=500,
        help_text=_("谁看过、为什么不用再留；5 到 500 个字，会印在清册上"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明鉴定意见。")},
    )
    checked = forms.BooleanField(label=_("已核对：这些办件没有在办的行政复议、诉讼和审计"), required=False)

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = departments  # type: ignore[attr-defined]


class SettleForm(forms.Form):
    """Approve, reject or withdraw a list."""

    step = forms.ChoiceField(
        choices=[("approve", ""), ("reject", ""), ("withdraw", "")], widget=forms.HiddenInput, required=True
    )
    note = forms.CharField(
        label=_("意见"),
        required=False,
        max_length=500,
        help_text=_("不批准的，写明理由"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    checked = forms.BooleanField(label=_("已逐份核对，同意销毁；销毁以后找不回来"), required=False)
