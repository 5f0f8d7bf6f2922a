"""Regions, departments and posts: opened, changed, closed when nothing is open in them."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from common import events
from common.errors import Forbidden
from identity import events as codes
from identity import rules as formats
from identity.actor import Actor
from identity.models import Account, Department, Post, PostHolding, Region
from identity.permissions import Permission
from identity.staff import errors, listeners, rules
from identity.staff.current import hold
from identity.staff.granting import mirror

Place = Region | Department | Post


@transaction.atomic
def save_region(actor: Actor, *, code: str, name: str, level: int, parent: Region | None = None) -> Region:
    """Create or change a region, known by its code (GB/T 2260, GB/T 10114 below the county).

    ``level`` is a :class:`Region.Level`. Saving the same again changes nothing. For the system, and for whoever
    manages a department in the region above. Raises :class:`Forbidden` or :class:`StaffInvalid`.
    """
    if not rules.is_system(actor):
        _require_departments(actor)
        if parent is None:
            raise Forbidden
        rules.require_region(actor, parent)
        _check_code(code, level, parent)
    region = Region.objects.select_for_update().filter(code=code).first() or Region(code=code)
    if not region._state.adding and not rules.is_system(actor):
        rules.require_region(actor, region)
    if _take(region, name=_named(name, 60), level=level, parent=parent):
        hold(actor)
        events.record(codes.REGION_SAVED, actor=actor, subject_id=region.pk, code=code)
    return region


def _check_code(code: str, level: int, parent: Region) -> None:
    problems = rules.region_problems(code, level, parent_code=parent.code, parent_level=parent.level)
    if problems:
        raise errors.StaffInvalid(fields=problems)


@transaction.atomic
def save_department(actor: Actor, *, uscc: str, name: str, short_name: str, region: Region) -> Department:
    """Create or change a department, known by its USCC. Raises :class:`UsccInvalid`, :class:`Forbidden`.

    An administrator may change those they manage, and open new ones in regions at or below their own; the post in
    which they act serves a new one from then on.
    """
    code = formats.normal_uscc(uscc)
    department = Department.objects.select_for_update().filter(uscc=code).first() or Department(uscc=code)
    is_new = department._state.adding
    if not rules.is_system(actor):
        _require_departments(actor)
        rules.require_region(actor, region)
        if not is_new:
            rules.require_in(actor, [department.pk])
    if _take(department, name=_named(name, 100), short_name=_named(short_name, 50, "short_name"), region=region):
        events.record(codes.DEPARTMENT_SAVED, actor=actor, subject_id=department.pk, uscc=code)
    if is_new and actor.post_id is not None:
        _serve(actor, Post.objects.get(pk=actor.post_id), [*_served(actor.post_id), department])
    hold(actor)
    return department


@transaction.atomic
def save_post(actor: Actor, *, department: Department, name: str) -> Post:
    """Create a post of a department, known by its name there, which serves that department."""
    rules.require_in(actor, [department.pk])
    post, is_new = Post.objects.get_or_create(department=department, name=_named(name, 50))
    if is_new:
        post.serves.add(department)
        hold(actor)
        events.record(codes.POST_SAVED, actor=actor, subject_id=post.pk, name=name)
    return post


@transaction.atomic
def rename_post(actor: Actor, *, post: Post, name: str) -> Post:
    """Give a post another name. Raises :class:`StaffInvalid` when the department has one of that name."""
    rules.require_in(actor, [post.department_id])
    text = _named(name, 50)
    if Post.objects.filter(department_id=post.department_id, name=text).exclude(pk=post.pk).exists():
        raise errors.StaffInvalid(fields={"name": _("本部门已经有叫这个名字的岗位。")})
    if _take(post, name=text):
        hold(actor)
        events.record(codes.POST_SAVED, actor=actor, subject_id=post.pk, name=text)
    return post


@transaction.atomic
def set_served_departments(actor: Actor, *, post: Post, departments: Iterable[Department]) -> None:
    """Set the bodies a post acts for and bring the grants of its holders in line.

    Whoever adds a department must manage staff there; their own post is not theirs to widen. Raises
    :class:`Forbidden` or :class:`BeyondOwnRights`.
    """
    rules.require_in(actor, [post.department_id])
    wanted = list(departments)
    changed = {row.pk for row in wanted} ^ set(post.serves.values_list("pk", flat=True))
    if changed and not rules.is_system(actor):
        if PostHolding.objects.filter(account_id=actor.known_account_id, post=post, ended_at__isnull=True).exists():
            raise errors.OwnAccount
        if not changed <= actor.departments(Permission.MANAGE_STAFF):
            raise errors.BeyondOwnRights
    _serve(actor, post, wanted)


def _serve(actor: Actor, post: Post, departments: list[Department]) -> None:
    locked = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    wanted = {department.pk for department in departments}
    if wanted == {department.pk for department in locked.serves.all()}:
        return
    locked.serves.set(departments)
    events.record(codes.POST_SERVES, actor=actor, subject_id=locked.pk, departments=sorted(str(pk) for pk in wanted))
    holders = PostHolding.objects.filter(post=locked, is_active=True).values_list("account_id", flat=True)
    for account in Account.objects.filter(pk__in=list(holders)).order_by("pk").select_for_update(no_key=True):
        mirror(account)
    hold(actor)


def _served(post_id: UUID) -> list[Department]:
    return list(Post.objects.get(pk=post_id).serves.all())


@transaction.atomic
def close_place(actor: Actor, *, place: Place) -> None:
    """Take a region, department or post out of use. Raises :class:`PlaceInUse` while something is open in it."""
    _require_place(actor, place)
    locked = type(place)._default_manager.select_for_update().get(pk=place.pk)
    what = _still_open(locked) or listeners.still_open(locked)
    if what:
        raise errors.PlaceInUse(what=what)
    if locked.is_active:
        _take(locked, is_active=False)
        hold(actor)
        events.record(codes.PLACE_CLOSED, actor=actor, subject_id=locked.pk, kind=_kind(locked))


@transaction.atomic
def open_place(actor: Actor, *, place: Place) -> None:
    """Put a closed region, department or post back in use."""
    _require_place(actor, place)
    locked = type(place)._default_manager.select_for_update().get(pk=place.pk)
    if not locked.is_active:
        _take(locked, is_active=True)
        hold(actor)
        events.record(codes.PLACE_OPENED, actor=actor, subject_id=locked.pk, kind=_kind(locked))


def _require_place(actor: Actor, place: Place) -> None:
    if isinstance(place, Region):
        _require_departments(actor)
        rules.require_region(actor, place)
    else:
        rules.require_in(actor, [place.pk if isinstance(place, Department) else place.department_id])


def _require_departments(actor: Actor) -> None:
    if not rules.is_system(actor) and not actor.departments(Permission.MANAGE_STAFF):
        raise Forbidden


def _still_open(place: Place) -> str:
    if isinstance(place, Region):
        is_busy = place.children.filter(is_active=True).exists() or place.departments.filter(is_active=True).exists()
        return _("在用的下级地区或部门") if is_busy else ""
    live = PostHolding.objects.filter(ended_at__isnull=True)
    if isinstance(place, Department):
        return _("在用的岗位") if place.posts.filter(is_active=True).exists() else ""
    return _("在岗的人员") if live.filter(post=place).exists() else ""


def _kind(place: Place) -> str:
    return place._meta.model_name or ""


def _named(name: str, limit: int, field: str = "name") -> str:
    text = name.strip()
    if not text or len(text) > limit or not text.isprintable():
        raise errors.StaffInvalid(
            fields={field: _("请填写名称，不超过 %(limit)s 个字，不能有控制字符。") % {"limit": limit}}
        )
    return text


def _take(row: Place, **values: object) -> bool:
    """Save the row with these values if it is new or any differs; tell whether it was."""
    if not row._state.adding and all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return True
