"""The whole catalogue as exchange tables, in one pass: what is in force, chunk by chunk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from certificates.models import CertificateType
from identity.models import Department, Post, Region
from services.descriptions import PREFETCH, VersionContent, describe
from services.elements import PLAIN
from services.exchange import national, side
from services.exchange.sinks import Folder
from services.exchange.tables import DIRECTORY, ENTRY_REST, ITEM_REST, REFERENCES, family_of
from services.models import AskWaiver, DataElement, DirectoryEntry, DirectoryVersion, ItemVersion, ServiceItem

_CHUNK = 500
_SOURCE = "1"  # data_source: a portal
_LIVING = (AskWaiver.State.APPROVED, AskWaiver.State.IN_REVIEW)

Progress = Callable[[int, int], None]  # done, of how many


def export_catalogue(place: Path, *, file_format: str, batch: str, progress: Progress) -> int:
    """Write everything that is published into a folder and return the number of items.

    Places, vocabulary and what the national columns cannot hold go beside the tables as JSON (docs/exchange.md).
    """
    folder = Folder(place, file_format)
    common = {"cd_operation": "I", "cd_batch": batch[:32], "cd_time": _now(), "data_source": _SOURCE}
    try:
        _write_references(folder)
        _write_directory(folder, common)
        return _write_items(folder, common, progress)
    finally:
        folder.close()


def _now() -> str:
    return timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")


def current_names() -> side.Names:
    """The names of everything items may refer to (three queries)."""
    posts = Post.objects.values_list("department__uscc", "name", "pk")
    return side.Names(
        types=dict(CertificateType.objects.values_list("key", "pk")),
        departments=dict(Department.objects.values_list("uscc", "pk")),
        posts={(uscc, name): pk for uscc, name, pk in posts},
    )


def _write_references(folder: Folder) -> None:
    for kind in _REFERENCES:
        for row in reference_rows(kind):
            folder.write_rest(REFERENCES, row)


def reference_rows(kind: str, **only: Any) -> Iterator[dict[str, Any]]:
    """The rows of one kind of place or vocabulary; ``only`` narrows them by columns of its table."""
    for row in _REFERENCES[kind](**only):
        yield {"kind": kind, **row}


def _regions(**only: Any) -> Iterator[dict[str, Any]]:
    for row in Region.objects.filter(**only).select_related("parent").order_by("level", "code").iterator(_CHUNK):
        parent = row.parent.code if row.parent else ""
        yield {"code": row.code, "name": row.name, "level": row.level, "parent": parent}


def _departments(**only: Any) -> Iterator[dict[str, Any]]:
    for row in Department.objects.filter(**only).select_related("region").order_by("uscc").iterator(_CHUNK):
        yield {"uscc": row.uscc, "name": row.name, "short_name": row.short_name, "region": row.region.code}


def _posts(**only: Any) -> Iterator[dict[str, Any]]:
    posts = Post.objects.filter(**only).select_related("department").prefetch_related("serves")
    for row in posts.order_by("department__uscc", "name").iterator(_CHUNK):
        served = sorted(department.uscc for department in row.serves.all())
        yield {"department": row.department.uscc, "name": row.name, "serves": served}


def _elements(**only: Any) -> Iterator[dict[str, Any]]:
    for row in DataElement.objects.filter(**only).order_by("code").iterator(_CHUNK):
        names = ("code", "name", "type", "max_length", "choices", "source")
        more = {name: getattr(row, name) for name in (*PLAIN, "shape")}
        yield {name: getattr(row, name) for name in names} | {name: value for name, value in more.items() if value}


def _types(**only: Any) -> Iterator[dict[str, Any]]:
    names = (
        "key",
        "name",
        "holder_kind",
        "validity_months",
        "is_single_instance",
        "number_prefix",
        "template",
        "seal_caption",
        "fields",
    )
    for row in CertificateType.objects.filter(**only).select_related("definer").order_by("key").iterator(_CHUNK):
        own = {name: getattr(row, name) for name in names}
        own |= {name: getattr(row, name) for name in ("number_pattern", "validity", "subject_field", "retention")}
        yield {**own, "definer": row.definer.uscc, "sequence": row.type_code[18:]}


_REFERENCES: dict[str, Callable[..., Iterator[dict[str, Any]]]] = {
    "region": _regions,
    "department": _departments,
    "post": _posts,
    "element": _elements,
    "certificate_type": _types,
}


def _write_directory(folder: Folder, common: dict[str, str]) -> None:
    for values, rest in directory_rows():
        folder.write(DIRECTORY, {**values, **common})
        folder.write_rest(ENTRY_REST, rest)


def directory_rows(**only: Any) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Each entry's row and what its columns cannot hold; ``only`` narrows them by columns of the table."""
    entries = DirectoryEntry.objects.filter(**only).select_related("current", "department", "parent")
    for entry in entries.order_by("catalog_code").iterator(_CHUNK):
        guid = entry.row_guid or str(entry.pk)
        version = entry.current
        values: dict[str, Any] = {
            "row_guid": guid,
            "catalog_code": entry.catalog_code,
            "local_catalog_code": entry.local_catalog_code,
            "task_name": version.name if version else entry.name,
            "task_type": entry.item_type,
            "task_state": entry.state,
            "task_version": str(version.version if version else 1),
        }
        rest: dict[str, Any] = {"task_guid": guid}
        if entry.department:
            rest["department"] = entry.department.uscc
        if entry.parent:
            rest["parent"] = entry.parent.catalog_code
        if version:
            values |= _entry_columns(version)
            rest["content"] = {name: getattr(version, name) for name in ENTRY_COLUMNS}
        yield national.fitted(DIRECTORY, values), rest


