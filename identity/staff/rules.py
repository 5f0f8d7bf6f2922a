"""Who may arrange what: an administrator acts in the departments where the post gives ``manage_staff``, never on
themselves, and gives nobody more than they hold."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from common.errors import Forbidden
from identity.actions import require_system
from identity.actor import Actor, ActorKind
from identity.models import Account, Department, Post, PostHolding, Region
from identity.permissions import Permission
from identity.persons.documents import PROVINCES
from identity.staff import errors
from identity.staff.current import current

__all__ = [
    "covers",
    "is_system",
    "keep_an_administrator",
    "lock_account",
    "name_problem",
    "number_problem",
    "region_problems",
    "require_in",
    "require_manages",
    "require_may_give",
    "require_region",
    "require_system",
]
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,31}")


def is_system(actor: Actor) -> bool:
    """Whether the site itself acts."""
    return actor.kind == ActorKind.SYSTEM


def require_in(actor: Actor, departments: Iterable[UUID]) -> None:
    """Raise :class:`Forbidden` unless the actor manages staff in every one of these departments."""
    if is_system(actor):
        return
    for department_id in departments:
        actor.require(Permission.MANAGE_STAFF, department_id)


def covers(post: Post) -> set[UUID]:
    """The departments a post acts in: its own and those it serves."""
    return {post.department_id, *post.serves.values_list("pk", flat=True)}


def require_may_give(actor: Actor, post: Post, role: str) -> None:
    """A post is given by whoever manages its department; an administrator's only within what the giver manages.

    Raises :class:`Forbidden` or :class:`BeyondOwnRights`.
    """
    require_in(actor, [post.department_id])
    if is_system(actor) or role != PostHolding.Role.ADMINISTRATOR:
        return
    if not covers(post) <= actor.departments(Permission.MANAGE_STAFF):
        raise errors.BeyondOwnRights


def require_manages(actor: Actor, account: Account) -> None:
    """Raise :class:`StaffNotFound` or :class:`OwnAccount` unless this account is the actor's to arrange.

    It is when every department it works in now is managed by the actor; without a post, the last one's counts.
    """
    if is_system(actor):
        return
    if not account.is_staff_member:
        raise errors.StaffNotFound
    managed = actor.departments(Permission.MANAGE_STAFF)
    if not managed:
        raise Forbidden
    live = account.holdings.filter(ended_at__isnull=True, substitute_for__isnull=True)
    at = set(live.values_list("post__department_id", flat=True))
    if not at:
        last = account.holdings.order_by("-ended_at", "-pk").values_list("post__department_id", flat=True).first()
        at = {last} if last else set()
    if not at or not at & managed:
        raise errors.StaffNotFound
    if account.pk == actor.account_id:
        raise errors.OwnAccount
    if not at <= managed:
        raise errors.BeyondOwnRights


def require_region(actor: Actor, region: Region) -> None:
    """Raise :class:`Forbidden` unless the actor manages a department in this region or in one above it."""
    if is_system(actor):
        return
    managed = actor.departments(Permission.MANAGE_STAFF)
    own = set(Department.objects.filter(pk__in=managed).values_list("region_id", flat=True))
    place: Region | None = region
    while place is not None:
        if place.pk in own:
            return
        place = place.parent
    raise Forbidden


def keep_an_administrator(leaving: Iterable[PostHolding]) -> None:
    """Raise :class:`LastAdministrator` when a department would be left with nobody to administer it.

    Locks every administrator's holding, so that two administrators cannot remove each other at once. Substitutes do
    not count: they go. ``leaving`` are the holdings about to end.
    """
    gone = [holding for holding in leaving if holding.role == PostHolding.Role.ADMINISTRATOR]
    if not gone:
        return
    administrators = PostHolding.objects.filter(
        role=PostHolding.Role.ADMINISTRATOR, ended_at__isnull=True, substitute_for__isnull=True
    )
    locked = list(administrators.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    own = {holding.pk for holding in gone}
    staying = (
        current(PostHolding.objects.filter(pk__in=[pk for pk in locked if pk not in own], account__is_active=True))
        .filter(Q(ends_on__isnull=True))
        .select_related("post")
        .prefetch_related("post__serves")
    )
    covered: set[UUID] = set()
    for holding in staying:
        covered |= {holding.post.department_id, *(served.pk for served in holding.post.serves.all())}
    for holding in gone:
        if holding.substitute_for_id is not None:
            continue
        missing = covers(holding.post) - covered
        if missing:
            raise errors.LastAdministrator(department=Department.objects.get(pk=min(missing)).short_name)


def lock_account(account_id: UUID) -> Account:
    """Lock one account against other changes of its posts and sign-in, within the caller's transaction."""
    return Account.objects.select_for_update(no_key=True).get(pk=account_id)


def name_problem(name: str) -> str | None:
    """Say what is wrong with a member of staff's name, or None."""
    text = name.strip()
    if not text or len(text) > 60 or not text.isprintable() or text[0] in "=+-@":
        return _("请填写姓名，不超过 60 个字，不能有控制字符。")
    return None


def region_problems(code: str, level: int, *, parent_code: str, parent_level: int) -> dict[str, str]:
    """Say what is wrong with a region's code (GB/T 2260 to the county, GB/T 10114 below), by field; {} for nothing."""
    below_county = {Region.Level.TOWNSHIP: 9, Region.Level.VILLAGE: 12}
    if level not in Region.Level.values:
        return {"level": _("级别是 1 到 5：省、市、县、乡、村。")}
    is_number = code.isascii() and code.isdigit()
    if not is_number or len(code) != below_county.get(Region.Level(level), 6) or int(code[:2]) not in PROVINCES:
        return {"code": _("行政区划代码不对：县级以上 6 位，乡级 9 位，村级 12 位数字，前两位是省级代码。")}
    shape = 1 if code[2:] == "0000" else 2 if code[4:] == "00" else level
    if shape != level or (level <= Region.Level.CITY and shape == level and not code.endswith("00")):
        return {"level": _("级别和代码对不上：省级代码后四位是 0000，市级后两位是 00。")}
    if not parent_code:
        return {} if level == Region.Level.PROVINCE else {"parent": _("请填写上级地区。")}
    stem = parent_code
    if len(stem) == 6:
        stem = stem[:2] if stem.endswith("0000") else stem.removesuffix("00") if stem.endswith("00") else stem
    if code == parent_code or not code.startswith(stem):
        return {"code": _("这个代码不属于所选的上级地区。")}
    return {"level": _("级别要低于上级地区。")} if level <= parent_level else {}


def number_problem(number: str) -> str | None:
    """Say what is wrong with a staff number, or None. One that looks like a citizen's login would hide that citizen."""
    looks_like_a_login = (number.isdigit() and len(number) == 11) or re.fullmatch(r"[0-9]{17}[0-9Xx]", number)
    if not NUMBER.fullmatch(number) or looks_like_a_login:
        return _("工号由 3 到 32 个字母、数字、短横或下划线组成，不能像手机号或身份证号。")
    return None
