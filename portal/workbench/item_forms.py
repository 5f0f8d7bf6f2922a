"""Forms of catalogue work: shape and format only; what is allowed, the actions decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.reviewing.states import VersionAction
from services.lint.findings import RULES
from services.models import AskWaiver, ServiceItem
from services.states import LIFECYCLE, Operation, OperationAction

_STALE = _("页面已经失效，请刷新后再操作。")


def _lines(label: str | Any, limit: int, *, required: bool = True, help_text: str | Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


def _day(label: str | Any, help_text: str | Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请按 2026-01-31 这样填写日期。")},
    )


class RevisionForm(forms.Form):
    """What every step carries: the revision that the page was made for."""

    revision = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _STALE),
    )


class VersionStepForm(RevisionForm):
    """One step on a version: days where it names one, a comment where it may have one."""

    effective_on = _day(_("从哪天起"), _("空着就是立即"))
    cancel_on = _day(_("到哪天取消"), _("没有计划取消的空着；到那天自动停止申请"))
    note = _lines(_("说明"), 1000, required=False)

    def __init__(self, *args: Any, action: VersionAction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = set(self.fields) - {"revision", "note"}
        kept = {
            VersionAction.SUBMIT: {*days, "note"},
            VersionAction.RETURN: {"note"},
            VersionAction.APPROVE: {"note"},
            VersionAction.PUBLISH: days & {"effective_on"},
        }.get(action, set())
        for name in {*days, "note"} - kept:
            del self.fields[name]
        if action == VersionAction.RETURN:
            self.fields["note"].required = True
            self.fields["note"].label = _("退回意见")
            self.fields["note"].help_text = _("写明哪里要改、怎么改，起草人会看到")


class OperationStepForm(RevisionForm):
    """One step on a proposed operation or a waiver."""

    note = _lines(_("说明"), 1000, required=False)

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if action in (OperationAction.RETURN, "refuse"):
            self.fields["note"].required = True
            self.fields["note"].label = _("意见")


class OperationForm(forms.Form):
    """Propose to pause, resume, cancel, split or merge an item."""

    reason = _lines(_("理由"), 1000, help_text=_("会显示在办事指南上"))
    legal_basis = forms.CharField(label=_("依据"), max_length=256, required=False)
    instead = _lines(_("群众现在怎么办"), 500, help_text=_("会显示在办事指南上，例如到哪里办、打哪个电话"))
    chosen = forms.MultipleChoiceField(
        label=_("接替的事项"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    successors = forms.CharField(
        label=_("上面没有的，填编码"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=_("每行一个事项编码（31 位、33 位或者地方编码）"),
    )
    effective_on = _day(_("从哪天起"), _("空着就是审核通过时立即生效"))

    def __init__(self, *args: Any, kind: Operation, offered: Sequence[ServiceItem] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least, most = LIFECYCLE[kind].successors
        if not least:
            del self.fields["successors"], self.fields["chosen"]
        elif not offered:
            del self.fields["chosen"]
            self.fields["successors"].label = _("接替的事项")
        else:
            box: Any = self.fields["chosen"]
            box.choices = [(one.code, f"{one.name}（{one.department_name}，{one.code}）") for one in offered]
            box.help_text = _("选一个；没有的先在上面查找") if most == 1 else _("至少选两个；没有的先在上面查找")
        if kind not in (Operation.PAUSE, Operation.CANCEL):
            self.fields["instead"].required = False

    def codes(self) -> list[str]:
        """The codes of the items that take over, each once."""
        lines = (line.strip() for line in self.cleaned_data.get("successors", "").splitlines())
        return list(dict.fromkeys([*self.cleaned_data.get("chosen", ()), *filter(None, lines)]))


class WaiverForm(forms.Form):
    """Ask for leave to require what is already known."""

    asked = forms.ChoiceField(label=_("要申请人提供的是"))
    reason = _lines(_("为什么已有的信息不能用"), 1000, help_text=_("写明哪个来源、为什么取不到或者不能用"))
    legal_basis = forms.CharField(label=_("依据"), max_length=256, required=False)
    until = _day(_("到哪天为止"), _("能定期限的写上；没有期限的空着"))

    def __init__(self, *args: Any, asked: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked"].choices = asked  # type: ignore[attr-defined]

    def target(self) -> tuple[str, str]:
        """(field or material, key)."""
        kind, _colon, key = self.cleaned_data["asked"].partition(":")
        return kind, key


class FindingsForm(forms.Form):
    """The filters of the report; a value that is none of the choices counts as not given."""

    text = forms.CharField(
        label=_("事项名称"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("事项名称"), "type": "search"}),
    )
    department = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    code = forms.ChoiceField(
        label=_("检查项"), required=False, choices=lambda: [("", _("全部检查项")), *((code, code) for code in RULES)]
    )
    vain = forms.BooleanField(label=_("只看重复要的"), required=False)


STATE_TONES = {
    "draft": "plain",
    "in_review": "amber",
    "returned": "red",
    "approved": "brand",
    "published": "jade",
    "retired": "plain",
    "discarded": "plain",
    "done": "jade",
    "withdrawn": "plain",
    "refused": "red",
    "ended": "plain",
}
ITEM_TONES = {ServiceItem.State.ACTIVE: "jade", ServiceItem.State.PAUSED: "amber", ServiceItem.State.CANCELLED: "red"}
WAIVER_LABELS = {"approve": _("同意"), "refuse": _("不同意"), "end": _("收回")}
WAIVER_STATES = AskWaiver.State


class ExchangeForm(forms.Form):
    """Exchange tables to import."""

    tables = forms.FileField(
        label=_("交换表文件"),
        help_text=_("JSONL、CSV 或 XLSX，几张表请放进一个 ZIP；最大 50 MB"),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的。")},
    )


class ExportForm(forms.Form):
    """In which format to export."""

    format = forms.ChoiceField(label=_("格式"), choices=(("xlsx", "XLSX"), ("csv", "CSV"), ("jsonl", "JSONL")))
