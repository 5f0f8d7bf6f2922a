"""Shapes of what people fill in about their rights over their data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from identity.models import CorrectionRequest
from identity.privacy.correction_actions import LONGEST
from portal.public.forms import UploadForm

# Which datum of a form that the register filled in is corrected under which heading.
CORRECTABLE = {
    "person.name": CorrectionRequest.Subject.NAME,
    "person.id_number": CorrectionRequest.Subject.ID_NUMBER,
    "person.address": CorrectionRequest.Subject.ADDRESS,
}
_NOT_READABLE = _("里面有不能识别的字符，请重新填写。")


def _lines(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": _("请填写这一项。"),
            "max_length": _("最多写 500 个字。"),
            "null_characters_not_allowed": _NOT_READABLE,
        },
    )


class CorrectionForm(UploadForm):
    """What is wrong about oneself, what is right, and a proof."""

    request_key = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        error_messages={"required": _("页面已经失效，请刷新后再操作。"), "null_characters_not_allowed": _NOT_READABLE},
    )
    subject = forms.ChoiceField(
        label=_("要更正什么"),
        choices=[(key, name) for key, name in CorrectionRequest.Subject.choices if key != "certificate"],
        error_messages={"required": _("请选择要更正什么。"), "invalid_choice": _("请从列出的选项里选一个。")},
    )
    current = _lines(_("现在的内容"), _("现在显示的是什么，照抄就行；没有登记的留空。"))
    wanted = _lines(_("应当是什么"), required=True)
    reason = _lines(_("为什么"), _("例如：搬了家、改过名、登记的时候写错了。"))
    field_order = ("request_key", "subject", "current", "wanted", "reason", "proof")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proof = self.fields.pop("file")
        proof.required = False
        proof.label, proof.help_text = _("证明材料"), _("户口簿、证件等，拍照或 PDF，不超过 20 MB；没有可以不传。")
        self.fields["proof"] = proof

    def refuse(self, error: DomainError) -> None:
        """Show a domain refusal at the fields it is about, at the proof when that is refused, or above the form."""
        for name, message in error.fields.items():
            self.add_error(name if name in self.fields else None, str(message))
        if not error.fields:
            self.add_error("proof" if error.code.startswith("document.") else None, f"{error.text}{error.what_to_do}")


class ClosingForm(forms.Form):
    """The word that one knows what closing the account means."""

    understood = forms.BooleanField(
        label=_("我已经看过上面的内容，确定注销"),
        error_messages={"required": _("请先勾选，表示您已经看过注销以后会怎样。")},
    )


class WalletForm(forms.Form):
    """What of a certificate goes into a wallet, and which wallet alone may show it."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    chosen = forms.MultipleChoiceField(
        label=_("带上哪些内容"),
        help_text=_("证照类型、发证机关和有效期总是带上。"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列出的内容里选。")},
    )
    holder_key = forms.CharField(
        label=_("钱包公钥（JWK）"),
        help_text=_("填了，就只有这个钱包能出示；没有的留空。不要填私钥。"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={
            "max_length": _("太长了，公钥不会超过 1000 个字符。"),
            "null_characters_not_allowed": _NOT_READABLE,
        },
    )

    def __init__(self, *args: Any, labels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = list(labels.items())