ENTRY_COLUMNS = ("name", "use_levels", "legal_bases", "audience", "power_content", "division", "note")


def _entry_columns(version: DirectoryVersion) -> dict[str, str]:
    laws = (f"《{one.get('law', '')}》{one.get('article', '')}" for one in version.legal_bases)
    return {
        "by_law": "；".join(laws),
        "use_level": "^".join(version.use_levels),
        "plan_effective_date": version.effective_on.isoformat() if version.effective_on else "",
        "plan_cancel_date": version.cancel_on.isoformat() if version.cancel_on else "",
    }


def exported_items() -> QuerySet[ServiceItem]:
    """Every item with something in force, cancelled ones too; 业务办理项 after the items they belong to."""
    waivers = Prefetch("waivers", AskWaiver.objects.filter(state__in=_LIVING).order_by("kind", "key"))
    related = ("current", "entry", "department", "region", "parent")
    parts = [f"current__{name}" for name in PREFETCH]
    return ServiceItem.objects.filter(current__isnull=False).select_related(*related).prefetch_related(*parts, waivers)


def _write_items(folder: Folder, common: dict[str, str], progress: Progress) -> int:
    total = ServiceItem.objects.filter(current__isnull=False).count()
    names = current_names()
    done = 0
    for is_part in (False, True):
        chosen = exported_items().filter(handle_code__isnull=not is_part).order_by("pk")
        last = None
        while chunk := list((chosen.filter(pk__gt=last) if last else chosen)[:_CHUNK]):
            for item in chunk:
                if item.current:
                    _write_item(folder, common, item, item.current, names)
            last = chunk[-1].pk
            done += len(chunk)
            progress(done, total)
    return done


def _write_item(
    folder: Folder, common: dict[str, str], item: ServiceItem, version: ItemVersion, names: side.Names
) -> None:
    guid = item.row_guid or str(item.pk)
    content = describe(version)
    family = family_of(item.item_type)
    codes = {
        "task_code": item.task_code or (item.parent.task_code if item.parent else "") or "",
        "task_handle_item": item.handle_code or "",
    }
    own = {**common, **codes, "row_guid": guid, **_identity(item, version)}
    told = {**national.basic(content), **national.extend(content)}
    kept = {key: value for key, value in content.source_row.items() if isinstance(value, str) and not told.get(key)}
    basic = family["basic"]
    folder.write(basic, national.fitted(basic, {**kept, **told, **own, "is_fee": told["is_fee"]}))
    child = {**common, **codes, "task_guid": guid}
    if "extend" in family:
        table = family["extend"]
        extended = {**kept, **told, **child, "row_guid": national.child_guid(guid, "extend", "")}
        folder.write(table, national.fitted(table, extended))
    lists = national.children(guid, content)
    for table in family.values():
        for row in lists.get(table.part, []):
            folder.write(table, national.fitted(table, {**child, **row}))
    folder.write_rest(ITEM_REST, _rest(item, version, content, guid, names))


def _identity(item: ServiceItem, version: ItemVersion) -> dict[str, str]:
    return {
        "catalog_code": item.entry.catalog_code if item.entry else "",
        "local_catalog_code": item.entry.local_catalog_code if item.entry else "",
        "local_task_code": item.local_code,
        "task_type": item.item_type,
        "dept_name": item.department_name,
        "dept_code": item.department.uscc if item.department else str(version.source_row.get("dept_code", "")),
        "task_state": item.state,
        "task_version": str(version.version),
        "plan_effective_date": version.effective_on.isoformat() if version.effective_on else "",
        "area_code": item.region.code,
    }


def _rest(
    item: ServiceItem, version: ItemVersion, content: VersionContent, guid: str, names: side.Names
) -> dict[str, Any]:
    waivers = [
        {
            "kind": row.kind,
            "key": row.key,
            "reason": row.reason,
            "legal_basis": row.legal_basis,
            "until": row.until.isoformat() if row.until else "",
        }
        for row in item.waivers.all()
    ]
    follows = version.directory_version_id is not None and item.entry is not None
    return {
        "task_guid": guid,
        "popularity": item.popularity,
        "follows_directory": follows and version.directory_version_id == item.entry.current_id,  # type: ignore[union-attr]
        "content": side.written(content, names),
        **({"waivers": waivers} if waivers else {}),
    }
