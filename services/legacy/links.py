"""Old links: which function one was for, which items do it now, and how often it is followed."""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from identity.actor import Actor
from services.legacy.rules import plain_link, words_of
from services.legacy.states import LEADING_PLANS, Decision
from services.models import LegacyFunction, LegacyLink, ServiceItem

_COUNT = """
INSERT INTO services_legacyvisit (function_id, day, count) VALUES (%s, %s, 1)
ON CONFLICT (function_id, day) DO UPDATE SET count = services_legacyvisit.count + 1
"""


@dataclass(frozen=True, slots=True)
class Landing:
    """Where an old link leads. ``items`` is empty until the app's plan is agreed and an item confirmed.

    ``words`` are what somebody who stands before nothing may want to search for.
    """

    function: LegacyFunction | None
    items: list[ServiceItem]
    words: str


def resolve(address: str) -> Landing:
    """Find an old address: with its query, without it, or the address that the function has here.

    One query for an unknown one, three for one that leads on.
    """
    link = plain_link(address)
    bare = link.partition("?")[0]
    function = _by_link(link, bare) or (_by_slug(bare) if bare and "/" not in bare else None)
    if function is None:
        return Landing(None, [], words_of(link))
    return Landing(function, _items(function), function.name)


def _by_link(link: str, bare: str) -> LegacyFunction | None:
    rows = LegacyLink.objects.filter(path__in={link, bare} - {""}).select_related("function__app__plan")
    found = {row.path: row.function for row in rows}
    return found.get(link) or found.get(bare)


def _by_slug(slug: str) -> LegacyFunction | None:
    return LegacyFunction.objects.select_related("app__plan").filter(slug=slug).first()


def _items(function: LegacyFunction) -> list[ServiceItem]:
    plan = function.app.plan
    if plan is None or plan.state not in LEADING_PLANS or plan.decision == Decision.KEEP:
        return []
    items = ServiceItem.objects.filter(legacy_mappings__function=function, current__isnull=False)
    return list(items.order_by("name", "id"))


def count_visit(actor: Actor, *, function: LegacyFunction | None) -> None:
    """Count that a link was followed today, known or not: a number for the day and nothing about who.

    Staff who try a link are not counted.
    """
    if actor.is_staff:
        return
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [function.pk if function else None, timezone.localdate()])
