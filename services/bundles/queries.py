"""Reads of bundles: what is offered, one bundle, its plan, and what editors see."""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from identity.actor import Actor
from identity.models import Region
from identity.permissions import Permission
from identity.reviewing import steps as reviewing
from identity.reviewing.states import OPEN_VERSIONS, PUBLIC_VERSIONS, VersionAction, VersionState
from services.bundles.content import BundleContent, MemberPart, describe
from services.bundles.errors import BundleNotFound, BundleVersionNotFound, RegionUnknownHere
from services.bundles.planning import Plan, make_plan
from services.models import Bundle, BundleVersion, CatalogueStep, DirectoryEntry, ServiceItem
from services.rules import normal_situation
from services.standing import as_of as item_as_of

_UP = "parent__parent__parent__parent"
_SHORTEST = 2  # characters that must agree for a search to name a bundle
_FOUND = 3


def as_of(bundle: Bundle, today: dt.date) -> Bundle:
    """Let a bundle, in memory only, say what is decided for ``today``; one query while something is due, else none."""
    if bundle.due_on is None or bundle.due_on > today:
        return bundle
    version = due_version(bundle, today)
    if version:
        version.bundle = bundle
        bundle.current, bundle.name = version, version.name
    return bundle


def due_version(bundle: Bundle, today: dt.date) -> BundleVersion | None:
    """The approved version whose day has come, unless another one was published since it was drafted."""
    waiting = bundle.versions.filter(state=VersionState.APPROVED, published_at__isnull=False, effective_on__lte=today)
    return waiting.filter(base=bundle.current_id).order_by("-version").first()


def _offered(bundle: Bundle, today: dt.date) -> bool:
    current = as_of(bundle, today).current
    return current is not None and (current.ends_on is None or current.ends_on > today)


def offered() -> list[Bundle]:
    """Bundles offered today, by life event and name, with version, department and region (one query)."""
    today = timezone.localdate()
    rows = Bundle.objects.filter(Q(current__isnull=False) | Q(due_on__lte=today))
    rows = rows.select_related("current", "department", "region").order_by("name")
    return [bundle for bundle in rows if _offered(bundle, today)]


def find(text: str) -> list[Bundle]:
    """Offered bundles whose name or everyday names stand in the text or hold it (one query, none for short texts)."""
    asked = _plain(text)
    if len(asked) < _SHORTEST:
        return []
    scored = [(_closeness(asked, bundle.current), bundle) for bundle in offered() if bundle.current]
    best = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].name))
    return [bundle for _score, bundle in best[:_FOUND]]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if not char.isspace()).removesuffix("一件事")


def _closeness(asked: str, version: BundleVersion) -> int:
    """How many characters of a name agree with what was asked; 0 for none."""
    best = 0
    for name in map(_plain, [version.name, *version.synonyms]):
        if len(name) >= _SHORTEST and (name in asked or asked in name):
            best = max(best, min(len(name), len(asked)))
    return best


def get_offered(code: str) -> Bundle:
    """Return a bundle offered today with its version's members; raises :class:`BundleNotFound`."""
    rows = Bundle.objects.select_related("current", "department", f"region__{_UP}")
    bundle = rows.filter(code=code).first() if code.isprintable() else None
    if bundle is None or not _offered(bundle, timezone.localdate()):
        raise BundleNotFound
    return bundle


def content_of(version: BundleVersion) -> BundleContent:
    """What a version says (one query for its members)."""
    prefetch_related_objects([version], "members")
    return describe(version)


def region_of(bundle: Bundle, code: str = "") -> Region:
    """The region a plan is for: the one named, else the bundle's; raises :class:`RegionUnknownHere`."""
    if not code:
        return bundle.region
    region = Region.objects.select_related(_UP).filter(code=code).first() if code.isprintable() else None
    if region is None:
        raise RegionUnknownHere(fields={"region": RegionUnknownHere.message})
    return region


def chain_of(region: Region) -> list[Region]:
    """A region and those above it, the nearest first (load the parents)."""
    found: list[Region] = []
    step: Region | None = region
    while step:
        found.append(step)
        step = step.parent
    return found


def implementations(entries: Iterable[UUID], region: Region) -> dict[UUID, ServiceItem]:
    """Who serves the region: by entry the item at the nearest level, one in use before any other (one query).

    Items that are paused or cancelled are among the answers where nothing else is there: look at ``state``.
    """
    near = {one.pk: distance for distance, one in enumerate(chain_of(region))}
    rows = ServiceItem.objects.filter(entry__in=list(entries), region__in=list(near), current__isnull=False)
    rows = rows.filter(handle_code=None).select_related("current__result_type", "department", "region", "entry")
    today = timezone.localdate()
    found: dict[UUID, tuple[Any, ServiceItem]] = {}
    for row in rows:
        item = item_as_of(row, today)
        is_closed = item.state != ServiceItem.State.ACTIVE
        rank = (is_closed, near[item.region_id], -item.popularity, item.pk)
        if item.entry_id and (item.entry_id not in found or rank < found[item.entry_id][0]):
            found[item.entry_id] = (rank, item)
    return {entry: item for entry, (_rank, item) in found.items()}


