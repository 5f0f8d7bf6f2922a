"""Shapes of how somebody wants to be told."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.messaging.kinds import GROUP_NAMES, LANGUAGES, Group
from identity.messaging.preferences import CHANNELS, Wishes
from portal.public.account_forms import CodeForm

_LANGUAGE_NAMES = {"zh-hans": "中文", "en": "English"}


def _groups(label: Any, help_text: Any, groups: Sequence[Group]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        choices=[(str(group), GROUP_NAMES[group]) for group in groups],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列出的选项里选。")},
    )


class ChannelsForm(forms.Form):
    """For each channel the groups that come by it. Legal notices always reach the inbox, so they have no box there."""

    def __init__(self, *args: Any, wishes: Wishes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = list(Group)
        optional = [group for group in every if group != Group.LEGAL]
        self.fields["portal"] = _groups(_("站内消息"), _("文书和决定一定会有站内消息，不能关闭。"), optional)
        self.fields["sms"] = _groups(_("短信"), _("晚上十点到早上八点不发。"), every)
        if wishes.email:
            self.fields["email"] = _groups(_("电子邮件"), "", every)
        self.fields["language"] = forms.ChoiceField(
            label=_("用哪种语言通知"),
            choices=[(code, _LANGUAGE_NAMES[code]) for code in LANGUAGES],
            widget=forms.RadioSelect,
            error_messages={"required": _("请选一项。"), "invalid_choice": _("请从列出的选项里选一个。")},
        )
        self.fields["language"].initial = wishes.language
        for channel in self._channels():
            self.fields[channel].initial = [group for group in self._groups_of(channel) if wishes.has(channel, group)]
        self._kept = wishes.off

    def _channels(self) -> list[str]:
        return [name for name in CHANNELS if name in self.fields]

    def _groups_of(self, channel: str) -> list[Group]:
        return [group for group in Group if channel != "portal" or group != Group.LEGAL]

    def off(self) -> list[str]:
        """What was left without a tick; what the page does not show stays as it was."""
        chosen = [
            f"{channel}:{group}"
            for channel in self._channels()
            for group in self._groups_of(channel)
            if group not in self.cleaned_data[channel]
        ]
        hidden = [] if "email" in self.fields else [one for one in self._kept if one.startswith("email:")]
        return [*chosen, *hidden]


class EmailForm(forms.Form):
    """An e-mail address; whether it is one, the action says."""

    email = forms.CharField(
        label=_("电子邮箱"),
        max_length=200,
        help_text=_("例如 name@example.com；我们会发一个验证码过去。"),
        error_messages={"required": _("请填电子邮箱。"), "max_length": _("电子邮箱没有这么长。")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class EmailCodeForm(CodeForm):
    """The six digits from the e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("邮件里的验证码")
        self.fields["code"].help_text = _("邮件里的 6 位数字，5 分钟内有效。")
