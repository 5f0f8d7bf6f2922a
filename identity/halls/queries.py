"""Reads of halls."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from common.errors import Forbidden
from identity.actor import Actor
from identity.halls.errors import HallNotFound
from identity.models import Department, Hall, Region
from identity.permissions import Permission


def kept_departments(actor: Actor) -> QuerySet[Department]:
    """Departments whose halls the post looks after; raises :class:`Forbidden` when there is none."""
    kept = actor.departments(Permission.MANAGE_ITEMS)
    if not kept:
        raise Forbidden
    return Department.objects.filter(pk__in=kept, is_active=True).select_related("region").order_by("uscc")


def kept_halls(actor: Actor, *, text: str = "") -> QuerySet[Hall]:
    """The halls of those departments, in use first; ``text`` is a part of a name or an address."""
    if not actor.departments(Permission.MANAGE_ITEMS):
        raise Forbidden
    halls = Hall.objects.filter(department_id__in=actor.departments(Permission.MANAGE_ITEMS))
    if term := text.strip().replace("\x00", ""):
        halls = halls.filter(name__icontains=term) | halls.filter(address__icontains=term)
    return halls.select_related("department", "region").order_by("-is_active", "name", "pk")


def get_kept_hall(actor: Actor, hall_id: UUID) -> Hall:
    """One of those halls; raises :class:`HallNotFound`."""
    try:
        hall = kept_halls(actor).filter(pk=hall_id).first()
    except ValidationError as error:
        raise HallNotFound from error
    if hall is None:
        raise HallNotFound
    return hall


def halls_near(region: Region) -> QuerySet[Hall]:
    """Halls in use of the same city, for an item of any of its departments: one hall serves many bodies."""
    return Hall.objects.filter(is_active=True, region__code__startswith=region.code[:4]).order_by("name", "pk")


def halls_by_id(ids: Iterable[UUID]) -> dict[UUID, Hall]:
    """Halls in use, by id."""
    return Hall.objects.filter(is_active=True).in_bulk(list(ids))


def regions_for(actor: Actor) -> QuerySet[Region]:
    """Regions a hall of theirs may stand in: those of the departments and below them in the same city."""
    prefixes = {code[:4] for code in kept_departments(actor).values_list("region__code", flat=True)}
    regions = Region.objects.none()
    for prefix in sorted(prefixes):
        regions = regions | Region.objects.filter(is_active=True, code__startswith=prefix)
    return regions.order_by("code")
