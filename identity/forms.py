"""Forms that django-allauth shows."""

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from django import forms
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from identity.queries import normal_login

_MOST_LOGIN = 64  # longer than any number there is; a longer text need not be searched for
_MOST_PASSWORD = 128  # as where it is chosen: nobody should have megabytes hashed
_ODD = _("这里有不能识别的字符，请重新填写。")


def _bound_password(field: forms.Field) -> None:
    """Refuse what cannot be a password before it is hashed."""
    field.validators.append(MaxLengthValidator(_MOST_PASSWORD, _("密码最多 128 个字符。")))
    field.validators = [_in_our_words(validator) for validator in field.validators]


def _in_our_words(validator: Any) -> Any:
    return (
        ProhibitNullCharactersValidator(_ODD) if isinstance(validator, ProhibitNullCharactersValidator) else validator
    )


class SignInForm(LoginForm):
    """Phone, citizen ID number or staff number, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("手机号或身份证号")
        login.help_text = _("工作人员填工号。")
        login.widget.attrs = {"autocomplete": "username"}
        password = self.fields["password"]
        password.label = _("密码")
        password.help_text = ""
        password.widget.attrs = {"autocomplete": "current-password"}
        _bound_password(password)
        login.validators = [
            MaxLengthValidator(_MOST_LOGIN, _("号码没有这么长，请重新填写。")),
            ProhibitNullCharactersValidator(_ODD),
        ]
        self.fields.pop("remember", None)

    def clean_login(self) -> str:
        """Return the one spelling of what was typed, so that wrong passwords for one account count together."""
        return normal_login(super().clean_login())


class StepUpForm(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound_password(self.fields["password"])
