"""What people do to their own sign-in: password and sessions."""

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from common import events
from identity import events as codes
from identity.actor import Actor
from identity.errors import SessionUnknown
from identity.models import Account
from identity.sso import actions as sso


@transaction.atomic
def change_password(actor: Actor, *, password: str, current_key: str) -> Account:
    """Set the actor's own password, already checked by the password rules, and end every other session."""
    account = Account.objects.select_for_update().get(pk=actor.known_account_id)
    account.set_password(password)
    account.save(update_fields=["password"])
    events.record(codes.PASSWORD_CHANGED, actor=actor, subject_id=account.pk)
    end_other_sessions(actor, current_key=current_key)
    return account


def choose_form_view(actor: Actor, *, view: str) -> None:
    """Remember how the actor likes to fill forms in: page by page or all on one. A taste, so nothing is recorded."""
    Account.objects.filter(pk=actor.known_account_id).update(form_view=Account.FormView(view))


@transaction.atomic
def end_session(actor: Actor, *, session_id: int) -> None:
    """End one session of the actor's own account, at once; raises :class:`SessionUnknown`."""
    keys = list(_own(actor).filter(pk=session_id).values_list("session_key", flat=True))
    if not keys:
        raise SessionUnknown
    _end(actor, keys)


@transaction.atomic
def end_other_sessions(actor: Actor, *, current_key: str) -> int:
    """End every session of the actor's own account but the current one; returns how many there were."""
    keys = list(_own(actor).exclude(session_key=current_key).values_list("session_key", flat=True))
    if keys:
        _end(actor, keys)
    return len(keys)


@transaction.atomic
def keep_session(actor: Actor, *, old_key: str, key: str) -> None:
    """Follow the current session to its new key, after the framework changed the key with the password."""
    UserSession.objects.filter(user_id=actor.known_account_id, session_key=old_key).update(session_key=key)
    sso.follow_session(actor, old_key=old_key, key=key)


@transaction.atomic
def end_all_sessions(actor: Actor, *, account_id: UUID, but_key: str = "") -> int:
    """End every session of an account but one, inside the caller's transaction; the caller checked who may."""
    sessions = UserSession.objects.select_for_update().filter(user_id=account_id).exclude(session_key=but_key)
    keys = list(sessions.values_list("session_key", flat=True))
    if keys:
        _end(actor, keys, account_id)
    return len(keys)


@transaction.atomic
def end_session_of(actor: Actor, *, account_id: UUID, session_key: str) -> None:
    """End one session of an account by its key, inside the caller's transaction; the caller checked who may."""
    _end(actor, [session_key], account_id)


def mark_session(actor: Actor, *, session_key: str, place: str) -> None:
    """Write down where a session of the actor's stands, for their list of devices: on a machine for everybody."""
    UserSession.objects.filter(user_id=actor.known_account_id, session_key=session_key).update(data={"place": place})


def _own(actor: Actor) -> QuerySet[UserSession]:
    return UserSession.objects.select_for_update().filter(user_id=actor.known_account_id)


def _end(actor: Actor, keys: list[str], account_id: UUID | None = None) -> None:
    """Delete sessions where they live, so that the next page of that browser finds nobody signed in."""
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    sso.end_of_browsers(actor, session_keys=keys, why="session_ended")
    events.record(codes.SESSIONS_ENDED, actor=actor, subject_id=account_id or actor.account_id, count=len(keys))
