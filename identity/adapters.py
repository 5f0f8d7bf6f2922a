"""How django-allauth fits this site."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from identity.actions import record_sign_in
from identity.models import Account
from identity.queries import actor_for


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

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> Any:
        """Record the sign-in and go on."""
        record_sign_in(actor_for(user), account=user, method="password")
        return super().post_login(request, user, **kwargs)
