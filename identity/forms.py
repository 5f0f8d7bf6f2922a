"""Forms that django-allauth shows."""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _

from identity.queries import normal_login


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
        self.fields.pop("remember", None)

    def clean_login(self) -> str:
        """Return the one spelling of what was typed, so that wrong passwords for one account count together."""
        return normal_login(super().clean_login())
