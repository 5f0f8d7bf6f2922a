"""Reads of the catalogue: items, guides, search and the browse lists."""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from common.written import Given, Written, belonging, written
from identity.actor import Actor
from identity.models import Region
from identity.permissions import Permission
from identity.reviewing.states import PUBLIC_VERSIONS
from services import codes, themes, tokens
from services import search as index
from services.errors import ImportBatchNotFound, ItemNotFound, VersionNotFound
from services.models import (
    Faq,
    FeeItem,
    ImportBatch,
    ItemVersion,
    LegalBasis,
    MaterialRequirement,
    ReviewStage,
    ServiceItem,
    Situation,
)
from services.searching.listing import ListedItem, listed
from services.standing import as_of

PAGE_SIZE = 20
_LAST_PAGE = 500
_CODE = re.compile(r"(?=[A-Za-z0-9._-]*[0-9])[A-Za-z0-9._-]{6,100}")  # letters alone are words or pinyin

Choice = tuple[str, str, int]  # key, label, how many items


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything the guide page of an item shows; nothing in it queries again."""

    item: ServiceItem
    version: ItemVersion
    legal_bases: list[LegalBasis]
    materials: list[MaterialRequirement]  # with ``satisfied_by`` loaded
    fees: list[FeeItem]
    faqs: list[Faq]
    situations: list[Situation]
    route: list[ReviewStage]  # with department and post loaded
    themes: list[str]
    audience: list[str]

    @property
    def is_free(self) -> bool:
        """Whether nothing is charged."""
        return not self.fees


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of a search. ``facets``: department, theme, audience, type, level → choices by count.

    ``words`` are the query's words for marking; ``is_relaxed`` says that guesses are among the items, and
    ``did_you_mean`` which words were probably meant.
    """

    items: list[ListedItem]
    total: int
    facets: Mapping[str, list[Choice]]
    page: int
    pages: int
    words: tuple[str, ...]
    is_relaxed: bool
    did_you_mean: str


def published_items() -> QuerySet[ServiceItem]:
    """Items in use that have a published version, with version, department and region loaded."""
    return ServiceItem.objects.filter(state=ServiceItem.State.ACTIVE, current__isnull=False).select_related(
        "current", "department", "region"
    )


# Columns of a version by which a case is handled; the others are described to people and to other systems.
_ACTED_ON = {
    *("id", "updated_at", "item", "version", "state", "name", "cancel_on", "is_applicable_online", "audience"),
    *("project_type", "statutory_days", "statutory_unit", "promise_days", "promise_unit", "assurance_level"),
    *("open_from_age", "steps", "result_kind", "result_name", "result_type", "registers", "replaces"),
    *("renew_before_days", "hall_place", "consult_phone", "quota_order"),
}


def only_described(path: str) -> list[str]:
    """What a case does without of the version at ``path``, to be deferred: two columns in three."""
    return [f"{path}__{one.name}" for one in ItemVersion._meta.concrete_fields if one.name not in _ACTED_ON]


def get_item(item_id: UUID | str) -> ServiceItem:
    """Return an item that is in use or paused today, with the version in force (one query).

    Raises :class:`ItemNotFound`.
    """
    return _not_cancelled(get_known_item(item_id))


def get_item_to_apply(item_id: UUID | str) -> ServiceItem:
    """As :func:`get_item`, with what a case needs to know of the version and without what is around the item."""
    return _not_cancelled(_known(_to_apply, item_id))


@written
def _to_apply(item_id: Given) -> QuerySet[ServiceItem]:
    items = ServiceItem.objects.select_related("current").defer(*only_described("current"))
    return items.filter(pk=item_id).order_by()


def get_known_item(item_id: UUID | str) -> ServiceItem:
    """Return an item that was ever published, cancelled ones too, as it stands today; :class:`ItemNotFound`."""
    return _known(_with_surroundings, item_id)


@written
def _with_surroundings(item_id: Given) -> QuerySet[ServiceItem]:
    items = ServiceItem.objects.select_related("current__result_type", "department", "region", "entry")
    return items.filter(pk=item_id).order_by()


def _not_cancelled(item: ServiceItem) -> ServiceItem:
    if item.state == ServiceItem.State.CANCELLED:
        raise ItemNotFound
    return item


def _known(items: Written[ServiceItem], item_id: UUID | str) -> ServiceItem:
    try:
        item = as_of(items.get(UUID(str(item_id))), timezone.localdate())
    except (ServiceItem.DoesNotExist, ValueError) as error:
        raise ItemNotFound from error
    if item.current is None:
        raise ItemNotFound
    return item


