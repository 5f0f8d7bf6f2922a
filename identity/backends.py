"""Sign-in by phone, citizen ID number or staff number."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from common.written import Given, written
from identity.messaging.inbox import with_unread
from identity.models import Account
from identity.queries import find_account_by_login


@written
def _account(account_id: Given) -> QuerySet[Account]:
    return with_unread(Account.objects.select_related("person")).filter(pk=account_id).order_by()


class PhoneOrIdBackend(AuthenticationBackend):
    """allauth's backend with our look-up; an unknown login takes as long as a wrong password."""

    def _authenticate_by_username(self, username: str, password: str) -> Any:
        return self._check_password(find_account_by_login(username), password)

    def get_user(self, user_id: Any) -> Account | None:
        """Load the account with its person and the count of their unread messages in one query, while it is active."""
        account = _account.one(user_id)
        return account if account and self.user_can_authenticate(account) else None
