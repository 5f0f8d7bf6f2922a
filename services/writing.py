"""Writes many items in few statements: collects what to insert and to change, then does it part by part.

Used by :mod:`services.actions` alone, which checks permission, holds the lock and writes the audit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Max, Q, prefetch_related_objects
from django.utils import timezone

from common.ids import uuid7
from services.descriptions import PARTS, PREFETCH, ItemDescription, VersionContent, columns, describe, parts_of
from services.errors import ItemRepeated
from services.guides.carrying import carry_over
from services.models import DirectoryEntry, ItemVersion, MaterialRequirement, ServiceItem

_OWN = (
    "entry",
    "parent",
    "task_code",
    "handle_code",
    "local_code",
    "department",
    "department_name",
    "region",
    "state",
    "item_type",
    "name",
)
_ROW = ("row_guid", "row_version", "row_digest")
_BATCH = 500


class CatalogueWriter:
    """The pending writes for a set of descriptions; nothing but directory entries is written before :meth:`write`."""

    def __init__(self, descriptions: Sequence[ItemDescription]) -> None:
        self._load(descriptions)
        self._entries = self._save_entries(descriptions)
        self._new_items: list[ServiceItem] = []
        self._changed_items: dict[Any, ServiceItem] = {}
        self._new_versions: list[tuple[ItemVersion, VersionContent]] = []
        self._retired: list[Any] = []
        self._follows: list[tuple[Any, Any]] = []  # a version and the one that takes its place

    def _load(self, descriptions: Sequence[ItemDescription]) -> None:
        task_codes = [description.task_code for description in descriptions if description.task_code]
        local_codes = [description.local_code for description in descriptions if description.local_code]
        handle_codes = [description.handle_code for description in descriptions if description.handle_code]
        task_codes += [code[:31] for code in handle_codes]  # the items they belong to
        guids = [description.row_guid for description in descriptions if description.row_guid]
        named = Q(task_code__in=task_codes) | Q(local_code__in=local_codes)
        if handle_codes:
            named |= Q(handle_code__in=handle_codes)
        if guids:
            named |= Q(row_guid__in=guids)
        known = list(ServiceItem.objects.select_for_update().filter(named).order_by("pk"))
        prefetch_related_objects(known, *(f"current__{name}" for name in PREFETCH))
        self._by_task_code = {item.task_code: item for item in known if item.task_code}
        self._by_local_code = {item.local_code: item for item in known if item.local_code}
        self._by_handle_code = {item.handle_code: item for item in known if item.handle_code}
        self._by_guid = {item.row_guid: item for item in known if item.row_guid}
        last = ItemVersion.objects.filter(item__in=known).values_list("item_id").annotate(Max("version"))
        self._last_version = dict(last)

    def _save_entries(self, descriptions: Sequence[ItemDescription]) -> dict[str, DirectoryEntry]:
        """Create the directory entries that are missing; an entry keeps the name it was first given."""
        wanted = {description.catalog_code: description for description in descriptions if description.catalog_code}
        DirectoryEntry.objects.bulk_create(
            [
                DirectoryEntry(
                    catalog_code=code,
                    local_catalog_code=description.local_catalog_code,
                    name=description.name,
                    item_type=description.item_type,
                )
                for code, description in wanted.items()
            ],
            ignore_conflicts=True,
        )
        return {entry.catalog_code: entry for entry in DirectoryEntry.objects.filter(catalog_code__in=wanted)}

    def find(self, description: ItemDescription) -> ServiceItem | None:
        """Find the stored item by any of its codes or its row_guid.

        Raises :class:`ItemRepeated` when they name different items.
        """
        found = [
            self._by_task_code.get(description.task_code or ""),
            self._by_local_code.get(description.local_code or ""),
            self._by_handle_code.get(description.handle_code or ""),
            self._by_guid.get(description.row_guid or ""),
        ]
        items = {item.pk: item for item in found if item}
        if len(items) > 1:
            raise ItemRepeated(item_code=description.local_code or description.task_code or description.handle_code)
        return next(iter(items.values()), None)

    def create(self, description: ItemDescription) -> ServiceItem:
        """Plan a new item with its first version."""
        item = ServiceItem(**self._own(description), popularity=description.popularity or 0)
        self._remember_row(item, description)
        self._new_items.append(item)
        if item.task_code:
            self._by_task_code[item.task_code] = item
        self._plan_version(item, description, number=1)
        return item

    def remember(self, item: ServiceItem, description: ItemDescription) -> None:
        """Plan to note which exchange row the item was last brought in line with."""
        if self._remember_row(item, description):
            self._changed_items[item.pk] = item

    def _remember_row(self, item: ServiceItem, description: ItemDescription) -> bool:
        """A list without row_guid leaves the guid, but the digest no longer tells what the item says."""
        guid, version = description.row_guid or item.row_guid, description.row_version or item.row_version
        new = (guid, version, description.row_digest)
        if new == (item.row_guid, item.row_version, item.row_digest):
            return False
        item.row_guid, item.row_version, item.row_digest = new
        return True

    def change(self, item: ServiceItem, description: ItemDescription) -> list[str]:
        """Plan changes to what stands outside the version; return the names of the fields that change."""
        wanted = self._own(description)
        if description.popularity is not None:
            wanted["popularity"] = description.popularity
        changed = [name for name, value in wanted.items() if _plain(item, name) != getattr(value, "pk", value)]
        for name in changed:
            setattr(item, name, wanted[name])
        if changed:
            self._changed_items[item.pk] = item
        return changed

    def revise(self, item: ServiceItem, description: ItemDescription) -> ItemVersion | None:
        """Plan a new version unless the current one already says the same; None when it does."""
        if item.current and describe(item.current) == description.content:
            return None
        former = item.current_id
        self._changed_items[item.pk] = item
        version = self._plan_version(item, description, number=self._last_version.get(item.pk, 0) + 1)
        if former:
            self._retired.append(former)
            self._follows.append((former, version.pk))
        return version

    def _plan_version(self, item: ServiceItem, description: ItemDescription, *, number: int) -> ItemVersion:
        content = description.content
        version = ItemVersion(
            item=item,
            version=max(number, description.number or 0),
            directory_version_id=description.follows,
            state=ItemVersion.State.PUBLISHED,
            effective_on=timezone.localdate(),
            **columns(content),
        )
        item.current = version
        item.due_on = min((day for day in (item.due_on, content.cancel_on) if day), default=None)
        self._new_versions.append((version, content))
        return version

    def _own(self, description: ItemDescription) -> dict[str, Any]:
        values = {name: getattr(description, name) for name in _OWN if name not in ("entry", "parent")}
        return {
            **values,
            "entry": self._entries.get(description.catalog_code),
            "task_code": description.task_code or None,
            "handle_code": description.handle_code or None,
            "parent": self._by_task_code[description.handle_code[:31]] if description.handle_code else None,
        }

    def write(self) -> None:
        """Write everything planned. An item names its version before that exists: the key is checked at commit."""
        ItemVersion.objects.filter(pk__in=self._retired).update(
            state=ItemVersion.State.RETIRED, updated_at=timezone.now()
        )
        ServiceItem.objects.bulk_create(self._new_items, batch_size=_BATCH)
        ItemVersion.objects.bulk_create([version for version, _content in self._new_versions], batch_size=_BATCH)
        changed = list(self._changed_items.values())
        for item in changed:
            item.updated_at = timezone.now()
        ServiceItem.objects.bulk_update(
            changed, [*_OWN, *_ROW, "popularity", "current", "due_on", "updated_at"], batch_size=_BATCH
        )
        write_parts(self._new_versions)
        carry_over(self._follows)


def write_parts(versions: Iterable[tuple[ItemVersion, VersionContent]], *, only: Collection[str] | None = None) -> None:
    """Insert the parts of versions; ``only`` names the kinds of parts, all by default."""
    rows: dict[str, list[Any]] = defaultdict(list)
    satisfied: list[Any] = []
    through = MaterialRequirement.satisfied_by.through
    wanted = ((version, name, parts) for version, content in versions for name, parts in parts_of(content))
    for version, name, parts in wanted:
        if only is not None and name not in only:
            continue
        for order, part in enumerate(parts):
            row = PARTS[name][0](id=uuid7(), version=version, order=order, **columns(part))
            rows[name].append(row)
            satisfied += [
                through(materialrequirement_id=row.pk, certificatetype_id=kind)
                for kind in getattr(part, "satisfied_by", ())
            ]
    for name, new in rows.items():
        PARTS[name][0]._default_manager.bulk_create(new, batch_size=_BATCH)
    through._default_manager.bulk_create(satisfied, batch_size=_BATCH)


def _plain(item: ServiceItem, name: str) -> Any:
    """Return a column's value; the key of a related row, without loading the row."""
    return getattr(item, f"{name}_id" if name in ("entry", "parent", "department", "region") else name)
