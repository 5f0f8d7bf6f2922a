"""What is written about an app when it is registered or changed: shape only; what is allowed, the actions decide."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from common.errors import Text
from identity import levels
from identity.models import ClientProfile, Department
from identity.sso.client_actions import Registration
from identity.sso.scopes import TABLE

_STALE = _("页面已经失效，请刷新后再操作。")
_LONGEST = 6000


def _addresses(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )


def _line(label: Any, limit: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        help_text=help_text,
        error_messages={"required": _("请填写这一项。"), "null_characters_not_allowed": _("有不能识别的字符。")},
    )


class ClientForm(forms.Form):
    """An app: whose, what for, which data, and its addresses."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _STALE})
    name = _line(_("应用名称"), 100, _("群众登录时看到的名称"))
    department = forms.ChoiceField(label=_("主管部门"), error_messages={"required": _("请选择主管部门。")})
    purpose = _line(_("用来做什么"), 200, _("写给群众看：例如“预约看病、查看就诊记录”"))
    legal_basis = _line(_("读取数据的依据"), 200, _("法律、法规、规章的名称和条款"))
    scopes = forms.MultipleChoiceField(
        label=_("要用的数据"),
        help_text=_("只选办事必需的：群众会逐项看到"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择要用的数据。")},
    )
    lowest_level = forms.ChoiceField(label=_("登录至少要的实名等级"))
    redirect_uris = _addresses(
        _("登录后返回的地址"), _("每行一个，写完整，https:// 开头；没有群众登录、只由系统调用的不填")
    )
    post_logout_redirect_uris = _addresses(_("退出后返回的地址"), _("每行一个，可以不填"))
    backchannel_logout_uri = forms.CharField(
        label=_("接收退出通知的地址"),
        help_text=_("用户在一站通退出、收回授权时，会把退出令牌发到这里"),
        required=False,
        max_length=_LONGEST,
    )

    def __init__(self, *args: Any, departments: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("department", [(str(row.pk), row.name) for row in departments])
        self._choices("scopes", [(str(scope), f"{terms.name}（{scope}）") for scope, terms in TABLE.items()])
        self._choices("lowest_level", [(str(level), levels.name_of(level)) for level in range(1, levels.HIGHEST + 1)])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def registration(self) -> Registration:
        """What the action takes, from a valid form."""
        data = self.cleaned_data
        return Registration(
            name=data["name"].strip(),
            department_id=UUID(data["department"]),
            purpose=data["purpose"].strip(),
            legal_basis=data["legal_basis"].strip(),
            scopes=data["scopes"],
            lowest_level=int(data["lowest_level"]),
            redirect_uris=_rows(data["redirect_uris"]),
            post_logout_redirect_uris=_rows(data["post_logout_redirect_uris"]),
            backchannel_logout_uri=data["backchannel_logout_uri"].strip(),
        )

    def refuse(self, fields: Mapping[str, Text], text: str) -> None:
        """Show an action's refusal at its fields."""
        for name, message in fields.items():
            self.add_error(name if name in self.fields else None, str(message))
        if not fields:
            self.add_error(None, text)


def initial_of(profile: ClientProfile) -> dict[str, Any]:
    """The form's content for an app as it is."""
    client = profile.client
    return {
        "name": client.name,
        "department": str(profile.department_id),
        "purpose": profile.purpose,
        "legal_basis": profile.legal_basis,
        "scopes": client.get_scopes(),
        "lowest_level": str(profile.lowest_level),
        "redirect_uris": "\n".join(client.get_redirect_uris()),
        "post_logout_redirect_uris": "\n".join(client.get_post_logout_redirect_uris()),
        "backchannel_logout_uri": profile.backchannel_logout_uri,
    }


def _rows(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
