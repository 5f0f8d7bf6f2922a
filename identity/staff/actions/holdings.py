"""Posts people hold: given, switched between, handed to a substitute for a while, and ended."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from identity import events as codes
from identity.account_actions import end_all_sessions
from identity.actor import Actor
from identity.models import Account, Post, PostHolding
from identity.staff import errors, rules
from identity.staff.current import current, hold
from identity.staff.granting import mirror

LONGEST_ABSENCE = dt.timedelta(days=366)


@transaction.atomic
def assign_post(
    actor: Actor,
    *,
    account: Account,
    post: Post,
    role: str,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> PostHolding:
    """Give an account a post in a role, besides those it holds; the first one becomes the active one.

    For the system, and for whoever manages staff in the post's department. Raises :class:`Forbidden`,
    :class:`OwnAccount`, :class:`BeyondOwnRights`, :class:`AccountDisabled`, :class:`StaffInvalid` or
    :class:`AlreadyHeld`.
    """
    rules.require_may_give(actor, post, role)
    if account.pk == actor.account_id:
        raise errors.OwnAccount
    locked = rules.lock_account(account.pk)
    if not locked.is_active:
        raise errors.AccountDisabled
    post = Post.objects.select_for_update(of=("self",), no_key=True).select_related("department").get(pk=post.pk)
    if not (post.is_active and post.department.is_active):
        raise errors.StaffInvalid(fields={"post": _("这个岗位已经停用。")})
    day = starts_on or timezone.localdate()
    if ends_on and ends_on < max(day, timezone.localdate()):
        raise errors.StaffInvalid(fields={"ends_on": _("结束日期不能早于开始日期，也不能早于今天。")})
    try:
        with transaction.atomic():
            holding = PostHolding.objects.create(
                account=locked, post=post, role=role, starts_on=day, ends_on=ends_on, is_active=False
            )
    except IntegrityError as error:
        raise errors.AlreadyHeld from error
    events.record(codes.POST_ASSIGNED, actor=actor, subject_id=locked.pk, role=role, post=str(post.pk))
    _settle(locked)
    hold(actor)  # after the locks of accounts, here and below: docs/adr/0018
    return holding


@transaction.atomic
def switch_post(actor: Actor, *, holding_id: UUID) -> PostHolding:
    """Act in another post one holds, from now on; grants follow. Raises :class:`HoldingEnded`."""
    account = rules.lock_account(actor.known_account_id)
    holding = current(PostHolding.objects.filter(account=account, pk=holding_id)).first()
    if holding is None:
        raise errors.HoldingEnded
    if not holding.is_active:
        _activate(account, holding)
        events.record(codes.POST_SWITCHED, actor=actor, subject_id=account.pk, post=str(holding.post_id))
    return holding


@transaction.atomic
def name_substitute(
    actor: Actor, *, holding_id: UUID, substitute: Account, starts_on: dt.date, ends_on: dt.date
) -> PostHolding:
    """Let somebody act in a holding's post while its holder is absent, from a day to a day.

    The holder may name a colleague of the same department, except for an administrator's post; whoever manages staff
    there may name anybody but themselves. Raises :class:`StaffNotFound`, :class:`StaffInvalid` or a refusal of
    :mod:`identity.staff.rules`.
    """
    absent = PostHolding.objects.select_related("post", "account").filter(pk=holding_id).first()
    if absent is None:
        raise errors.StaffNotFound
    is_own = absent.account_id == actor.account_id
    if not is_own:
        rules.require_may_give(actor, absent.post, absent.role)
    elif absent.role == PostHolding.Role.ADMINISTRATOR:
        raise errors.BeyondOwnRights
    if substitute.pk == actor.account_id:
        raise errors.OwnAccount
    _lock_accounts([absent.account_id, substitute.pk])
    absent.refresh_from_db()
    substitute.refresh_from_db()
    _check_absence(absent, substitute, starts_on, ends_on)
    if is_own and not _works_in(substitute, absent.post.department_id):
        raise errors.StaffInvalid(fields={"substitute": _("只能请本部门的同事代理；其他人请管理员安排。")})
    holding = PostHolding.objects.create(
        account=substitute,
        post=absent.post,
        role=absent.role,
        starts_on=starts_on,
        ends_on=ends_on,
        is_active=False,
        substitute_for=absent,
    )
    hold(actor)
    events.record(
        codes.SUBSTITUTE_NAMED,
        actor=actor,
        subject_id=substitute.pk,
        post=str(absent.post_id),
        instead_of=str(absent.account_id),
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
    )
    return holding


def _check_absence(absent: PostHolding, substitute: Account, starts_on: dt.date, ends_on: dt.date) -> None:
    today = timezone.localdate()
    wrong: dict[str, str] = {}
    if absent.ended_at or absent.substitute_for_id or (absent.ends_on and absent.ends_on < ends_on):
        wrong["ends_on"] = _("这项任职在那之前就结束，或者本身就是代理，不能再请人代理。")
    if starts_on < today or ends_on < starts_on or ends_on - starts_on > LONGEST_ABSENCE:
        wrong["ends_on"] = _("代理从今天或以后的一天开始，最长一年，结束日期不早于开始日期。")
    if not (substitute.is_active and substitute.is_staff_member) or substitute.pk == absent.account_id:
        wrong["substitute"] = _("代理人要是另一位在用账号的工作人员。")
    overlapping = absent.substitutes.filter(
        account=substitute, ended_at__isnull=True, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    if not wrong and overlapping.exists():
        wrong["starts_on"] = _("这段时间已经请这个人代理。")
    if wrong:
        raise errors.StaffInvalid(fields=wrong)


def _works_in(account: Account, department_id: UUID) -> bool:
    holdings = current(PostHolding.objects.filter(account=account, substitute_for__isnull=True))
    return holdings.filter(post__department_id=department_id).exists()


@transaction.atomic
def end_holding(actor: Actor, *, holding_id: UUID, why: str) -> PostHolding:
    """End a holding at once, with the substitutes in it; its holder is signed out everywhere.

    For the system, for whoever manages staff in the post's department, and a substitution also for the holder who
    named it. ``why`` is written down. Raises :class:`HoldingEnded`, :class:`LastAdministrator` or a refusal of
    :mod:`identity.staff.rules`.
    """
    holding = PostHolding.objects.select_related("post", "account", "substitute_for").filter(pk=holding_id).first()
    if holding is None:
        raise errors.StaffNotFound
    is_own_substitute = holding.substitute_for is not None and holding.substitute_for.account_id == actor.account_id
    if not is_own_substitute:
        rules.require_in(actor, [holding.post.department_id])
        if holding.account_id == actor.account_id:
            raise errors.OwnAccount
    if not why.strip():
        raise errors.StaffInvalid(fields={"why": _("请写明原因。")})
    substitutes = list(PostHolding.objects.filter(substitute_for=holding, ended_at__isnull=True))
    accounts = _lock_accounts([holding.account_id, *(row.account_id for row in substitutes)])
    holding.refresh_from_db()
    if holding.ended_at:
        raise errors.HoldingEnded
    rules.keep_an_administrator([holding])
    hold(actor)
    for row in [holding, *substitutes]:
        _end(actor, row, accounts[row.account_id], why=why.strip()[:200])
    return holding


def _end(actor: Actor, holding: PostHolding, account: Account, *, why: str) -> None:
    today = timezone.localdate()
    was_active, holding.is_active, holding.ended_at = holding.is_active, False, timezone.now()
    holding.ends_on = min(holding.ends_on or today, max(today, holding.starts_on))
    holding.save()
    events.record(
        codes.POST_ENDED, actor=actor, subject_id=account.pk, role=holding.role, post=str(holding.post_id), why=why
    )
    _settle(account)
    if was_active:
        end_all_sessions(actor, account_id=account.pk)


@transaction.atomic
def fall_back(actor: Actor, *, account: Account) -> bool:
    """When the active holding has run out (or none is), act in another one held today; tells whether there is one."""
    return _settle(rules.lock_account(account.pk))


def end_due(actor: Actor, *, holding_id: UUID) -> bool:
    """Write down that a holding whose last day is past is over, and its substitutes with it; True when it was."""
    rules.require_system(actor)
    today = timezone.localdate()
    with transaction.atomic():
        due = PostHolding.objects.filter(pk=holding_id, ended_at__isnull=True, ends_on__lt=today).first()
        if due is None:
            return False
        rows = [due, *PostHolding.objects.filter(substitute_for=due, ended_at__isnull=True)]
        accounts = _lock_accounts(row.account_id for row in rows)
        for row in rows:
            row.refresh_from_db()
            if row.ended_at is None:
                _end(actor, row, accounts[row.account_id], why="term")
        return True


def _lock_accounts(ids: Iterable[UUID]) -> dict[UUID, Account]:
    rows = Account.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(no_key=True)
    return {account.pk: account for account in rows}


def _settle(account: Account) -> bool:
    """Leave one holding of today active, an own one rather than a substitute's; the caller holds the lock."""
    holdings = current(PostHolding.objects.filter(account=account))
    holding = holdings.filter(is_active=True).first() or holdings.filter(substitute_for__isnull=True).first()
    if holding is None or not holding.is_active:
        _activate(account, holding)
    else:
        mirror(account)
    return holding is not None


def _activate(account: Account, holding: PostHolding | None) -> None:
    PostHolding.objects.filter(account=account, is_active=True).update(is_active=False)
    if holding is not None:
        holding.is_active = True
        holding.save(update_fields=["is_active", "updated_at"])
    mirror(account)
