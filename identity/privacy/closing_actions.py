"""Closing one's account, opening it again within the days for a change of mind, and what is erased after them.

The law keeps some things: decisions, certificates and their files are archives (国务院令第716号第十二条, 档案法);
where a retention period runs, data is only stored and protected (个人信息保护法第四十七条第二款). So a person is
locked, never deleted, and comes back as the same person.
"""

import datetime as dt
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import crypto, events
from common.jobs import for_each
from identity import events as codes
from identity import messaging
from identity.account_actions import end_all_sessions
from identity.actions import PHONE
from identity.actor import SYSTEM, Actor
from identity.errors import AccountClosed
from identity.levels import REGISTER_AGREES
from identity.mandates.actions import end_all_of, end_all_received
from identity.models import Account, AccountClosure, Party, Person
from identity.privacy import hooks
from identity.privacy.correction_actions import withdraw_all_of
from identity.privacy.errors import ClosedForGood, ClosingHindered, ClosingNotConfirmed
from identity.privacy.export_actions import erase_all_of
from identity.privacy.rules import CHANGE_OF_MIND, require_self
from identity.sso.actions import revoke_all_of

_State = AccountClosure.State
_LIVE = (_State.PENDING, _State.DONE)


@transaction.atomic
def close_account(actor: Actor, *, understood: bool) -> AccountClosure:
    """Close the actor's own account: nobody signs in with it, its mandates end, its person is locked.

    Signing in within :data:`CHANGE_OF_MIND` opens it again; until then its password and second factors stay, so
    that only its owner can. Raises :class:`NotYourData`, :class:`ClosingNotConfirmed`, :class:`ClosingHindered` or
    :class:`AccountClosed`; then everything is as it was.
    """
    person_id = require_self(actor)
    account = Account.objects.select_for_update(no_key=True).filter(pk=actor.known_account_id, is_active=True).first()
    if account is None:
        raise AccountClosed
    if not understood:
        raise ClosingNotConfirmed(fields={"understood": ClosingNotConfirmed.message})
    party = Party.objects.select_related("person").get(pk=person_id)
    reasons = hooks.hindrances_of(party)
    # Ended before we ask again: whoever acts under one is waited for, and what they submitted counts.
    ended = end_all_of(actor, principal_id=party.pk, why="account_closed")
    ended += end_all_received(actor, agent_id=party.pk, why="account_closed")
    reasons = reasons or hooks.hindrances_of(party)
    if reasons:
        raise ClosingHindered(reasons="；".join(reasons))
    erase_all_of(actor, account_id=account.pk, why="account_closed")
    withdraw_all_of(actor, person_id=party.pk)
    revoke_all_of(actor, person_id=party.pk)
    hooks.close_of(party)
    closure = AccountClosure.objects.create(account=account, erase_after=timezone.now() + CHANGE_OF_MIND)
    _disable(actor, account, party.person)
    detail = {"mandates_ended": ended, "erase_after": closure.erase_after.isoformat()}
    events.record(codes.ACCOUNT_CLOSED, actor=actor, subject_id=account.pk, holder_id=party.pk, **detail)
    if party.person.phone:
        text = _("您的账号已注销。%(days)s 天内用身份证号和密码登录就能恢复，之后删除材料库里没有用过的材料。")
        messaging.send(phone=party.person.phone, text=text % {"days": CHANGE_OF_MIND.days})
    return closure


def _disable(actor: Actor, account: Account, person: Person) -> None:
    account.is_active, account.phone_index = False, None
    account.save(update_fields=["is_active", "phone_index"])
    person.locked_at = timezone.now()
    person.save(update_fields=["locked_at"])
    end_all_sessions(actor, account_id=account.pk)


@transaction.atomic
def reopen(actor: Actor, *, account_id: UUID) -> Account:
    """Open an account again whose owner has just signed in; raises :class:`ClosedForGood` after the days for it."""
    account = Account.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(pk=account_id)
    closure = account.closures.filter(state=_State.PENDING, erase_after__gt=timezone.now()).first()
    if closure is None:
        raise ClosedForGood
    _open(actor, account, closure, way="signed_in")
    return account


@transaction.atomic
def restore(actor: Actor, *, person_id: UUID, phone: str, password: str) -> Account | None:
    """Give a closed account back to the same person, who has just proved name, number and phone anew.

    None when the account was not closed by its owner. The caller compared the facts with the register.
    """
    accounts = Account.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    account = accounts.filter(person_id=person_id, is_active=False).first()
    closure = account.closures.filter(state__in=_LIVE).first() if account else None
    if account is None or closure is None:
        return None
    account.set_password(password)
    account.save(update_fields=["password"])
    person = _person_of(account)
    person.phone, person.assurance_level = phone, max(person.assurance_level, REGISTER_AGREES)
    person.save(update_fields=["phone", "assurance_level"])
    Authenticator.objects.filter(user=account).delete()  # they proved who they are; the old devices did not
    _open(actor, account, closure, way="registered")
    return account


@transaction.atomic
def bring_back(actor: Actor, *, account_id: UUID) -> Account | None:
    """Open an account again that was closed for good, for its owner, whose name and number were proved anew.

    None while signing in is enough to open it (:func:`reopen`), and when it was not closed by its owner.
    """
    account = Account.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(pk=account_id)
    closure = account.closures.filter(state__in=_LIVE).first()
    if account.is_active or closure is None:
        return None
    if closure.state == _State.PENDING and closure.erase_after > timezone.now():
        return None
    _open(actor, account, closure, way="vouched_for")
    return account


def _open(actor: Actor, account: Account, closure: AccountClosure, *, way: str) -> None:
    person = _person_of(account)
    account.is_active = True
    if person.phone:
        index = crypto.blind_index(person.phone, purpose=PHONE)
        is_free = not Account.objects.filter(phone_index=index).exists()
        account.phone_index = index if is_free else None  # released, it may be somebody else's by now
    account.save(update_fields=["is_active", "phone_index"])
    Person.objects.filter(pk=person.pk).update(locked_at=None)
    closure.state, closure.ended_at = _State.REOPENED, timezone.now()
    closure.save(update_fields=["state", "ended_at", "updated_at"])
    events.record(codes.ACCOUNT_REOPENED, actor=actor, subject_id=account.pk, holder_id=person.pk, way=way)


def _person_of(account: Account) -> Person:
    if account.person is None:
        raise RuntimeError("only a person closes an account; staff accounts are ended by their department")
    return account.person


def expire_due(*, now: dt.datetime) -> int:
    """Finish closures whose days for a change of mind are over; returns how many."""
    due = AccountClosure.objects.filter(state=_State.PENDING, erase_after__lte=now)
    return for_each(list(due.values_list("pk", flat=True)), _finish)


@transaction.atomic
def _finish(closure_id: UUID) -> bool:
    """Erase what no law keeps: password, second factors, drafts, and documents that no case uses."""
    closure = AccountClosure.objects.get(pk=closure_id)
    account = Account.objects.select_for_update(no_key=True).get(pk=closure.account_id)
    closure.refresh_from_db()
    if closure.state != _State.PENDING:  # opened again meanwhile
        return False
    party = Party.objects.select_related("person").get(pk=_person_of(account).pk)
    Authenticator.objects.filter(user=account).delete()
    account.set_unusable_password()
    account.save(update_fields=["password"])
    closure.erased = hooks.erase_of(party)
    closure.state, closure.ended_at = _State.DONE, timezone.now()
    closure.save()
    events.record(codes.ACCOUNT_ERASED, actor=SYSTEM, subject_id=account.pk, holder_id=party.pk, erased=closure.erased)
    return True
