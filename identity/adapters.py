"""How django-allauth fits this site."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from identity.actions import record_sign_in
from identity.models import Account
from identity.queries import actor_for


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened after an identity check, never by self-made user names."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up with a bare user name and password."""
        return False

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> Any:
        """Record the sign-in and go on."""
        record_sign_in(actor_for(user), account=user, method="password")
        return super().post_login(request, user, **kwargs)
