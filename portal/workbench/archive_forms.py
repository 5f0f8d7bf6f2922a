"""Forms of the archive's pages."""

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
