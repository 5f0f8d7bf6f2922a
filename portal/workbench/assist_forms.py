"""Forms of filling in at the counter: shape and format only; what is allowed, the actions decide."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.assisting.begin_actions import BundleWish, CorrectionWish
from cases.assisting.desk_actions import Wish
from cases.assisting.errors import AssistanceInvalid
from identity.persons import countries, documents
from services.models import Bundle, ServiceItem
from services.queries import find_item_by_code

_OTHER = "other"
_BUNDLE = "bundle:"  # before the code of a bundle among the items
_STALE = _("页面已经失效，请刷新后再操作。")


class PersonForm(forms.Form):
    """Who stands at the window."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    document_kind = forms.ChoiceField(label=_("证件类型"), choices=documents.choices, initial=documents.Kind.CITIZEN)
    id_number = forms.CharField(
        label=_("证件号码"),
        max_length=40,
        help_text=_("把证件放到读卡器上，或者输入完整号码"),
        error_messages={"required": _("请读证件，或者输入完整号码。"), "max_length": _("内容太长，请对照证件核对。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    issuer = forms.ChoiceField(
        label=_("签发护照的国家"), choices=lambda: [("", _("不是护照")), *countries.foreign_choices()], required=False
    )
    seen = forms.BooleanField(label=_("已经当面核对：人、证件、号码一致"), required=False)

    def document(self) -> documents.IdDocument:
        """The document of a form that is valid; raises the errors of the document."""
        data = self.cleaned_data
        return documents.check(data["document_kind"], data["id_number"], issuer=data["issuer"])


class CorrectionForm(PersonForm):
    """Who comes back with corrections, and for which case."""

    number = forms.CharField(
        label=_("办件编号"),
        max_length=40,
        required=False,
        help_text=_("在补正告知书上；只有一件在等补正的，可以不填"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    @property
    def main_fields(self) -> list[Any]:
        """The bound fields that are always open."""
        return [self[name] for name in ("document_kind", "id_number", "issuer", "number")]

    def wish(self) -> CorrectionWish:
        """The values of a form that is valid; raises the errors of the document."""
        data = self.cleaned_data
        return CorrectionWish(document=self.document(), is_seen=data["seen"], number=data["number"])


class BeginForm(PersonForm):
    """Who stands at the window, what for, and the sheet it was written on, if any."""

    item = forms.ChoiceField(label=_("办什么事"), required=False)
    item_code = forms.CharField(
        label=_("其他地区的事项编码"),
        max_length=40,
        required=False,
        help_text=_("异地代收：事项属于别的地区、通办范围包括这里的，填办事指南上的编码"),
    )
    whose = forms.ChoiceField(
        label=_("替谁办"),
        widget=forms.RadioSelect,
        choices=[("own", _("替自己办")), (_OTHER, _("替别人或者单位办：凭授权，或者是法定代表人（经营者）"))],
        initial="own",
        required=False,
    )
    party = forms.UUIDField(
        label=_("请问来的人，选替谁办"),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("只列出今天有效、管得到这件事的授权，和他是法定代表人（经营者）的单位"),
        error_messages={"invalid": _STALE},
    )
    sheet = forms.CharField(label=_("纸质表编号"), max_length=30, required=False)
    received_at = forms.DateTimeField(
        label=_("实际收件时间"),
        required=False,
        widget=forms.DateTimeInput(),
        help_text=_("期限从这个时间算起"),
        error_messages={"invalid": _("请按 2026-11-20 09:30 这样填时间。")},
    )
    sheet_reason = forms.CharField(label=_("当时为什么没有录入"), max_length=200, required=False)

    def __init__(self, *args: Any, items: list[ServiceItem], bundles: list[Bundle], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_to_choose = False
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)
        names: list[tuple[str, str | Promise]] = [("", _("请选择"))]
        for item in items:
            name = item.current.name if item.current else item.name
            owner = item.department.short_name if item.department else ""
            names.append((str(item.pk), f"{name} · {owner}"))
        joint: list[tuple[str, str | Promise]] = [
            (f"{_BUNDLE}{one.code}", f"{one.name} · {one.department.short_name}") for one in bundles
        ]
        field.choices = [*names, (_("一件事，一次申请全部"), joint)] if joint else names

    @property
    def main_fields(self) -> list[Any]:
        """The bound fields that are always open; with the parties to choose from once they were looked up."""
        names = ("document_kind", "id_number", "issuer", "item", "whose", *(("party",) if self.is_to_choose else ()))
        return [self[name] for name in names]

    @property
    def is_for_other(self) -> bool:
        """Whether a form that is valid is for somebody else than who stands there."""
        return bool(self.cleaned_data["whose"] == _OTHER)

    def offer(self, parties: Sequence[tuple[str, str]]) -> None:
        """Let the clerk choose among these: (id, words)."""
        self.is_to_choose = True
        self.fields["party"].required = True  # from now on
        widget = self.fields["party"].widget
        assert isinstance(widget, forms.RadioSelect)
        widget.choices = parties
        widget.attrs["autofocus"] = True
        self.fields["id_number"].widget.attrs.pop("autofocus", None)

    def _party_id(self) -> UUID | None:
        return self.cleaned_data["party"] if self.is_for_other else None

    @property
    def rare_fields(self) -> list[Any]:
        """An item of another region."""
        return [self["item_code"]]

    @property
    def sheet_fields(self) -> list[Any]:
        """What was written down on paper."""
        return [self[name] for name in ("sheet", "received_at", "sheet_reason")]

    @property
    def is_rare_open(self) -> bool:
        """Whether something stands in the fields of rare cases."""
        return any(bound.value() or bound.errors for bound in self.rare_fields)

    @property
    def is_sheet_open(self) -> bool:
        """Whether something stands in the fields of a sheet."""
        return any(bound.value() or bound.errors for bound in self.sheet_fields)

    def wish(self) -> Wish | BundleWish:
        """The values of a form that is valid. Raises :class:`AssistanceInvalid` and the errors of the document."""
        data = self.cleaned_data
        if data["item"].startswith(_BUNDLE):
            return self._bundle_wish(data["item"].removeprefix(_BUNDLE))
        code = data["item_code"].strip()
        found = find_item_by_code(code) if code else None
        if code and found is None:
            raise AssistanceInvalid(fields={"item_code": _("没有这个编码的事项。")})
        if not code and not data["item"]:
            raise AssistanceInvalid(fields={"item": _("请选要办的事。")})
        return Wish(
            document=self.document(),
            item_id=found.pk if found else data["item"],
            is_seen=data["seen"],
            party_id=self._party_id(),
            sheet=data["sheet"],
            received_at=data["received_at"],
            sheet_reason=data["sheet_reason"],
        )

    def _bundle_wish(self, code: str) -> BundleWish:
        data = self.cleaned_data
        for name in ("item_code", "sheet"):
            if data[name].strip():
                raise AssistanceInvalid(fields={name: _("选了一件事的，这一项不用填。")})
        return BundleWish(document=self.document(), bundle_code=code, is_seen=data["seen"], party_id=self._party_id())


class PaperForm(forms.Form):
    """What the person signed on paper, and why the display would not do."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    scan = forms.FileField(
        label=_("签了字的纸质件"), help_text=_("PDF 或照片"), error_messages={"required": _("请上传扫描件。")}
    )
    reason = forms.CharField(
        label=_("为什么不用客屏"),
        max_length=200,
        help_text=_("会留下记录，例如：视力不好，看不清屏幕"),
        error_messages={"required": _("请写明原因。")},
    )


class SheetsForm(forms.Form):
    """How many blank sheets of which item."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    window = forms.ChoiceField(label=_("窗口"), error_messages={"required": _("请选窗口。")})
    item = forms.ChoiceField(label=_("事项"), error_messages={"required": _("请选事项。")})
    count = forms.IntegerField(
        label=_("印几张"), initial=1, min_value=1, max_value=20, error_messages={"invalid": _("请填 1 到 20。")}
    )

    def __init__(self, *args: Any, windows: list[Any], items: list[ServiceItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "window": [(str(one.pk), f"{one.hall.name} {one.number}") for one in windows],
            "item": [(str(one.pk), one.current.name if one.current else one.name) for one in items],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
