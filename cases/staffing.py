"""What open work depends on whom: read when somebody leaves a post, or a department or post is to be closed."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Branch, Case
from cases.states import OPEN_STATES
from identity.actor import Actor
from identity.models import Account, Department, Post, PostHolding, Region
from identity.permissions import ROLE_PERMISSIONS, Permission
from identity.staff.current import current

_REVIEWING = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.REVIEW in permissions]


def holders_of(post_id: UUID, *, without: UUID | None = None) -> list[PostHolding]:
    """Who holds a post now with the right to review, other than ``without`` (an account)."""
    rows = current(PostHolding.objects.filter(post_id=post_id, role__in=_REVIEWING, account__is_active=True))
    rows = rows.exclude(account_id=without) if without else rows
    return list(rows.select_related("account"))


@dataclass(frozen=True, slots=True)
class Handover:
    """The open reviews of one post that somebody holds, and where they can go.

    ``others`` are the names of whoever else holds the post now: with one of them nothing needs to move.
    """

    post: Post
    branches: list[Branch]
    others: list[str]
    targets: QuerySet[Post]


def waiting_with(actor: Actor, account: Account, *, limit: int = 200) -> list[Handover]:
    """Open reviews that wait for the posts of an account (held now, or last before it left), in managed departments.

    Four queries and one for each post.
    """
    managed = actor.departments(Permission.MANAGE_STAFF)
    posts = Post.objects.filter(holdings__account=account, holdings__role__in=_REVIEWING, department_id__in=managed)
    return [_of_post(account, post, limit) for post in posts.distinct().select_related("department")]


def _of_post(account: Account, post: Post, limit: int) -> Handover:
    rows = open_branches().filter(post=post).select_related("case__item_version", "stage").order_by("due_on", "pk")
    held = current(PostHolding.objects.filter(role__in=_REVIEWING, account__is_active=True)).exclude(account=account)
    targets = (
        Post.objects.filter(Exists(held.filter(post=OuterRef("pk"))), department_id=post.department_id, is_active=True)
        .exclude(pk=post.pk)
        .order_by("name")
    )
    others = [holding.account.staff_name for holding in holders_of(post.pk, without=account.pk)]
    return Handover(post, list(rows[:limit]), others, targets.select_related("department"))


def open_branches() -> QuerySet[Branch]:
    """Branches that still need an opinion, now or when their turn comes, of cases that are not finished."""
    return Branch.objects.filter(state__in=[Branch.State.OPEN, Branch.State.WAITING], case__state__in=OPEN_STATES)


def still_open(place: Region | Department | Post) -> str:
    """What keeps a department or post open: cases in it or reviews with it, in plain words; '' for nothing."""
    if isinstance(place, Department):
        cases = Case.objects.filter(Q(department=place) & Q(state__in=OPEN_STATES))
        is_busy = cases.exists() or open_branches().filter(department=place).exists()
        return _("没办完的办件") if is_busy else ""
    if isinstance(place, Post):
        return _("没办完的审查") if open_branches().filter(post=place).exists() else ""
    return ""
