"""Shapes of what people fill in about their own account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from identity import rules

_MISSING = _("请填写这一项。")


class PhoneForm(forms.Form):
    """A mobile number that a code goes to."""

    phone = forms.CharField(
        label=_("手机号"),
        help_text=_("11 位大陆手机号，验证码会发到这个号码。"),
        max_length=20,
        error_messages={"required": _("请填手机号。"), "max_length": _("手机号没有这么长，请重新填写。")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        """Return 11 digits."""
        return _checked(rules.normal_phone, self.cleaned_data["phone"])


class CodeForm(forms.Form):
    """The six digits from the message."""

    code = forms.CharField(
        label=_("短信验证码"),
        help_text=_("短信里的 6 位数字，5 分钟内有效。"),
        max_length=20,
        error_messages={"required": _("请填短信里的 6 位数字。"), "max_length": _("验证码是 6 位数字。")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        """Return the digits without blanks; refuse what cannot be a code before it counts as a try."""
        code = "".join(self.cleaned_data["code"].split())
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise forms.ValidationError(_("验证码是 6 位数字。"))
        return code


class NewPasswordForm(forms.Form):
    """A new password, typed twice and checked by the rules in ``AUTH_PASSWORD_VALIDATORS``."""

    password = forms.CharField(
        label=_("密码"),
        help_text=_("至少 10 个字符，不能全是数字，不能用 password123 这类常见密码。"),
        strip=False,
        max_length=128,
        error_messages={"required": _MISSING, "max_length": _("密码最多 128 个字符。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一遍密码"),
        strip=False,
        max_length=128,
        error_messages={"required": _MISSING, "max_length": _("密码最多 128 个字符。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Return a password that follows the rules."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean_again(self) -> str:
        """Refuse a second typing that differs."""
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("两遍密码不一样，请重新输入。"))
        return again


class RegistrationForm(NewPasswordForm, CodeForm):
    """Who registers, the code that proves the phone, and the password to be."""

    name = forms.CharField(
        label=_("姓名"),
        help_text=_("和身份证上一样，生僻字照常填。"),
        max_length=60,
        error_messages={
            "required": _("请填姓名。"),
            "max_length": _("姓名最多 60 个字。"),
            "null_characters_not_allowed": _("姓名里有不能识别的字符，请重新填写。"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    id_number = forms.CharField(
        label=_("公民身份号码"),
        help_text=_("身份证上的 18 位号码，末位可能是 X。"),
        max_length=30,
        error_messages={"required": _("请填公民身份号码。"), "max_length": _("公民身份号码是 18 位。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    field_order = ("code", "name", "id_number", "password", "again")

    def clean_id_number(self) -> str:
        """Return the number in normal form."""
        number = "".join(self.cleaned_data["id_number"].split())
        return _checked(lambda text: rules.normal_id_number(text, today=timezone.localdate()), number)


def _checked(rule: Any, text: str) -> str:
    """Apply a rule of the identity room; its refusal becomes the field's error."""
    try:
        return str(rule(text))
    except DomainError as error:
        raise forms.ValidationError(error.text, code=error.code) from error