def get_public_version(code: str, number: int) -> tuple[ServiceItem, Guide]:
    """Return what a published version of an item says or said, for ever and for everybody.

    ``code`` is the item's national or local code, or its id where it has neither in a form fit for an address.
    Raises :class:`ItemNotFound` or :class:`VersionNotFound`.
    """
    items = ServiceItem.objects.select_related("current", "department", "region", "entry")
    wanted = Q(task_code=code) | Q(handle_code=code) | Q(local_code=code)
    with contextlib.suppress(ValueError):
        wanted |= Q(pk=UUID(code))
    item = items.filter(wanted).filter(current__isnull=False).first() if code.isprintable() and code else None
    if item is None:
        raise ItemNotFound
    item = as_of(item, timezone.localdate())
    return item, version_guide(item, number)


def get_version(version_id: UUID | str) -> ItemVersion:
    """Return a version, retired ones too (a running case keeps its own), with its parts; :class:`VersionNotFound`."""
    try:
        return _with_parts(ItemVersion.objects.select_related("item__department", "item__region", "result_type")).get(
            pk=version_id
        )
    except (ItemVersion.DoesNotExist, ValidationError) as error:
        raise VersionNotFound from error


def find_item_by_code(code: str) -> ServiceItem | None:
    """Find an item by its 31- or 33-character code or its local code."""
    items = published_items()
    national = items.filter(Q(task_code=code) | Q(handle_code=code)).first()
    return national or (items.filter(local_code=code).first() if code else None)


def find_any_item_by_code(code: str) -> ServiceItem | None:
    """Find an item by any of its codes, whatever its state: one that is not published yet, too."""
    if not code:
        return None
    wanted = Q(task_code=code) | Q(handle_code=code) | Q(local_code=code)
    return ServiceItem.objects.filter(wanted).first()


