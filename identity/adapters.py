"""How django-allauth fits this site."""

import re
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.addresses import UNKNOWN, browser_name, client_address
from identity import step_up
from identity.actions import record_sign_in
from identity.models import Account
from identity.privacy.closing_actions import reopen
from identity.privacy.queries import may_reopen
from identity.queries import actor_for

_METHOD_NAMES = {"socialaccount": "upstream", "mfa": "passkey"}  # a second factor is never the first record


def _method(records: list[dict[str, Any]]) -> str:
    """What the sign-in began with: password, code, passkey or upstream."""
    first = str(records[0]["method"]) if records else "password"
    return _METHOD_NAMES.get(first, first)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened after an identity check, never by self-made user names."""

    # The field is not called a user name here, so neither is it in the refusal.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("号码或密码不对。请核对以后再试；忘了密码，带身份证到政务服务窗口重设。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up with a bare user name and password."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead staff to their waiting cases and everybody else to the home page."""
        is_staff = getattr(request.user, "is_staff_member", False)
        return reverse("worklist") if is_staff else str(super().get_login_redirect_url(request))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address by the site's own rule about proxies."""
        return client_address(request) or UNKNOWN

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by address and login together.

        Counted by login alone, anybody could lock anybody out with five wrong passwords.
        """
        login = re.sub(r"[\s-]", "", credentials.get("username", "")).removeprefix("+86").lower()
        return f"{self.get_client_ip(request)}|{login}"

    def reauthenticate(self, user: Account, password: str) -> bool:
        """Check the password of whoever is signed in; a citizen's handle is no login, so it is not looked up."""
        self.pre_authenticate(context.request, username=user.username)
        if not user.check_password(password):
            return False
        self._rollback_login_failed_rl_usage()
        return True

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, str]]:
        """Password, authenticator, passkey, and a code to the phone, as far as the account has them."""
        words = {
            "reauthenticate": _("用密码"),
            "mfa_reauthenticate": _("用身份验证器或恢复码"),
            "mfa_reauthenticate:webauthn": _("用通行密钥"),
        }
        found = super().get_reauthentication_methods(user)
        methods = [{**method, "description": str(words[method["id"]])} for method in found]
        if user.is_authenticated and step_up.may_use_code(user):
            by_code = {"id": "step_up_code", "description": str(_("用短信验证码")), "url": reverse("step_up_send")}
            methods.append(by_code)
        return methods

    def pre_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> Any:
        """Let through whoever closed their account a few days ago: a whole sign-in opens it again."""
        if not user.is_active and may_reopen(user.pk):
            return None
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> Any:
        """Record the sign-in, with what proved it, and go on."""
        if not user.is_active:
            user = reopen(actor_for(user), account_id=user.pk)
            messages.success(request, _("欢迎回来，您的账号已经恢复，没有删除任何内容。委托要重新办。"))
        method = _method(get_authentication_records(request, user))
        browser = browser_name(request.headers.get("user-agent", ""))
        record_sign_in(actor_for(user), account=user, method=method, browser=browser)
        return super().post_login(request, user, **kwargs)
