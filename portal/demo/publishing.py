"""Publishes the demonstration's items the way every item is published: one officer writes, another one reviews."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from common.errors import DomainError
from identity.actor import Actor
from identity.reviewing.states import VersionAction
from portal.demo.entries import ContentError, Entry
from portal.demo.forms import WITH_FORMS, add_files
from services.descriptions import PREFETCH, ItemDescription, LegalBasisPart, VersionContent, describe
from services.editing import directory, items, versions, waivers
from services.editing.basics import inherit
from services.editing.directory import EntryContent, entry_content
from services.models import AskWaiver, DirectoryEntry, DirectoryVersion, ItemVersion, ServiceItem


@dataclass(frozen=True, slots=True)
class Officers:
    """Who writes and who reviews: two persons."""

    editor: Actor
    reviewer: Actor


@dataclass(frozen=True, slots=True)
class Waiver:
    """Leave to ask for a field or material that is known, with its honest reason."""

    kind: str
    key: str
    reason: str
    legal: str = ""


def waivers_of(entry: Entry) -> tuple[Waiver, ...]:
    """Read an item's ``waivers``."""
    return tuple(
        Waiver(
            kind=AskWaiver.Kind.FIELD if "field" in one else AskWaiver.Kind.MATERIAL,
            key=one.text("field") if "field" in one else one.text("material"),
            reason=one.text("reason"),
            legal=one.text("legal"),
        )
        for one in entry.entries("waivers", required="reason", optional="field material legal")
    )


def publish_all(
    officers: Officers, described: Mapping[str, ItemDescription], granted: Mapping[str, Sequence[Waiver]]
) -> dict[str, ServiceItem]:
    """Bring directory and items in line, each through draft, review and publication; the same again does nothing.

    Raises :class:`ContentError` with everything the checks found.
    """
    entries = {
        entry.catalog_code: entry
        for entry in DirectoryEntry.objects.select_related("current").filter(
            catalog_code__in=[one.catalog_code for one in described.values()]
        )
    }
    known = {
        item.task_code: item
        for item in ServiceItem.objects.select_related("current").filter(
            task_code__in=[one.task_code for one in described.values()]
        )
    }
    prefetch_related_objects(list(known.values()), *(f"current__{name}" for name in PREFETCH))
    published = {}
    for key, description in described.items():
        try:
            source = _entry(officers, description, entries.get(description.catalog_code))
            item = known.get(description.task_code)
            has_forms = key in WITH_FORMS
            published[key] = _item(officers, description, source, item, granted.get(key, ()), has_forms=has_forms)
        except DomainError as error:
            details = "; ".join(f"{where}: {message}" for where, message in error.fields.items())
            raise ContentError(f"item {key}", f"{error.text} {details}".strip()) from error
    return published


def _entry(officers: Officers, description: ItemDescription, entry: DirectoryEntry | None) -> DirectoryVersion:
    content = EntryContent(
        name=description.name,
        use_levels=(description.content.use_level,),
        legal_bases=tuple(_plain(basis) for basis in description.content.legal_bases),
    )
    if entry and entry.current:
        if entry_content(entry.current) == content:
            return entry.current
        draft = directory.open_entry_draft(officers.editor, entry_id=entry.pk, content=content)
    else:
        code = description.catalog_code
        draft = directory.add_entry(
            officers.editor,
            item_type=description.item_type,
            region=description.region.code,
            content=content,
            main=code[4:9],
            sub=code[9:],
        )
    for who, action in (
        (officers.editor, VersionAction.SUBMIT),
        (officers.reviewer, VersionAction.APPROVE),
        (officers.editor, VersionAction.PUBLISH),
    ):
        draft = directory.step_entry(who, version_id=draft.pk, action=action, expected_revision=draft.revision)
    return draft


def _plain(basis: LegalBasisPart) -> LegalBasisPart:
    return dataclasses.replace(basis, is_inherited=False)


def _item(
    officers: Officers,
    description: ItemDescription,
    source: DirectoryVersion,
    item: ServiceItem | None,
    granted: Sequence[Waiver],
    *,
    has_forms: bool,
) -> ServiceItem:
    content = inherit(description.content, source)
    if item is None and description.department:
        draft = items.add_item(
            officers.editor,
            catalog_code=description.catalog_code,
            department=description.department,
            use_level=content.use_level,
            content=content,
            popularity=description.popularity or 0,
        )
        if has_forms:
            draft = add_files(officers.editor, draft)
        return _publish(officers, draft, granted)
    if item is None or item.current is None:
        raise LookupError("a demonstration item belongs to a department and is published")
    if describe(item.current) == content and item.current.directory_version_id == source.pk:
        return item
    draft = versions.open_draft(officers.editor, item_id=item.pk)
    changes = {name: value for name, value in _values(content).items() if name not in ("name", "legal_bases")}
    draft = versions.save_draft(officers.editor, version_id=draft.pk, changes=changes, expected_revision=draft.revision)
    return _publish(officers, draft, granted)


def _values(content: VersionContent) -> dict[str, Any]:
    return {field.name: getattr(content, field.name) for field in dataclasses.fields(content)}


def _publish(officers: Officers, draft: ItemVersion, granted: Sequence[Waiver]) -> ServiceItem:
    held = set(AskWaiver.objects.filter(item=draft.item_id).values_list("kind", "key"))
    for one in granted:
        if (one.kind, one.key) not in held:
            _grant(officers, draft, one)
    draft = versions.submit(officers.editor, version_id=draft.pk, expected_revision=draft.revision)
    draft = versions.approve(officers.reviewer, version_id=draft.pk, expected_revision=draft.revision)
    return versions.publish(officers.editor, version_id=draft.pk, expected_revision=draft.revision).item


def _grant(officers: Officers, draft: ItemVersion, wanted: Waiver) -> None:
    waiver = waivers.propose_waiver(
        officers.editor,
        item_id=draft.item_id,
        kind=wanted.kind,
        key=wanted.key,
        reason=wanted.reason,
        legal_basis=wanted.legal,
    )
    waivers.review_waiver(officers.reviewer, waiver_id=waiver.pk, action="approve", expected_revision=waiver.revision)
