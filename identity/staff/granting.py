"""Guardian grants mirror the active post and role, and nothing else. This is the one place that writes them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Permission as PermissionRow
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from guardian.models import UserObjectPermission

from common import events
from identity import events as codes
from identity.actor import Actor
from identity.models import Account, Department, PostHolding
from identity.permissions import ROLE_PERMISSIONS
from identity.staff.current import current

_Grant = tuple[str, str]  # (permission's codename, department's key as text)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What was added to and taken from one account's grants."""

    account: Account
    added: int
    removed: int


def mirror(account: Account) -> Change:
    """Make the grants of one account equal to what its active post gives; the caller holds the account's lock."""
    holding = next(iter(_active([account])), None)
    have = {grant: pk for (_user, grant), pk in _present([account]).items()}
    return _bring_in_line(account, _wanted(holding), have)


def sync_all(actor: Actor) -> list[Change]:
    """Bring every account in line with ``ROLE_PERMISSIONS`` (after an upgrade); returns what changed, audited.

    Five queries for each five hundred accounts where nothing changes.
    """
    changes: list[Change] = []
    last = None
    while True:
        accounts = Account.objects.filter(is_staff_member=True).order_by("pk")
        chunk = list((accounts.filter(pk__gt=last) if last else accounts)[:_CHUNK])
        if not chunk:
            return changes
        last = chunk[-1].pk
        changes += [_sync(actor, account) for account in _out_of_line(chunk)]


def _out_of_line(accounts: list[Account]) -> list[Account]:
    wanted = {account.pk: set[_Grant]() for account in accounts}
    wanted |= {holding.account_id: _wanted(holding) for holding in _active(accounts)}
    have: dict[object, set[_Grant]] = {account.pk: set() for account in accounts}
    for user, grant in _present(accounts):
        have[user].add(grant)
    return [account for account in accounts if wanted[account.pk] != have[account.pk]]


@transaction.atomic
def _sync(actor: Actor, account: Account) -> Change:
    change = mirror(Account.objects.select_for_update(no_key=True).get(pk=account.pk))
    if change.added or change.removed:
        events.record(
            codes.GRANTS_SYNCED, actor=actor, subject_id=account.pk, added=change.added, removed=change.removed
        )
    return change


def _active(accounts: Iterable[Account]) -> Iterable[PostHolding]:
    holdings = current(PostHolding.objects.filter(account__in=list(accounts), is_active=True))
    return holdings.select_related("post").prefetch_related("post__serves")


def _wanted(holding: PostHolding | None) -> set[_Grant]:
    if holding is None:
        return set()
    departments = {str(holding.post.department_id), *(str(served.pk) for served in holding.post.serves.all())}
    return {(permission.value, key) for permission in ROLE_PERMISSIONS[holding.role] for key in departments}


def _present(accounts: Iterable[Account]) -> dict[tuple[object, _Grant], int]:
    rows = UserObjectPermission.objects.filter(
        user__in=list(accounts), content_type=ContentType.objects.get_for_model(Department)
    )
    return {
        (user, (codename, key)): pk
        for pk, user, codename, key in rows.values_list("pk", "user_id", "permission__codename", "object_pk")
    }


def _bring_in_line(account: Account, wanted: set[_Grant], have: dict[_Grant, int]) -> Change:
    extra = [pk for grant, pk in have.items() if grant not in wanted]
    missing = wanted - have.keys()
    if extra:
        UserObjectPermission.objects.filter(pk__in=extra).delete()
    if missing:
        kind = ContentType.objects.get_for_model(Department)
        rows = PermissionRow.objects.filter(content_type=kind, codename__in={name for name, _key in missing})
        keys = dict(rows.values_list("codename", "pk"))
        UserObjectPermission.objects.bulk_create(
            UserObjectPermission(user=account, permission_id=keys[name], content_type=kind, object_pk=key)
            for name, key in missing
        )
    return Change(account, len(missing), len(extra))
