"""What the surfaces share about mandates: their rows, and the form in which one is written."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import Text
from common.formatting import format_date
from identity.mandates.queries import state_now
from identity.mandates.rules import FOREVER, Terms, last_day
from identity.models import Mandate
from services.queries import find_item_by_code, names_by_code, search

_TONES = {"proposed": "amber", "accepted": "jade", "declined": "red", "revoked": "plain", "ended": "plain"}


def mandate_rows(mandates: list[Mandate]) -> list[dict[str, Any]]:
    """Rows for a list: {mandate, principal, state, label, tone, items, period} (one query for the items' names)."""
    codes = {code for mandate in mandates for code in mandate.item_codes}
    names = names_by_code(codes) if codes else {}
    return [_row(mandate, names) for mandate in mandates]


def _row(mandate: Mandate, names: dict[str, str]) -> dict[str, Any]:
    state = state_now(mandate)
    return {
        "mandate": mandate,
        "principal": mandate.principal.name,
        "is_organisation": mandate.principal.kind == mandate.principal.Kind.ORGANISATION,
        "state": state.value,
        "label": state.label,
        "tone": _TONES[state],
        "items": [names.get(code, code) for code in mandate.item_codes],
        "period": f"{format_date(mandate.starts_on)}—{_until(mandate)}",
        "until": _until(mandate),
        "may_end": mandate.kind != Mandate.Kind.GUARDIAN,
    }


def _until(mandate: Mandate) -> str:
    return gettext("法院另有判决") if mandate.ends_on == FOREVER else format_date(mandate.ends_on)


_STALE = _("页面已经失效，请刷新后再操作。")
_DATE = {"required": _("请填日期。"), "invalid": _("请按 2026-01-31 这样填日期。")}
_SUGGESTED = 3
_BY_KIND, _NO, _YES = "kind", "no", "yes"


class MandateForm(forms.Form):
    """Who acts, in what, from when to when: shape only; what is allowed, the actions decide."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    kind = forms.ChoiceField(
        label=_("以什么身份代办"), widget=forms.RadioSelect, error_messages={"required": _("请选择代办的身份。")}
    )
    agent_name = forms.CharField(
        label=_("代理人姓名"), max_length=100, error_messages={"required": _("请填写代理人姓名。")}
    )
    id_number = forms.CharField(
        label=_("代理人公民身份号码"),
        max_length=30,
        help_text=_("姓名和号码都要和身份证一致"),
        error_messages={"required": _("请填写代理人的公民身份号码。")},
    )
    scope = forms.ChoiceField(
        label=_("可以办什么"), widget=forms.RadioSelect, error_messages={"required": _("请选择委托范围。")}
    )
    items = forms.CharField(
        label=_("指定的事项"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("选“指定事项”时填写，每行一个事项的名称或编码"),
    )
    case_number = forms.CharField(label=_("办件编号"), required=False, max_length=50, help_text=_("选“一件办件”时填写"))
    wallet = forms.ChoiceField(
        label=_("能不能打开全部证照和材料"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("不能打开也能办事：办委托的事时，用得到的证照会自动找出来"),
    )
    purpose = forms.CharField(
        label=_("委托原因"), required=False, max_length=200, help_text=_("例如：行动不便，请女儿代办")
    )
    starts_on = forms.DateField(label=_("从哪天开始"), error_messages=_DATE)
    ends_on = forms.DateField(
        label=_("到哪天为止"), help_text=_("最长三年；到这一天为止，随时可以提前解除"), error_messages=_DATE
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        today = timezone.localdate()
        first = {"starts_on": today, "ends_on": last_day(today), "scope": Mandate.Scope.ITEMS}
        first |= {"kind": kinds[0]} if len(kinds) == 1 else {}
        kwargs["initial"] = {**first, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self._choices("kind", [(kind, Mandate.Kind(kind).label) for kind in kinds])
        self._choices("scope", list(Mandate.Scope.choices))
        self._choices("wallet", _wallet_choices(kinds))
        self.fields["wallet"].initial = _BY_KIND if Mandate.Kind.MANAGER in kinds else _NO

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_items(self) -> tuple[str, ...]:
        """Return the codes of the items that the lines name; say what is near a line that names none."""
        lines = [line.strip() for line in self.cleaned_data["items"].splitlines() if line.strip()]
        if self.data.get("scope") != Mandate.Scope.ITEMS:
            return ()
        return tuple(dict.fromkeys(_item_code(line) for line in lines))

    def terms(self) -> Terms:
        """The terms, of a form that is valid."""
        data = self.cleaned_data
        return Terms(
            scope=data["scope"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            item_codes=data["items"],
            case_number=data.get("case_number", "").strip(),
            purpose=data["purpose"],
            may_use_wallet={_YES: True, _NO: False}.get(data["wallet"]),
        )

    def refuse(self, fields: Mapping[str, Text], text: str) -> None:
        """Show a domain refusal at the fields it is about, or above the form."""
        for name, message in fields.items():
            self.add_error(name if name in self.fields else None, str(message))
        if not fields:
            self.add_error(None, text)


def _wallet_choices(kinds: list[str]) -> list[tuple[str, str]]:
    by_kind = [(_BY_KIND, gettext("按身份：管理员能，经办人不能"))] if Mandate.Kind.MANAGER in kinds else []
    return [*by_kind, (_NO, gettext("不能，只办委托的事")), (_YES, gettext("能，可以看和下载（只限委托全部事项）"))]


def _item_code(line: str) -> str:
    item = find_item_by_code(line)
    if item is not None:
        return item.code
    found = search(line, page_size=_SUGGESTED).items
    named = next((row for row in found if row.name == line), None)
    if named is None:
        near = "、".join(row.name for row in found)
        text = gettext("没有名称是“%(line)s”的事项。") % {"line": line[:40]}
        if near:
            text += gettext("您是不是要：%(near)s？请写全名。") % {"near": near}
        raise forms.ValidationError(text)
    return named.code
