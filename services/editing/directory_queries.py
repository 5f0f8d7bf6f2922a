"""Reads of the directory: the list, an entry with its versions, who implements it and who does not yet."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from identity.actor import Actor
from identity.models import Department, Region
from identity.permissions import Permission
from identity.reviewing import steps as reviewing
from identity.reviewing.states import OPEN_VERSIONS, PUBLIC_VERSIONS, VersionAction, VersionState
from services.codes import UseLevel
from services.descriptions import PREFETCH, describe
from services.editing.basics import differing
from services.editing.errors import EntryNotFound
from services.editing.labels import field_label
from services.errors import VersionNotFound
from services.models import CatalogueStep, DirectoryEntry, DirectoryVersion, ItemVersion, ServiceItem
from services.states import Standing

_PEOPLE = ("author", "submitted_by", "reviewed_by", "published_by")
_MOST_COMPARED = 200  # implementations that a page compares with the entry


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """What the list is narrowed to; empty values do not narrow. ``state`` is a standing, ``bare`` or ``review``."""

    text: str = ""
    item_type: str = ""
    department_id: UUID | None = None
    industry: str = ""  # the two characters of the central guiding department
    state: str = ""


def entries(actor: Actor, wanted: EntryFilter) -> QuerySet[DirectoryEntry]:
    """Entries by code with ``implementations`` (in use or paused) counted, for staff; nobody else sees the directory.

    ``text`` is a part of a name, or the beginning of the national or the local code.
    """
    if not actor.is_staff:
        return DirectoryEntry.objects.none()
    rows = DirectoryEntry.objects.all()
    if term := wanted.text.strip().replace("\x00", ""):
        code = Q(catalog_code__startswith=term.upper()) | Q(local_catalog_code__istartswith=term)
        rows = rows.filter(code | Q(name__icontains=term))
    if wanted.item_type:
        rows = rows.filter(item_type=wanted.item_type)
    if wanted.department_id:
        rows = rows.filter(department_id=wanted.department_id)
    if wanted.industry:
        rows = rows.filter(catalog_code__regex=f"^.{{4}}{wanted.industry}")
    if wanted.state == "bare":
        rows = rows.filter(current=None)
    elif wanted.state == "review":
        waiting = DirectoryVersion.objects.filter(entry=OuterRef("pk"), state=VersionState.IN_REVIEW)
        rows = rows.filter(Exists(waiting), _managed(actor))
    elif wanted.state:
        rows = rows.filter(state=wanted.state, current__isnull=False)
    counted = (
        ServiceItem.objects.filter(entry=OuterRef("pk"), current__isnull=False)
        .exclude(state=Standing.CANCELLED)
        .order_by()
        .values("entry")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        rows.annotate(implementations=Coalesce(Subquery(counted), 0))
        .select_related("department", "current")
        .order_by("catalog_code")
    )


def _managed(actor: Actor) -> Q:
    mine = actor.departments(Permission.MANAGE_ITEMS)
    return Q(department_id__in=mine) | Q(department=None) if mine else Q(pk=None)


def guiding_departments() -> QuerySet[Department]:
    """The departments that guide entries, by name."""
    guides = DirectoryEntry.objects.filter(department=OuterRef("pk"))
    return Department.objects.filter(Exists(guides)).order_by("name")


def may_write(actor: Actor) -> bool:
    """Whether the post manages items anywhere, so that it may begin an entry."""
    return bool(actor.departments(Permission.MANAGE_ITEMS))


def may_manage_entry(actor: Actor, entry: DirectoryEntry) -> bool:
    """Whether the post may write and review this entry."""
    if entry.department_id is None:
        return may_write(actor)
    return actor.may(Permission.MANAGE_ITEMS, entry.department_id)


def get_entry(actor: Actor, entry_id: UUID) -> DirectoryEntry:
    """Return an entry to staff; raises :class:`EntryNotFound` for others."""
    rows = DirectoryEntry.objects.select_related("current", "department", "parent")
    entry = rows.filter(pk=entry_id).first() if actor.is_staff else None
    if entry is None:
        raise EntryNotFound
    return entry


def find_entry(actor: Actor, entry_id: str) -> DirectoryEntry | None:
    """The entry with this id as typed in an address; None for anything else."""
    try:
        return get_entry(actor, UUID(entry_id)) if entry_id else None
    except (ValueError, ValidationError, EntryNotFound):
        return None


def versions_of_entry(actor: Actor, entry: DirectoryEntry) -> list[DirectoryVersion]:
    """Versions, newest first, with who did what (two queries); drafts for those who manage the entry only."""
    history = Prefetch("history", CatalogueStep.objects.select_related("account"))
    rows = entry.versions.select_related(*_PEOPLE).prefetch_related(history)
    if not may_manage_entry(actor, entry):
        rows = rows.filter(state__in=PUBLIC_VERSIONS)
    found = list(rows)
    for row in found:
        row.entry = entry
    return found


def get_entry_version(actor: Actor, entry: DirectoryEntry, number: int) -> DirectoryVersion:
    """One version of an entry; what is not published is known to its managers only; :class:`VersionNotFound`."""
    rows = entry.versions.select_related(*_PEOPLE)
    version = rows.filter(version=number).first()
    if version is None or (version.state not in PUBLIC_VERSIONS and not may_manage_entry(actor, entry)):
        raise VersionNotFound
    version.entry = entry
    return version


def entry_steps_for(actor: Actor, version: DirectoryVersion) -> list[VersionAction]:
    """The steps of the table that this actor may take on a directory version (history prefetched or loaded)."""
    if not may_manage_entry(actor, version.entry):
        return []
    return reviewing.steps_for(actor, version)


def implementations(entry: DirectoryEntry) -> QuerySet[ServiceItem]:
    """Items that implement the entry, by region and department; 业务办理项 after the item they belong to."""
    rows = ServiceItem.objects.filter(entry=entry).select_related("region", "current__directory_version")
    return rows.order_by("region__level", "region__code", "department_name", "task_code", "handle_code", "id")


@dataclass(frozen=True, slots=True)
class Moved:
    """What the entry in force means for one implementation: the elements that differ, and its open draft if any."""

    item: ServiceItem
    fields: tuple[str, ...]
    is_level_wrong: bool
    draft: int | None


def moved_by_entry(entry: DirectoryEntry, items: list[ServiceItem]) -> list[Moved]:
    """Compare implementations in force with the entry in force (a fixed number of queries for a page)."""
    version = entry.current
    living = [one for one in items if one.current_id and one.state != Standing.CANCELLED][:_MOST_COMPARED]
    if version is None or not living:
        return []
    drafts = ItemVersion.objects.filter(state__in=OPEN_VERSIONS).only("item_id", "version")
    loaded = {
        row.pk: row
        for row in ServiceItem.objects.filter(pk__in=[one.pk for one in living])
        .select_related("current")
        .prefetch_related(*(f"current__{name}" for name in PREFETCH), Prefetch("versions", drafts, to_attr="drafts"))
    }
    found = []
    for one in living:
        row = loaded[one.pk]
        if row.current is None:
            continue
        content = describe(row.current)
        fields = tuple(field_label(name) for name in differing(content, version, keeps_name=bool(one.handle_code)))
        is_wrong = not set(content.use_level.split("^")) <= set(version.use_levels)
        if fields or is_wrong:
            draft = next((draft.version for draft in row.drafts), None)
            found.append(Moved(one, fields, is_wrong, draft))
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """At one level of exercise: how many regions there are, and in how many of them somebody implements the entry."""

    level: UseLevel
    regions: int
    done: int

    @property
    def missing(self) -> int:
        """In how many nobody does."""
        return self.regions - self.done


def coverage(entry: DirectoryEntry) -> list[Coverage]:
    """How far the entry is implemented at each level where it may be exercised (one query)."""
    levels = _levels(entry)
    if not levels:
        return []
    regions = Region.objects.filter(level__in=[int(one) - 1 for one in levels], is_active=True)
    counts = {
        row["level"]: row
        for row in regions.order_by()
        .values("level")
        .annotate(all=Count("pk"), done=Count("pk", filter=Exists(_living_items(entry))))
    }
    rows = ((one, counts.get(int(one) - 1, {"all": 0, "done": 0})) for one in levels)
    return [Coverage(one, row["all"], row["done"]) for one, row in rows if row["all"]]


def missing_regions(entry: DirectoryEntry, level: str = "") -> QuerySet[Region]:
    """Regions where the entry may be exercised and nobody implements it yet, by code."""
    levels = [one for one in _levels(entry) if not level or one == level]
    regions = Region.objects.filter(level__in=[int(one) - 1 for one in levels], is_active=True)
    return regions.filter(~Exists(_living_items(entry))).select_related("parent").order_by("level", "code")


def _living_items(entry: DirectoryEntry) -> QuerySet[ServiceItem]:
    return ServiceItem.objects.filter(entry=entry, region=OuterRef("pk")).exclude(state=Standing.CANCELLED)


def _levels(entry: DirectoryEntry) -> list[UseLevel]:
    """The levels that regions of this portal can have: province to village (行使层级 counts from the state)."""
    if entry.current is None:
        return []
    return [UseLevel(one) for one in entry.current.use_levels if one in "23456"]


def usable_entries(actor: Actor, text: str) -> QuerySet[DirectoryEntry]:
    """Entries from which an item can be added now, found by name or code: in force, in use, without 子项."""
    rows = entries(actor, EntryFilter(text=text, state=Standing.ACTIVE))
    return rows.exclude(catalog_code__endswith="00Y").filter(parts=None)


def managed_departments(actor: Actor, *, also: UUID | None = None) -> QuerySet[Department]:
    """The bodies for which the post may add items, in service (or ``also``), by region and name."""
    mine = actor.departments(Permission.MANAGE_ITEMS)
    rows = Department.objects.filter(Q(pk__in=mine, is_active=True) | Q(pk=also))
    return rows.select_related("region").order_by("region__code", "name")
