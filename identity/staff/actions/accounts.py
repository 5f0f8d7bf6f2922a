"""Staff sign-ins: opened, enrolled by the person themselves, closed, opened again, reset."""

import datetime as dt
import secrets
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import crypto, events
from identity import events as codes
from identity.account_actions import end_all_sessions
from identity.actor import Actor
from identity.models import Account, EnrolmentCode, Post, PostHolding
from identity.staff import errors, rules
from identity.staff.actions.holdings import assign_post
from identity.staff.current import current, hold

ENROLMENT_HOURS = 72
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
_LENGTH = 16  # 80 bits
_PURPOSE = "identity.enrolment"


@transaction.atomic
def open_staff_account(actor: Actor, *, staff_number: str, name: str, password: str | None) -> Account:
    """Open a staff sign-in (None: no password yet); system only. Rights come from posts (:func:`assign_post`)."""
    rules.require_system(actor)
    return _open(actor, staff_number=staff_number, name=name, password=password)


@transaction.atomic
def appoint(
    actor: Actor,
    *,
    staff_number: str,
    name: str,
    post: Post,
    role: str,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Account:
    """Open the sign-in of a new member of staff with a first post; they set their password themselves.

    Raises :class:`StaffInvalid`, :class:`NumberTaken` or what :func:`assign_post` raises.
    """
    rules.require_may_give(actor, post, role)
    account = _open(actor, staff_number=staff_number, name=name, password=None)
    assign_post(actor, account=account, post=post, role=role, starts_on=starts_on, ends_on=ends_on)
    return account


def _open(actor: Actor, *, staff_number: str, name: str, password: str | None) -> Account:
    number = staff_number.strip()
    wrong = {}
    if (problem := rules.number_problem(number)) is not None:
        wrong["staff_number"] = problem
    if (problem := rules.name_problem(name)) is not None:
        wrong["name"] = problem
    if wrong:
        raise errors.StaffInvalid(fields=wrong)
    taken = errors.NumberTaken(fields={"staff_number": errors.NumberTaken.message})
    if Account.objects.filter(username__iexact=number).exists():
        raise taken
    try:
        with transaction.atomic():
            account = Account.objects.create_account(
                username=number, password=password, staff_name=name.strip(), is_staff_member=True
            )
    except IntegrityError as error:
        raise taken from error
    events.record(codes.STAFF_OPENED, actor=actor, subject_id=account.pk, number=number)
    return account


@transaction.atomic
def rename(actor: Actor, *, account: Account, name: str) -> None:
    """Correct a member of staff's name; the same name changes nothing."""
    rules.require_manages(actor, account)
    if (problem := rules.name_problem(name)) is not None:
        raise errors.StaffInvalid(fields={"name": problem})
    locked = rules.lock_account(account.pk)
    if locked.staff_name != name.strip():
        locked.staff_name = name.strip()
        locked.save(update_fields=["staff_name"])
        hold(actor)
        events.record(codes.STAFF_RENAMED, actor=actor, subject_id=locked.pk)


@transaction.atomic
def issue_enrolment(actor: Actor, *, account: Account) -> str:
    """Make a one-time code, good for 72 hours, with which its holder sets a password; any earlier one ends.

    Returns the code, which is stored only as a keyed digest. Raises :class:`AccountDisabled` or a refusal of
    :mod:`identity.staff.rules`.
    """
    rules.require_manages(actor, account)
    locked = rules.lock_account(account.pk)
    if not locked.is_active:
        raise errors.AccountDisabled
    now = timezone.now()
    locked.enrolment_codes.filter(ended_at__isnull=True).update(ended_at=now)
    code = "".join(secrets.choice(_ALPHABET) for _place in range(_LENGTH))
    EnrolmentCode.objects.create(
        account=locked,
        digest=_digest(locked.pk, code),
        expires_at=now + dt.timedelta(hours=ENROLMENT_HOURS),
        made_by_id=actor.account_id,
    )
    hold(actor)
    events.record(codes.ENROLMENT_ISSUED, actor=actor, subject_id=locked.pk)
    return "-".join(code[start : start + 4] for start in range(0, _LENGTH, 4))


@transaction.atomic
def reset_sign_in(actor: Actor, *, account: Account) -> str:
    """Take away password and second factor, end every session, and return a code to enrol again."""
    rules.require_manages(actor, account)
    locked = rules.lock_account(account.pk)
    locked.set_unusable_password()
    locked.save(update_fields=["password"])
    Authenticator.objects.filter(user=locked).delete()
    end_all_sessions(actor, account_id=locked.pk)
    events.record(codes.SIGN_IN_RESET, actor=actor, subject_id=locked.pk)
    return issue_enrolment(actor, account=locked)


def enrol(actor: Actor, *, staff_number: str, code: str, password: str) -> Account:
    """Set one's own password with an enrolment code, which is used up.

    Raises :class:`EnrolmentWrong` without saying what is wrong, or :class:`StaffInvalid` for a weak password; a wrong
    code costs one of its ten tries, which is why this is no single transaction.
    """
    with transaction.atomic():
        found = (
            EnrolmentCode.objects.select_for_update(of=("self", "account"), no_key=True)
            .select_related("account")
            .filter(account__username=staff_number.strip(), ended_at__isnull=True, account__is_active=True)
            .first()
        )
        account = _use(found, code, password) if found else None
        if account is not None:
            events.record(codes.ENROLLED, actor=actor, subject_id=account.pk)
    if account is None:
        raise errors.EnrolmentWrong(fields={"code": errors.EnrolmentWrong.message})
    return account


def _use(found: EnrolmentCode, code: str, password: str) -> Account | None:
    now = timezone.now()
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    fits = secrets.compare_digest(_digest(found.account_id, typed), bytes(found.digest))
    if not fits or found.expires_at <= now:
        found.tries_left = max(found.tries_left - 1, 0)
        if not found.tries_left or found.expires_at <= now:
            found.ended_at = now
        found.save()
        return None
    account = found.account
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise errors.StaffInvalid(fields={"password": " ".join(error.messages)}) from error
    account.set_password(password)
    account.save(update_fields=["password"])
    found.ended_at, found.was_used = now, True
    found.save()
    return account


def _digest(account_id: UUID, code: str) -> bytes:
    return crypto.blind_index(f"{account_id}\x00{code}", purpose=_PURPOSE)


@transaction.atomic
def disable(actor: Actor, *, account: Account, reason: str) -> None:
    """Close a staff account: no sign-in, no session, no code. Its posts stay, for when it is opened again.

    Raises :class:`LastAdministrator` or a refusal of :mod:`identity.staff.rules`.
    """
    rules.require_manages(actor, account)
    if not reason.strip():
        raise errors.StaffInvalid(fields={"reason": _("请写明原因。")})
    locked = rules.lock_account(account.pk)
    if not locked.is_active:
        raise errors.AccountDisabled
    rules.keep_an_administrator(current(PostHolding.objects.filter(account=locked)).select_related("post"))
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    locked.enrolment_codes.filter(ended_at__isnull=True).update(ended_at=timezone.now())
    end_all_sessions(actor, account_id=locked.pk)
    hold(actor)
    events.record(codes.STAFF_DISABLED, actor=actor, subject_id=locked.pk, reason=reason.strip()[:200])


@transaction.atomic
def enable(actor: Actor, *, account: Account) -> None:
    """Open a closed staff account again; opening an open one changes nothing."""
    rules.require_manages(actor, account)
    locked = rules.lock_account(account.pk)
    if not locked.is_active:
        locked.is_active = True
        locked.save(update_fields=["is_active"])
        hold(actor)
        events.record(codes.STAFF_ENABLED, actor=actor, subject_id=locked.pk)