def names_by_code(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of items, by the code that :attr:`ServiceItem.code` gives; unknown codes are left out."""
    wanted = list(codes)
    items = ServiceItem.objects.filter(Q(task_code__in=wanted) | Q(handle_code__in=wanted) | Q(local_code__in=wanted))
    return {item.code: item.name for item in items.only("task_code", "handle_code", "local_code", "name")}


def is_open(item: ServiceItem) -> bool:
    """Tell whether an item takes applications here now, by what is decided for today."""
    item = as_of(item, timezone.localdate())
    version = item.current
    is_taken = item.state == ServiceItem.State.ACTIVE and item.department_id is not None
    return is_taken and version is not None and version.is_applicable_online


def guide(item: ServiceItem) -> Guide:
    """Load what the guide page of an item from :func:`get_item` shows (eight queries whatever its size)."""
    if item.current_id is None:
        raise ItemNotFound
    version = _with_parts(ItemVersion.objects.select_related("result_type")).get(pk=item.current_id)
    return _guide(item, version)


def version_guide(item: ServiceItem, number: int) -> Guide:
    """Load what one version of an item says, an earlier one too; raises :class:`VersionNotFound`."""
    versions = _with_parts(ItemVersion.objects.select_related("result_type"))
    version = versions.filter(item=item, version=number, state__in=PUBLIC_VERSIONS).first()
    if version is None:
        raise VersionNotFound
    return _guide(item, version)


def any_version_guide(version: ItemVersion) -> Guide:
    """Load what any version says, drafts too, for those who write them."""
    loaded = _with_parts(ItemVersion.objects.select_related("result_type")).get(pk=version.pk)
    return _guide(version.item, loaded)


def _guide(item: ServiceItem, version: ItemVersion) -> Guide:
    version.item = item
    return Guide(
        item=item,
        version=version,
        legal_bases=list(version.legal_bases.all()),
        materials=list(version.materials.all()),
        fees=list(version.fees.all()),
        faqs=list(version.faqs.all()),
        situations=list(version.situations.all()),
        route=list(version.route.all()),
        themes=[themes.theme_label(key) for key in theme_keys(version)],
        audience=[_audience_label(code) for code in version.audience],
    )


def theme_keys(version: ItemVersion) -> list[str]:
    """Return the theme keys of a version: ``p`` or ``o`` and the code."""
    return [f"p{code}" for code in version.themes_person] + [f"o{code}" for code in version.themes_org]


def _with_parts(versions: QuerySet[ItemVersion]) -> QuerySet[ItemVersion]:
    route = ReviewStage.objects.select_related("department", "post")
    return versions.prefetch_related(
        "legal_bases", "materials__satisfied_by", "fees", "faqs", "situations", Prefetch("route", route)
    )


def search(
    q: str,
    *,
    department: str | None = None,
    theme: str | None = None,
    audience: str | None = None,
    item_type: str | None = None,
    online: bool | None = None,
    region: str | None = None,
    level: int | None = None,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> SearchResult:
    """Search published items; three queries for what is found by its words, five where guessing was needed.

    ``department`` is a department name, ``theme`` a key like ``p010``, ``audience`` and ``item_type`` codes; an
    unknown value finds nothing. ``region`` is the code of where somebody lives: each thing is shown at the nearest
    level that offers it; without it, at the highest. ``level`` keeps one level (:class:`Region.Level`).
    An empty ``q`` lists all by popularity. ``page`` starts at 1 and is brought into range. A whole item code finds
    that item.
    """
    filters = index.Filters(department, theme, audience, item_type, online, region, level)
    coded = find_item_by_code(q.strip().upper()) or find_item_by_code(q.strip()) if _CODE.fullmatch(q.strip()) else None
    if coded:
        return SearchResult(listed([coded.pk]), 1, _facets({}), 1, 1, (), is_relaxed=False, did_you_mean="")
    page = max(1, min(page, _LAST_PAGE))
    hits = index.find(q, filters, limit=page_size, offset=(page - 1) * page_size)
    pages = max(1, -(-hits.found.total // page_size))
    if page > pages:
        page = pages
        hits = index.find(q, filters, limit=page_size, offset=(page - 1) * page_size)
    return SearchResult(
        items=listed(hits.found.ids),
        total=hits.found.total,
        facets=_facets(hits.found.counts),
        page=page,
        pages=pages,
        words=tokens.query_terms(q),
        is_relaxed=hits.is_relaxed,
        did_you_mean=hits.did_you_mean,
    )


def _facets(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[Choice]]:
    types, levels = dict(codes.ItemType.choices), dict(Region.Level.choices)
    labels: dict[str, Callable[[str], str]] = {
        "department": str,
        "theme": themes.theme_label,
        "audience": _audience_label,
        "type": lambda code: str(types.get(code, code)),
        "level": lambda level: str(levels.get(int(level), level)),
    }
    return {
        facet: sorted(
            ((key, label(key), count) for key, count in counts.get(facet, {}).items()),
            key=lambda choice: (-choice[2], choice[0]),
        )
        for facet, label in labels.items()
    }


def _audience_label(code: str) -> str:
    return str(dict(codes.Audience.choices).get(code, code))


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A sort of document that items ask for; ``is_self_made`` tells grade D from C."""

    key: str
    name: str
    is_self_made: bool


def document_kinds() -> list[DocumentKind]:
    """The sorts of document that published items ask people to hand in, by name (one query)."""
    asked = MaterialRequirement.objects.filter(version__state=ItemVersion.State.PUBLISHED).exclude(kind="")
    kinds: dict[str, DocumentKind] = {}
    for material in asked.only("kind", "name", "source_type", "fresh_days").order_by("kind", "name"):
        kinds.setdefault(material.kind, DocumentKind(material.kind, material.name, material.is_self_made))
    return sorted(kinds.values(), key=lambda kind: kind.name)


def situations_of(version: ItemVersion) -> list[Situation]:
    """The guiding questions of a version in their order; no query where they were prefetched."""
    if "situations" in getattr(version, "_prefetched_objects_cache", {}):
        return list(version.situations.all())
    return belonging(_situations(version.pk), version=version)


@written
def _situations(version_id: Given) -> QuerySet[Situation]:
    return Situation.objects.filter(version_id=version_id)


def items_for_staff(actor: Actor, *, managed_only: bool = False, text: str = "") -> QuerySet[ServiceItem]:
    """Items as staff list them, by department: all in use or paused, and every one the post manages.

    ``text`` is a whole item code, or a part of an item's or a department's name. Others than staff: none.
    """
    if not actor.is_staff:
        return ServiceItem.objects.none()
    managed = actor.departments(Permission.MANAGE_ITEMS)
    published = Q(current__isnull=False) & ~Q(state=ServiceItem.State.CANCELLED)
    items = ServiceItem.objects.filter(published | Q(department_id__in=managed))  # new and cancelled ones too
    if managed_only:
        items = items.filter(department_id__in=managed)
    term = text.strip()
    if term:
        code = Q(task_code=term.upper()) | Q(handle_code=term.upper()) | Q(local_code=term)
        items = items.filter(code | Q(name__icontains=term) | Q(department_name__icontains=term))
    return items.select_related("current", "department", "region").order_by("department_name", "name", "id")


def versions_of(item: ServiceItem) -> QuerySet[ItemVersion]:
    """The versions of an item, newest first."""
    return item.versions.all()


def import_batches(actor: Actor) -> QuerySet[ImportBatch]:
    """Import runs, newest first, for posts that manage items anywhere; nobody else knows of them."""
    if not actor.departments(Permission.MANAGE_ITEMS):
        return ImportBatch.objects.none()
    return ImportBatch.objects.order_by("-id").defer("report")


def get_import_batch(actor: Actor, batch_id: UUID) -> ImportBatch:
    """Return one import run with its report; raises :class:`ImportBatchNotFound`."""
    batch = import_batches(actor).defer(None).filter(pk=batch_id).first()
    if batch is None:
        raise ImportBatchNotFound
    return batch
