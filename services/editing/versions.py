"""Writes of an item's versions: draft, edit, submit, review, publish, go back."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from identity.actor import Actor
from identity.reviewing.states import VERSION_MOVES, VersionAction, VersionState
from identity.staff.current import hold
from services import events as codes
from services.descriptions import PARTS, PREFETCH, VersionContent, columns, describe
from services.editing import steps
from services.editing.basics import inherit, refuse_fixed
from services.editing.errors import BaseMoved, ItemCancelled
from services.editing.gate import pass_gate
from services.editing.publishing import put_in_force, set_due
from services.editing.queries import open_remarks
from services.errors import DescriptionInvalid, ItemNotFound, VersionNotFound
from services.guides.carrying import carry_over
from services.models import CatalogueStep, ItemVersion, ServiceItem
from services.states import Standing
from services.validation import storing_problems
from services.writing import write_parts

_Action = VersionAction


def lock_item(actor: Actor, item_id: UUID) -> ServiceItem:
    """Lock an item for writing, for a post that manages it; raises :class:`ItemNotFound` or ``Forbidden``.

    Every writer locks the item before anything that belongs to it, several items by their ids; the post under which
    they act comes before both (ADR 0018).
    """
    hold(actor)
    try:
        item = ServiceItem.objects.select_for_update(of=("self",)).select_related("entry__current").get(pk=item_id)
    except (ServiceItem.DoesNotExist, ValidationError) as error:
        raise ItemNotFound from error
    steps.require_manager(actor, item.department_id)
    return item


def lock_version(actor: Actor, version_id: UUID) -> ItemVersion:
    """Lock the item, then read the version as it is now; raises :class:`VersionNotFound` or as :func:`lock_item`."""
    item_id = ItemVersion.objects.filter(pk=version_id).values_list("item_id", flat=True).first()
    if item_id is None:
        raise VersionNotFound
    item = lock_item(actor, item_id)
    version = ItemVersion.objects.select_related("directory_version").get(pk=version_id)
    version.item = item
    return version


def _settle(actor: Actor, version: ItemVersion, action: _Action, **more: Any) -> CatalogueStep:
    return steps.settle(
        actor,
        version,
        action,
        VERSION_MOVES[action].target,
        event=codes.VERSION_STEP,
        version=version.version,
        item=str(version.item_id),
        **more,
    )


@transaction.atomic
def open_draft(actor: Actor, *, item_id: UUID) -> ItemVersion:
    """Start a version from the one in force, with the directory's basic elements of today.

    Raises :class:`OpenVersionExists` while another is being written, :class:`ItemCancelled`.
    """
    item = lock_item(actor, item_id)
    if item.current is None:
        raise ItemNotFound
    prefetch_related_objects([item.current], *PREFETCH)
    return begin(actor, item=item, content=describe(item.current))


@transaction.atomic
def roll_back(actor: Actor, *, version_id: UUID) -> ItemVersion:
    """Start a version with the content of an earlier one; it goes through review like any other."""
    old = lock_version(actor, version_id)
    if old.state != VersionState.RETIRED:
        raise VersionNotFound
    prefetch_related_objects([old], *PREFETCH)
    return begin(actor, item=old.item, content=describe(old), restored_from=old)


def begin(
    actor: Actor, *, item: ServiceItem, content: VersionContent, restored_from: ItemVersion | None = None
) -> ItemVersion:
    """Store a new draft of a locked item; inside the caller's transaction."""
    if item.standing == Standing.CANCELLED:
        raise ItemCancelled
    number = steps.next_number(item.versions)
    source = item.entry.current if item.entry else None
    content = inherit(content, source, keeps_name=bool(item.handle_code))
    _check(content)
    draft = ItemVersion(
        item=item,
        version=number,
        revision=0,
        base_id=item.current_id,
        directory_version=source,
        restored_from=restored_from,
        author_id=actor.account_id,
        **columns(content),
    )
    steps.settle(
        actor,
        draft,
        "begin",
        VersionState.DRAFT,
        event=codes.VERSION_STEP,
        version=draft.version,
        item=str(item.pk),
    )
    write_parts([(draft, content)])
    carry_over([((restored_from.pk if restored_from else item.current_id), draft.pk)])
    return draft


def _check(content: VersionContent) -> None:
    for problem in storing_problems(content):
        raise DescriptionInvalid(name=content.name, problem=problem)


@transaction.atomic
def save_draft(actor: Actor, *, version_id: UUID, changes: Mapping[str, Any], expected_revision: int) -> ItemVersion:
    """Change fields and parts of a draft; the same values again change nothing.

    ``changes`` maps names of :class:`VersionContent` to values, parts to tuples of descriptions. Raises
    :class:`StaleVersion` when somebody saved since ``expected_revision``, :class:`BasicElementFixed`,
    :class:`DescriptionInvalid` for what cannot be stored, :class:`StepNotAllowed`.
    """
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.EDIT, VERSION_MOVES, expected_revision=expected_revision)
    prefetch_related_objects([version], *PREFETCH)
    before = describe(version)
    wanted = dataclasses.replace(before, **changes)
    content = inherit(wanted, version.directory_version, keeps_name=bool(version.item.handle_code))
    if version.directory_version:
        refuse_fixed(changes, wanted, content)
    _check(content)
    changed = [name for name in changes if getattr(before, name) != getattr(content, name)]
    if not changed:
        return version
    _write(version, content, changed)
    _settle(actor, version, _Action.EDIT, fields=changed)
    return version


