"""What the filter of a list offers to choose from: what the departments that an actor sees have."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from identity.actor import Actor
from identity.models import Department
from identity.permissions import Permission
from services.models import ServiceItem

MOST = 500
_SEES = (Permission.COUNTER, Permission.DECIDE, Permission.SUPERVISE, Permission.REVIEW)


@dataclass(frozen=True, slots=True)
class Choices:
    """(key, name) of each, by name."""

    item: list[tuple[str, str]]
    department: list[tuple[str, str]]
    region: list[tuple[str, str]]
    post: list[tuple[str, str]]


def choices_for(actor: Actor) -> Choices:
    """The departments that an actor sees, with their regions, posts and items, 500 of each at most (two queries)."""
    seen = frozenset[UUID]().union(*(actor.departments(right) for right in _SEES))
    rows = (
        Department.objects.filter(pk__in=seen)
        .order_by("name")
        .values_list("pk", "short_name", "region_id", "region__name", "posts__pk", "posts__name", "posts__is_active")
    )
    departments: dict[str, str] = {}
    regions: dict[str, str] = {}
    posts: dict[str, str] = {}
    for pk, name, region, region_name, post, post_name, is_active in rows[:MOST]:
        departments[str(pk)] = name
        regions[str(region)] = region_name
        if is_active:
            posts[str(post)] = f"{name} {post_name}"
    reviewed = Q(current__route__department__in=actor.departments(Permission.REVIEW))
    items = ServiceItem.objects.filter(Q(department__in=seen) | reviewed).order_by("name").distinct()
    return Choices(
        [(str(pk), name) for pk, name in items.values_list("pk", "name")[:MOST]],
        list(departments.items()),
        list(regions.items()),
        list(posts.items()),
    )
