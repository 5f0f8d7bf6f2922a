"""Shapes of what people fill in when they show or share a certificate, or report an error on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.wallet.models import Share
from certificates.wallet.report_actions import LONGEST
from certificates.wallet.sharing_actions import CODE_DIGITS
from certificates.wallet.sharing_rules import LONGEST_PURPOSE, PURPOSES, Asked
from common.errors import DomainError

_NOT_READABLE = _("里面有不能识别的字符，请重新填写。")
_REQUIRED = _("请填写这一项。")
_MESSAGES = {"required": _REQUIRED, "null_characters_not_allowed": _NOT_READABLE}


class _Refusable(forms.Form):
    request_key = forms.CharField(
        max_length=64,
        required=False,
        widget=forms.HiddenInput,
        error_messages={"null_characters_not_allowed": _NOT_READABLE},
    )

    def refuse(self, error: DomainError) -> None:
        """Show a domain refusal at the fields it is about, or above the form."""
        for name, message in error.fields.items():
            self.add_error(name if name in self.fields else None, str(message))
        if not error.fields:
            self.add_error(None, f"{error.text}{error.what_to_do}")


class ShowForm(forms.Form):
    """Which printed values are shown beside type, state and masked holder."""

    chosen = forms.MultipleChoiceField(
        label=_("还给对方看哪些内容"),
        help_text=_("证照名称、状态、发证机关和隐去部分的姓名总是给看。标“敏感”的默认不给看。"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列出的内容里选。")},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = choices


class ShareForm(_Refusable):
    """Who receives a certificate, what for, and until when."""

    to = forms.ChoiceField(
        label=_("分享给谁"),
        choices=Share.To.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择分享给谁。"), "invalid_choice": _("请从列出的里面选一个。")},
    )
    number = forms.CharField(
        label=_("对方的号码"),
        help_text=_("手机号、身份证号，或者单位的统一社会信用代码"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={**_MESSAGES, "max_length": _("号码太长了，请核对。")},
    )
    name = forms.CharField(
        label=_("对方的姓名"),
        help_text=_("会写在水印里；分享给单位的可以不填"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={**_MESSAGES, "max_length": _("姓名太长了，请核对。")},
    )
    purpose_kind = forms.ChoiceField(
        label=_("用途"),
        choices=[("", _("请选择")), *PURPOSES.items()],
        error_messages={"required": _("请选择用途。"), "invalid_choice": _("请从列出的里面选一个。")},
    )
    purpose = forms.CharField(
        label=_("具体用来做什么"),
        help_text=_("例如：办理入职手续；会写在水印里"),
        max_length=LONGEST_PURPOSE,
        error_messages={**_MESSAGES, "max_length": _("最多写 60 个字。")},
    )
    last_day = forms.DateField(
        label=_("可以看到哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请选一天。"), "invalid": _("日期请这样填：2026-12-31。")},
    )

    def asked(self) -> Asked:
        """What was asked for, from a checked form."""
        return Asked(**{name: self.cleaned_data[name] for name in self.fields if name != "request_key"})


class ShareCodeForm(forms.Form):
    """The code that came with the message."""

    code = forms.CharField(
        label=_("查看码"),
        help_text=_("短信里的 6 位数字"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": CODE_DIGITS}),
        error_messages={"required": _("请填写短信里的查看码。"), "null_characters_not_allowed": _NOT_READABLE},
    )


class ReportForm(_Refusable):
    """What is wrong on a certificate."""

    text = forms.CharField(
        label=_("哪里不对，应当是什么"),
        help_text=_("发证机关会看到，5 到 500 个字"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={**_MESSAGES, "max_length": _("最多写 500 个字。")},
    )