def load_parts(items: Iterable[ServiceItem]) -> None:
    """Load what plans and checks read of the items' versions (three queries)."""
    versions = [item.current for item in items if item.current]
    prefetch_related_objects(versions, "situations", "materials__satisfied_by")


def plan(content: BundleContent, raw: Mapping[str, Any], region: Region) -> Plan:
    """Plan a bundle's content for answers (four queries); raises ``SituationInvalid`` for an answer not offered."""
    answers = normal_situation(content.questions, raw)
    return make_plan(content, answers, open_items(content.members, region))


def open_items(members: Sequence[MemberPart], region: Region) -> dict[str, ServiceItem]:
    """The items in use that serve the region, by member key, with their parts (four queries)."""
    found = implementations([member.entry_id for member in members], region)
    in_use = {entry: item for entry, item in found.items() if item.state == ServiceItem.State.ACTIVE}
    load_parts(in_use.values())
    return {member.key: in_use[member.entry_id] for member in members if member.entry_id in in_use}


# What editors see.


def for_staff(actor: Actor) -> QuerySet[Bundle]:
    """Bundles as staff list them: published ones, and every one their post manages."""
    if not actor.is_staff:
        return Bundle.objects.none()
    managed = actor.departments(Permission.MANAGE_ITEMS)
    rows = Bundle.objects.filter(Q(current__isnull=False) | Q(department__in=managed))
    return rows.select_related("current", "department", "region").order_by("name", "id")


def get_for_staff(actor: Actor, bundle_id: UUID) -> Bundle:
    """Return a bundle to staff; raises :class:`BundleNotFound`."""
    bundle = for_staff(actor).filter(pk=bundle_id).select_related(f"region__{_UP}").first()
    if bundle is None:
        raise BundleNotFound
    return bundle


def may_manage(actor: Actor, bundle: Bundle) -> bool:
    """Whether the post manages it: the lead department's post does."""
    return actor.may(Permission.MANAGE_ITEMS, bundle.department_id)


def versions_of(bundle: Bundle) -> list[BundleVersion]:
    """All versions, newest first, with who did what (two queries)."""
    history = Prefetch("history", CatalogueStep.objects.select_related("account"))
    rows = bundle.versions.select_related("author", "reviewed_by", "published_by").prefetch_related(history)
    return list(rows.order_by("-version"))


def get_version(actor: Actor, bundle: Bundle, number: int) -> BundleVersion:
    """One version for those who manage the bundle, a public one for all staff; :class:`BundleVersionNotFound`."""
    version = bundle.versions.filter(version=number).first() if number < 2**31 else None
    if version is None or not (may_manage(actor, bundle) or version.state in PUBLIC_VERSIONS):
        raise BundleVersionNotFound
    version.bundle = bundle
    return version


def steps_for(actor: Actor, version: BundleVersion) -> list[VersionAction]:
    """The steps this actor may take: a review is for those who had no hand in it (history loaded)."""
    if not may_manage(actor, version.bundle):
        return []
    return [one for one in reviewing.steps_for(actor, version) if one != VersionAction.EDIT]


def is_open(version: BundleVersion) -> bool:
    """Whether it is still being written or reviewed."""
    return version.state in OPEN_VERSIONS


@dataclass(frozen=True, slots=True)
class EntryChoice:
    """A directory entry to pick for a bundle, with the name of who implements it where the bundle counts."""

    entry: DirectoryEntry
    item: ServiceItem | None


def entries_named(entry_ids: Iterable[UUID]) -> dict[UUID, DirectoryEntry]:
    """Directory entries by id (one query)."""
    return DirectoryEntry.objects.in_bulk(list(entry_ids))


def find_entries(bundle: Bundle, text: str, *, taken: Iterable[UUID] = (), limit: int = 20) -> list[EntryChoice]:
    """Entries by a part of their name or their code, those implemented in the bundle's region (two queries)."""
    near = [region.pk for region in chain_of(bundle.region)]
    term = text.strip()
    rows = DirectoryEntry.objects.filter(items__region__in=near, items__current__isnull=False)
    if term:
        rows = rows.filter(Q(name__icontains=term) | Q(catalog_code=term))
    entries = list(rows.exclude(pk__in=list(taken)).distinct().order_by(F("name"))[:limit])
    items = implementations([entry.pk for entry in entries], bundle.region)
    return [EntryChoice(entry, items.get(entry.pk)) for entry in entries]
