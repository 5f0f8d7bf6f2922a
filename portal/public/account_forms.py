"""Shapes of what people fill in about their own account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from identity import rules
from identity.persons import countries, documents

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


class IdentityFields(forms.Form):
    """A name and the document that it stands on; shape here, the rules in the identity room."""

    name = forms.CharField(
        label=_("姓名"),
        help_text=_("和证件上一样，生僻字照常填。"),
        max_length=200,
        error_messages={
            "required": _("请填姓名。"),
            "max_length": _("姓名最多 60 个字。"),
            "null_characters_not_allowed": _("姓名里有不能识别的字符，请重新填写。"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    document_kind = forms.ChoiceField(
        label=_("证件类型"), choices=documents.choices, initial=documents.Kind.CITIZEN, required=False
    )
    id_number = forms.CharField(
        label=_("证件号码"),
        help_text=_("身份证是 18 位号码，末位可能是 X。"),
        max_length=40,
        error_messages={
            "required": _("请填证件号码。"),
            "max_length": _("证件号码没有这么长，请对照证件核对。"),
            "null_characters_not_allowed": _("证件号码里有不能识别的字符，请重新填写。"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    issuer = forms.ChoiceField(
        label=_("签发护照的国家"),
        help_text=_("只有护照要选。护照资料页上印着三个字母的代码。"),
        choices=lambda: [("", _("不是护照")), *countries.foreign_choices()],
        required=False,
    )

    def clean_name(self) -> str:
        """Return the name in its one spelling."""
        return _checked(rules.normal_name, self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """Check number, kind and country together."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["document_kind"] = data.get("document_kind") or documents.Kind.CITIZEN
        if "id_number" in data and "issuer" in data and "document_kind" not in self.errors:
            try:
                found = documents.check(data["document_kind"], data["id_number"], issuer=data["issuer"])
                if "birth_date" in data:
                    documents.check_born(found, data["birth_date"])
            except DomainError as error:
                show_refusal(self, error)
        return data


class RegistrationForm(NewPasswordForm, CodeForm, IdentityFields):
    """Who registers, the code that proves the phone, and the password to be."""

    birth_date = forms.DateField(
        label=_("出生日期"),
        help_text=_("证件号码里没有出生日期的才要填，例如 1990-01-31。"),
        required=False,
        error_messages={"invalid": _("请按 1990-01-31 这样填日期。")},
    )
    field_order = ("code", "name", "document_kind", "id_number", "issuer", "birth_date", "password", "again")


class NewPhoneForm(PhoneForm):
    """The phone to be, and whether the old one is still at hand."""

    has_old = forms.ChoiceField(
        label=_("原来的手机号还能收短信吗"),
        choices=[("yes", _("能，两个号码各收一个验证码")), ("no", _("不能，用新手机号和人口登记信息核对"))],
        initial="yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一项。"), "invalid_choice": _("请选择一项。")},
    )


class PhoneCodesForm(CodeForm):
    """The code to the new phone, and the one to the old phone where that was asked for."""

    old_code = forms.CharField(
        label=_("原手机号收到的验证码"),
        max_length=20,
        error_messages={"required": _("请填短信里的 6 位数字。"), "max_length": _("验证码是 6 位数字。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    field_order = ("code", "old_code")

    def __init__(self, *args: Any, with_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("新手机号收到的验证码")
        if not with_old:
            del self.fields["old_code"]


class BindingForm(forms.Form):
    """Which organisation its legal representative binds."""

    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        help_text=_("营业执照上的 18 位代码。"),
        max_length=40,
        error_messages={"required": _("请填统一社会信用代码。"), "max_length": _("统一社会信用代码是 18 位。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("单位名称"),
        help_text=_("和营业执照上一样。"),
        max_length=400,
        error_messages={"required": _("请填单位名称。"), "max_length": _("名称最多 200 个字。")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def clean_uscc(self) -> str:
        """Return the code in capitals."""
        return _checked(rules.normal_uscc, self.cleaned_data["uscc"])

    def clean_name(self) -> str:
        """Return the name in its one spelling."""
        return _checked(lambda text: rules.normal_name(text, is_organisation=True), self.cleaned_data["name"])


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """Put a refusal at the fields it is about, or above the form."""
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, forms.ValidationError(str(message), code=error.code))
    if not error.fields:
        form.add_error(None, forms.ValidationError(f"{error.text}{error.what_to_do}", code=error.code))


def _checked(rule: Any, text: str) -> str:
    """Apply a rule of the identity room; its refusal becomes the field's error."""
    try:
        return str(rule(text))
    except DomainError as error:
        said = next(iter(error.fields.values()), error.text)
        raise forms.ValidationError(str(said), code=error.code) from error
