"""Runs the checks on versions: gathers what stands around them and hands it to the pure rules."""

from collections.abc import Iterable, Mapping
from itertools import chain
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.utils import timezone

from certificates.models import CertificateType
from services.codes import has_subs
from services.descriptions import PREFETCH, describe
from services.editing.basics import differing
from services.editing.labels import field_label
from services.elements import definition_of
from services.lint import asks, consistency, directory, legal, quotas, references, routes, situations
from services.lint.findings import Finding
from services.lint.subject import Around, Directory, Element, Face, Subject
from services.models import AskWaiver, DataElement, DirectoryEntry, ItemVersion, ServiceItem
from services.states import Standing

_CHECKS = (
    consistency.check,
    legal.check,
    references.check,
    routes.check,
    quotas.check,
    situations.check,
    directory.check,
    asks.check,
)


def check(subject: Subject) -> list[Finding]:
    """Run every check; errors first, in the order of the checks."""
    found = list(chain.from_iterable(one(subject) for one in _CHECKS))
    return sorted(found, key=lambda finding: not finding.is_error)


def load_around() -> Around:
    """Load certificate types and data elements (two queries)."""
    faces = {
        row.pk: Face(
            row.key,
            row.name,
            row.holder_kind,
            {field["label"]: field.get("element", "") for field in row.fields},
        )
        for row in CertificateType.objects.all()
    }
    elements = {
        row.code: Element(row.code, row.name, row.type, row.source, tuple(row.choices), definition_of(row))
        for row in DataElement.objects.all()
    }
    return Around(faces, elements)


def check_version(version: ItemVersion) -> list[Finding]:
    """Check one version as it stands in the database."""
    prefetch_related_objects([version], *PREFETCH, "item__entry__current", "directory_version")
    return check_versions([version], load_around())[version.pk]


def check_versions(versions: Iterable[ItemVersion], around: Around) -> dict[UUID, list[Finding]]:
    """Check versions loaded with their parts, item, entry and directory version (two queries for all)."""
    versions = list(versions)
    waivers = _waivers({version.item_id for version in versions})
    entries = {version.item.entry_id for version in versions if version.item.entry_id}
    with_parts = set(
        DirectoryEntry.objects.filter(pk__in=entries)
        .filter(Exists(DirectoryEntry.objects.filter(parent=OuterRef("pk"))))
        .values_list("pk", flat=True)
    )
    return {version.pk: check(_subject(version, around, waivers, with_parts)) for version in versions}


def _waivers(items: set[UUID]) -> Mapping[UUID, frozenset[tuple[str, str]]]:
    today = timezone.localdate()
    rows = AskWaiver.objects.filter(item__in=items, state=AskWaiver.State.APPROVED)
    found: dict[UUID, set[tuple[str, str]]] = {}
    for item, kind, key in rows.filter(Q(until=None) | Q(until__gte=today)).values_list("item_id", "kind", "key"):
        found.setdefault(item, set()).add((kind, key))
    return {item: frozenset(pairs) for item, pairs in found.items()}


def _subject(
    version: ItemVersion,
    around: Around,
    waivers: Mapping[UUID, frozenset[tuple[str, str]]],
    with_parts: set[UUID],
) -> Subject:
    item = version.item
    return Subject(
        content=describe(version),
        item_type=item.item_type,
        around=around,
        has_department=item.department_id is not None,
        directory=_directory(version, item, with_parts),
        waivers=waivers.get(item.pk, frozenset()),
    )


def _directory(version: ItemVersion, item: ServiceItem, with_parts: set[UUID]) -> Directory | None:
    entry = item.entry
    if entry is None or entry.current is None:
        return None
    content, own, keeps = describe(version), version.directory_version, bool(item.handle_code)
    return Directory(
        own=own.version if own else 0,
        newest=entry.current.version,
        outdated=_named(differing(content, entry.current, keeps_name=keeps)),
        differing=_named(differing(content, own, keeps_name=keeps)) if own else (),
        levels=tuple(entry.current.use_levels),
        has_subs=has_subs(entry.catalog_code) or entry.pk in with_parts,
        is_cancelled=entry.state == Standing.CANCELLED,
    )


def _named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(field_label(name) for name in names)
