"""Forms about persons and organisations: shape only; what is allowed, the identity room decides."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from identity.persons import countries, documents
from identity.persons.counter_actions import Shown

_STALE = _("页面已经失效，请刷新后再操作。")
ORGANISATION = "001"
_TOO_LONG = _("内容太长，请对照证件核对。")


class ReasonForm(forms.Form):
    """Why somebody's data is looked at or changed; kept in the access ledger."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        help_text=_("会记入查看记录，本人能看到"),
        error_messages={"required": _("请写明理由，至少 4 个字。")},
    )


def _kind(choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("证件类型"), choices=choices, initial=documents.Kind.CITIZEN)


def _number() -> forms.CharField:
    return forms.CharField(
        label=_("完整号码"),
        max_length=40,
        error_messages={"required": _("请填证件号码。"), "max_length": _TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _issuer() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("签发护照的国家"), choices=lambda: [("", _("不是护照")), *countries.foreign_choices()], required=False
    )


class SearchForm(ReasonForm):
    """One person or organisation by the whole number."""

    document_kind = _kind(lambda: [*documents.choices(), (ORGANISATION, _("统一社会信用代码"))])
    id_number = _number()
    issuer = _issuer()
    field_order = ("document_kind", "id_number", "issuer", "reason")


class DuplicateForm(ReasonForm):
    """The other registration of the same person."""

    document_kind = _kind(documents.choices)
    id_number = _number()
    issuer = _issuer()
    field_order = ("document_kind", "id_number", "issuer", "reason")


class ScanForm(forms.Form):
    """The scan of the document shown."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    scan = forms.FileField(
        label=_("证件的扫描件"),
        help_text=_("PDF 或照片。对照本人、证件原件和扫描件，三者一致再提交"),
        error_messages={"required": _("请上传证件的扫描件。")},
    )


class ShownForm(ScanForm):
    """What the document shows."""

    name = forms.CharField(
        label=_("姓名"),
        max_length=200,
        error_messages={
            "required": _("请填姓名。"),
            "max_length": _("姓名最多 60 个字。"),
            "null_characters_not_allowed": _("姓名里有不能识别的字符，请重新填写。"),
        },
    )
    document_kind = _kind(documents.choices)
    id_number = _number()
    issuer = _issuer()
    birth_date = forms.DateField(
        label=_("出生日期"),
        required=False,
        help_text=_("号码里没有出生日期的才要填，例如 1990-01-31"),
        error_messages={"invalid": _("请按 1990-01-31 这样填日期。")},
    )
    phone = forms.CharField(label=_("手机号"), max_length=20, required=False, help_text=_("没有手机的空着"))
    address = forms.CharField(label=_("住址"), max_length=200, required=False)
    field_order = ("name", "document_kind", "id_number", "issuer", "birth_date", "phone", "address", "scan")

    def shown(self) -> Shown:
        """The values of a form that is valid."""
        data = self.cleaned_data
        born: dt.date | None = data["birth_date"]
        return Shown(
            name=data["name"],
            document_kind=data["document_kind"],
            id_number=data["id_number"],
            issuer=data["issuer"],
            birth_date=born,
            phone=data["phone"].strip(),
            address=data["address"].strip(),
        )


class MergeForm(ReasonForm):
    """Which registration is kept, or that they are two persons."""

    kept = forms.ChoiceField(
        label=_("核对结果"),
        widget=forms.RadioSelect,
        choices=[
            ("first", _("是同一人，保留甲，乙并入甲")),
            ("second", _("是同一人，保留乙，甲并入乙")),
            ("different", _("不是同一人")),
        ],
        error_messages={"required": _("请选择核对结果。"), "invalid_choice": _("请选择核对结果。")},
    )
    field_order = ("kept", "reason")


def refuse(form: forms.Form, error: DomainError) -> int:
    """Show a domain refusal at the fields it is about, or above the form; returns its status."""
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, forms.ValidationError(str(message), code=error.code))
    if not error.fields:
        form.add_error(None, forms.ValidationError(f"{error.text}{error.what_to_do}", code=error.code))
    return error.http_status
