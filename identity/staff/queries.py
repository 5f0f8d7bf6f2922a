"""Reads about staff and places, each within what the actor's post manages."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from common.errors import Forbidden
from common.models import AuditEvent
from identity import events as codes
from identity.actor import Actor
from identity.models import Account, Department, Post, PostHolding, Region, StaffImport
from identity.permissions import Permission
from identity.staff import errors
from identity.staff.current import current


def managed(actor: Actor) -> frozenset[UUID]:
    """The departments where the actor manages staff; raises :class:`Forbidden` when there is none."""
    departments = actor.departments(Permission.MANAGE_STAFF)
    if not departments:
        raise Forbidden
    return departments


def staff_list(
    actor: Actor, *, department_id: UUID | None = None, state: str = "", text: str = ""
) -> QuerySet[Account]:
    """Staff who work (or worked last) in the managed departments, by number; three queries for a page.

    ``state`` is active, closed, without (a post) or empty for all; ``text`` is a part of a name or a number's start.
    """
    wanted = managed(actor)
    if department_id is not None:
        wanted &= {department_id}
    live = PostHolding.objects.filter(ended_at__isnull=True)
    held = PostHolding.objects.filter(account=OuterRef("pk"), post__department_id__in=wanted)
    rows = Account.objects.filter(Exists(held), is_staff_member=True).order_by("username")
    has_live = Exists(live.filter(account=OuterRef("pk")))
    if state == "active":
        rows = rows.filter(has_live, is_active=True)
    elif state == "closed":
        rows = rows.filter(is_active=False)
    elif state == "without":
        rows = rows.filter(~has_live, is_active=True)
    if term := text.strip().replace("\x00", ""):
        rows = rows.filter(Q(username__istartswith=term) | Q(staff_name__icontains=term))
    posts = live.select_related("post__department", "substitute_for__account").order_by("-is_active", "pk")
    return rows.prefetch_related(Prefetch("holdings", posts, to_attr="live_holdings"))


def get_staff(actor: Actor, account_id: UUID) -> Account:
    """One member of staff with every holding, within the managed departments; raises :class:`StaffNotFound`."""
    holdings = PostHolding.objects.select_related("post__department", "substitute_for__account").order_by("-pk")
    found = (
        Account.objects.filter(pk=account_id, is_staff_member=True, holdings__post__department_id__in=managed(actor))
        .distinct()
        .prefetch_related(Prefetch("holdings", holdings, to_attr="all_holdings"))
        .first()
    )
    if found is None:
        raise errors.StaffNotFound
    return found


def find_staff(number: str) -> Account | None:
    """The account with this staff number, whatever its department: substitutes may come from anywhere."""
    return Account.objects.filter(username=number.strip().replace("\x00", ""), is_staff_member=True).first()


def history(account: Account) -> QuerySet[AuditEvent]:
    """What was recorded about an account's posts and sign-in, newest first."""
    return AuditEvent.objects.filter(subject_kind="account", subject_id=str(account.pk)).order_by("-pk")


def last_sign_ins(account: Account, *, limit: int = 5) -> list[AuditEvent]:
    """The newest sign-ins of an account."""
    return list(history(account).filter(code=codes.SIGNED_IN.code)[:limit])


def own_holdings(actor: Actor) -> list[PostHolding]:
    """What the actor may act in today, the active one first."""
    rows = current(PostHolding.objects.filter(account_id=actor.known_account_id))
    return list(rows.select_related("post__department", "substitute_for__account").order_by("-is_active", "pk"))


def own_substitutes(actor: Actor) -> list[PostHolding]:
    """Who stands in for the actor, now or later."""
    rows = PostHolding.objects.filter(substitute_for__account_id=actor.known_account_id, ended_at__isnull=True)
    return list(rows.select_related("account", "post__department").order_by("starts_on", "pk"))


def colleagues(actor: Actor) -> QuerySet[Account]:
    """Staff of the department in which the actor acts now, who could stand in."""
    rows = current(PostHolding.objects.filter(post__department=actor.department_id, substitute_for__isnull=True))
    return (
        Account.objects.filter(pk__in=rows.values("account_id"), is_active=True)
        .exclude(pk=actor.known_account_id)
        .order_by("username")
    )


def holdings_due() -> list[UUID]:
    """Holdings whose last day is past and whose end is not written down yet."""
    due = PostHolding.objects.filter(ended_at__isnull=True, ends_on__lt=timezone.localdate())
    return list(due.order_by("pk").values_list("pk", flat=True))


def managed_departments(actor: Actor) -> QuerySet[Department]:
    """The departments where the actor manages staff, closed ones too, by region."""
    posts = Prefetch("posts", Post.objects.order_by("name"))
    rows = Department.objects.filter(pk__in=managed(actor)).select_related("region").prefetch_related(posts)
    return rows.order_by("region__code", "uscc")


def managed_posts(actor: Actor) -> QuerySet[Post]:
    """The posts in use of those departments."""
    rows = Post.objects.filter(department_id__in=managed(actor), is_active=True, department__is_active=True)
    return rows.select_related("department").order_by("department__region__code", "department__uscc", "name")


def get_department(actor: Actor, department_id: UUID) -> Department:
    """A managed department with its posts; raises :class:`PlaceNotFound`."""
    found = managed_departments(actor).filter(pk=department_id).first()
    if found is None:
        raise errors.PlaceNotFound
    return found


def get_post(actor: Actor, post_id: UUID) -> Post:
    """A post of a managed department; raises :class:`PlaceNotFound`."""
    posts = Post.objects.filter(pk=post_id, department_id__in=managed(actor)).select_related("department")
    found = posts.prefetch_related("serves").first()
    if found is None:
        raise errors.PlaceNotFound
    return found


def get_region(actor: Actor, region_id: UUID) -> Region:
    """A region by id, for those who manage staff; raises :class:`PlaceNotFound`."""
    managed(actor)
    found = Region.objects.select_related("parent").filter(pk=region_id).first()
    if found is None:
        raise errors.PlaceNotFound
    return found


def find_region(actor: Actor, code: str) -> Region | None:
    """The region with this code, for those who manage staff; None for none."""
    managed(actor)
    return Region.objects.select_related("parent__parent__parent").filter(code=code[:12].replace("\x00", "")).first()


def regions_under(actor: Actor, parent: Region | None) -> list[Region]:
    """The regions right below ``parent`` (None: the highest), by code."""
    managed(actor)
    return list(Region.objects.filter(parent=parent).order_by("code"))


def departments_in(actor: Actor, region: Region) -> list[Department]:
    """The managed departments of a region, by code."""
    return list(managed_departments(actor).filter(region=region))


def all_regions(actor: Actor) -> QuerySet[Region]:
    """Every region in use, to choose from."""
    managed(actor)
    return Region.objects.filter(is_active=True).order_by("code")


def imports(actor: Actor) -> QuerySet[StaffImport]:
    """The actor's own imports, newest first: a sheet may name people of departments others do not manage."""
    managed(actor)
    return StaffImport.objects.filter(made_by_id=actor.account_id)


def get_import(actor: Actor, import_id: UUID) -> StaffImport:
    """One of the actor's own imports; raises :class:`PlaceNotFound`."""
    found = imports(actor).filter(pk=import_id).first()
    if found is None:
        raise errors.PlaceNotFound
    return found
