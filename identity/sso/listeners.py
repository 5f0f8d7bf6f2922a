"""Sign-ins at apps end with what they began from: the site's session, or the account."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save
from django.http import HttpRequest

from identity.actor import SYSTEM
from identity.models import Account
from identity.queries import actor_for
from identity.sso import actions


def connect() -> None:
    """Listen, once for the process."""
    user_logged_out.connect(_signed_out, dispatch_uid="sso.signed_out")
    post_save.connect(_account_saved, sender=Account, dispatch_uid="sso.account_saved")


def _signed_out(sender: Any, request: HttpRequest, user: Account | None, **kwargs: Any) -> None:
    key = request.session.session_key
    if user is not None and key:
        actions.end_of_browsers(actor_for(user), session_keys=[key], why="signed_out")


def _account_saved(sender: Any, instance: Account, created: bool, **kwargs: Any) -> None:
    if not created and not instance.is_active:
        actions.end_of_account(SYSTEM, account_id=instance.pk, why="account_disabled")