def _write(version: ItemVersion, content: VersionContent, changed: list[str]) -> None:
    """Bring columns and the changed parts of an open version in line; nothing refers to its parts yet."""
    for name, value in columns(content).items():
        setattr(version, name, value)
    replaced = [name for name in changed if name in PARTS]
    for name in replaced:
        getattr(version, name).all().delete()
    write_parts([(version, content)], only=replaced)
    version.__dict__.pop("_prefetched_objects_cache", None)


@transaction.atomic
def take_new_base(actor: Actor, *, version_id: UUID, expected_revision: int) -> ItemVersion:
    """Say that the draft was compared with what is in force now, and take the directory's elements of today."""
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.EDIT, VERSION_MOVES, expected_revision=expected_revision)
    prefetch_related_objects([version], *PREFETCH)
    entry = version.item.entry
    version.base_id = version.item.current_id
    version.directory_version = entry.current if entry else None
    before = describe(version)
    content = inherit(before, version.directory_version, keeps_name=bool(version.item.handle_code))
    changed = [name for name in ("name", *PARTS) if getattr(before, name) != getattr(content, name)]
    _write(version, content, changed)
    _settle(actor, version, _Action.EDIT, fields=["base", *changed])
    return version


@transaction.atomic
def submit(
    actor: Actor,
    *,
    version_id: UUID,
    expected_revision: int,
    effective_on: dt.date | None = None,
    cancel_on: dt.date | None = None,
    note: str = "",
) -> ItemVersion:
    """Hand a draft to a second person, with the day it should take effect (None: at once).

    Raises :class:`LintRefused` with all findings, :class:`BaseMoved`, :class:`DateInvalid`, :class:`StepNotAllowed`.
    """
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.SUBMIT, VERSION_MOVES, expected_revision=expected_revision)
    steps.name_days(version, effective_on, cancel_on)
    _require_base(version)
    pass_gate(version)
    _settle(actor, version, _Action.SUBMIT, note=note)
    return version


def _require_base(version: ItemVersion) -> None:
    if version.base_id != version.item.current_id and version.item.current is not None:
        raise BaseMoved(number=version.item.current.version)


@transaction.atomic
def recall(actor: Actor, *, version_id: UUID, expected_revision: int) -> ItemVersion:
    """Take a submitted or approved version back to go on writing; a review starts anew after that."""
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.RECALL, VERSION_MOVES, expected_revision=expected_revision)
    _settle(actor, version, _Action.RECALL)
    set_due(version.item)
    return version


@transaction.atomic
def send_back(actor: Actor, *, version_id: UUID, note: str, expected_revision: int) -> ItemVersion:
    """Return a version with comments; by a second person. Raises :class:`NoteMissing`, :class:`SamePerson`.

    The comments on its sections that nobody has dealt with are written into the note.
    """
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.RETURN, VERSION_MOVES, expected_revision=expected_revision)
    note = "\n".join([steps.require_note(note), *open_remarks(version)])
    _settle(actor, version, _Action.RETURN, note=note)
    set_due(version.item)
    return version


@transaction.atomic
def approve(actor: Actor, *, version_id: UUID, expected_revision: int, note: str = "") -> ItemVersion:
    """Find a version fit to publish; by a second person. Raises :class:`SamePerson`, :class:`LintRefused`."""
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.APPROVE, VERSION_MOVES, expected_revision=expected_revision)
    _require_base(version)
    pass_gate(version)
    version.published_by_id = version.published_at = None
    _settle(actor, version, _Action.APPROVE, note=note)
    return version


@transaction.atomic
def publish(
    actor: Actor, *, version_id: UUID, expected_revision: int, effective_on: dt.date | None = None
) -> ItemVersion:
    """Put an approved version in force: now, or on a day to come (the nightly task and every read keep to it).

    Without ``effective_on`` the day named at submission counts. Raises :class:`LintRefused`, :class:`BaseMoved`,
    :class:`DateInvalid`, :class:`StepNotAllowed`, :class:`ItemCancelled`.
    """
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.PUBLISH, VERSION_MOVES, expected_revision=expected_revision)
    if version.item.standing == Standing.CANCELLED:
        raise ItemCancelled
    _require_base(version)
    findings = pass_gate(version)
    if steps.plan_day(version, effective_on):
        return _schedule(actor, version)
    put_in_force(actor, version, findings=findings)
    return version


def _schedule(actor: Actor, version: ItemVersion) -> ItemVersion:
    """Keep the approved version for its day. That it may be published is settled now, by whom too."""
    version.published_by_id, version.published_at = actor.account_id, timezone.now()
    steps.settle(
        actor,
        version,
        "schedule",
        VersionState.APPROVED,
        event=codes.VERSION_STEP,
        note=str(version.effective_on),
        version=version.version,
        item=str(version.item_id),
    )
    set_due(version.item)
    return version


@transaction.atomic
def discard(actor: Actor, *, version_id: UUID, expected_revision: int) -> ItemVersion:
    """Give up a draft. It stays in the history and is shown to nobody outside."""
    version = lock_version(actor, version_id)
    steps.check(actor, version, _Action.DISCARD, VERSION_MOVES, expected_revision=expected_revision)
    _settle(actor, version, _Action.DISCARD)
    return version


def content_of(version: ItemVersion) -> VersionContent:
    """The content of a version as a description (loads its parts)."""
    prefetch_related_objects([version], *PREFETCH)
    return describe(version)
