"""Writes of the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from common import events
from common.errors import Forbidden
from identity.actor import Actor, ActorKind
from identity.permissions import Permission
from services import events as codes
from services.descriptions import ItemDescription
from services.editing.errors import OnlineNeedsReview
from services.element_desk import is_kept_here
from services.elements import problems
from services.errors import ElementInvalid, ItemRepeated
from services.models import DataElement, ImportBatch, ServiceItem
from services.search import reindex
from services.validation import check_description
from services.writing import CatalogueWriter

_CATALOGUE_LOCK = 0x5E41CE  # one writer of the catalogue at a time: writes are rare, double items are not wanted


class Outcome(StrEnum):
    """What saving an item did."""

    CREATED = "created"
    REVISED = "revised"  # its content changed: a new version
    CHANGED = "changed"  # only what stands outside the version changed
    UNCHANGED = "unchanged"
    KEPT = "kept"  # maintained here by its editors, or cancelled: a list does not write over it


@dataclass(frozen=True, slots=True)
class SavedItem:
    """An item with what saving it did."""

    item: ServiceItem
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ElementDescription:
    """A data element as it should be; ``max_length`` in characters."""

    code: str
    name: str
    type: str
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    source: str = ""
    example: str = ""
    pattern: str = ""
    pattern_message: str = ""
    least: str = ""
    most: str = ""
    sensitivity: str = ""
    shape: Mapping[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """What the columns of an element or of one of its versions hold, the code apart."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "code"}
        return own | {"choices": list(self.choices), "shape": dict(self.shape)}


def upsert_item(actor: Actor, *, description: ItemDescription) -> SavedItem:
    """Create one item, or give it a new version where its content changed; see :func:`upsert_items`."""
    return upsert_items(actor, descriptions=[description])[0]


@transaction.atomic
def upsert_items(actor: Actor, *, descriptions: Sequence[ItemDescription]) -> list[SavedItem]:
    """Bring items in line with a list that is published elsewhere; audited in the same transaction.

    Such items tell what the list tells and take no applications here. An item whose version in force went through
    review here, and one that is cancelled, stays as it is (:attr:`Outcome.KEPT`). The same content again changes
    nothing. New content makes the next version and retires the one before, which running cases keep.

    Needs :attr:`Permission.MANAGE_ITEMS` in the item's department, now and before (the system may always). Raises
    :class:`DescriptionInvalid`, :class:`ItemRepeated`, :class:`OnlineNeedsReview` or :class:`Forbidden`.
    """
    _refuse_repeats(descriptions)
    for description in descriptions:
        if description.content.is_applicable_online:
            raise OnlineNeedsReview
        _require(actor, description.department.pk if description.department else None)
        check_description(description)
    lock_catalogue()
    writer = CatalogueWriter(descriptions)
    saved = [_save(actor, writer, description) for description in descriptions]
    writer.write()
    reindex(item.item for item in saved if item.outcome not in (Outcome.UNCHANGED, Outcome.KEPT))
    return saved


def _save(actor: Actor, writer: CatalogueWriter, description: ItemDescription) -> SavedItem:
    item = writer.find(description)
    if item is None:
        item = writer.create(description)
        events.record(codes.ITEM_CREATED, actor=actor, subject_id=item.pk, version=1)
        return SavedItem(item, Outcome.CREATED)
    _require(actor, item.department_id)
    if _is_kept(item, description):
        return SavedItem(item, Outcome.KEPT)
    replaced = item.current_id
    changed = writer.change(item, description)
    if changed:
        events.record(codes.ITEM_CHANGED, actor=actor, subject_id=item.pk, fields=changed)
    version = writer.revise(item, description)
    writer.remember(item, description)
    if version:
        events.record(
            codes.ITEM_REVISED,
            actor=actor,
            subject_id=item.pk,
            version=version.version,
            replaced=str(replaced) if replaced else None,
        )
        return SavedItem(item, Outcome.REVISED)
    return SavedItem(item, Outcome.CHANGED if changed else Outcome.UNCHANGED)


def _is_kept(item: ServiceItem, description: ItemDescription) -> bool:
    """A cancelled item's code is never used again; what its editors published is theirs to change."""
    if item.state == ServiceItem.State.CANCELLED and description.state != ServiceItem.State.CANCELLED:
        return True
    return item.current is None or item.current.published_at is not None


def _require(actor: Actor, department_id: Any) -> None:
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.MANAGE_ITEMS, department_id)


def _refuse_repeats(descriptions: Iterable[ItemDescription]) -> None:
    seen: set[str] = set()
    for description in descriptions:
        for code in filter(None, {description.task_code, description.local_code, description.handle_code}):
            if code in seen:
                raise ItemRepeated(item_code=code)
            seen.add(code)


def lock_catalogue() -> None:
    """Wait for other writers of the catalogue; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CATALOGUE_LOCK])


@transaction.atomic
def save_data_elements(actor: Actor, *, elements: Iterable[ElementDescription]) -> int:
    """Bring data elements in line with a catalogue that comes from elsewhere; returns how many were changed.

    For the system only: people draft a version that somebody else reviews (:mod:`services.editing.element_versions`),
    and an element for which anybody did is theirs, whatever a list says. Raises :class:`ElementInvalid` with the
    columns that are wrong; then nothing is stored.
    """
    if actor.kind != ActorKind.SYSTEM:
        raise Forbidden
    lock_catalogue()
    return sum(write_element(actor, wanted=one) for one in elements if not is_kept_here(one.code, one.columns()))


def write_element(actor: Actor, *, wanted: ElementDescription) -> bool:
    """Write what is in force for an element, inside the caller's transaction; tell whether that changed anything."""
    known = DataElement.objects.select_for_update().filter(code=wanted.code).first()
    element = known or DataElement(code=wanted.code)
    values = wanted.columns()
    changed = [name for name, value in values.items() if getattr(element, name) != value]
    if known and not changed:
        return False
    for name, value in values.items():
        setattr(element, name, value)
    if wrong := dict(problems(element)):
        raise ElementInvalid(fields=wrong)
    element.save()
    events.record(
        codes.DATA_ELEMENT_SAVED,
        actor=actor,
        subject_id=element.pk,
        code=wanted.code,
        fields=changed if known else [],
    )
    return True


@transaction.atomic
def record_import(
    actor: Actor,
    *,
    file_name: str,
    sha256: str,
    accepted: int,
    repaired: int,
    rejected: int,
    report: list[dict[str, Any]],
) -> ImportBatch:
    """Keep the account of one import: its file, its counts and a report line for each row not plainly accepted."""
    if actor.kind != ActorKind.SYSTEM and not actor.departments(Permission.MANAGE_ITEMS):
        raise Forbidden
    batch = ImportBatch.objects.create(
        file_name=file_name[-255:],
        sha256=sha256,
        accepted=accepted,
        repaired=repaired,
        rejected=rejected,
        report=report,
    )
    events.record(
        codes.ITEMS_IMPORTED,
        actor=actor,
        subject_id=batch.pk,
        file_sha256=sha256,
        accepted=accepted,
        repaired=repaired,
        rejected=rejected,
    )
    return batch
