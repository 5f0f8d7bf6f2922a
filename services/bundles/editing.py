"""Writes of bundles: drafted by one person, reviewed by a second one, in force from a day. As items are (ADR 0017).

Everybody holds the post they act under, then locks the bundle, then its versions (ADR 0018). Needs
:attr:`Permission.MANAGE_ITEMS` in the lead department.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from common import events
from common.jobs import for_each
from identity.actor import SYSTEM, Actor
from identity.models import Department
from identity.reviewing.states import VERSION_MOVES, VersionAction, VersionState
from identity.staff.current import hold
from services import events as codes
from services.bundles.checking import check_version, facts_for, keep, seen_now
from services.bundles.content import COLUMNS, BundleContent, describe, stored_question
from services.bundles.errors import BundleExists, BundleNotFound, BundleVersionNotFound
from services.bundles.queries import due_version, entries_named
from services.bundles.validation import require_code, require_storable
from services.editing import steps
from services.editing.errors import BaseMoved, LintRefused
from services.lint.findings import Finding
from services.models import Bundle, BundleMember, BundleVersion, DirectoryEntry

_UP = "region__parent__parent__parent__parent"


def _lock_bundle(actor: Actor, bundle_id: UUID) -> Bundle:
    hold(actor)
    try:
        rows = Bundle.objects.select_for_update(of=("self",)).select_related("current", "department", _UP)
        bundle = rows.get(pk=bundle_id)
    except (Bundle.DoesNotExist, ValidationError) as error:
        raise BundleNotFound from error
    steps.require_manager(actor, bundle.department_id)
    return bundle


def _lock(actor: Actor, version_id: UUID) -> BundleVersion:
    """Lock the bundle, then read the version as it is now."""
    bundle_id = BundleVersion.objects.filter(pk=version_id).values_list("bundle_id", flat=True).first()
    if bundle_id is None:
        raise BundleVersionNotFound
    bundle = _lock_bundle(actor, bundle_id)
    version = BundleVersion.objects.prefetch_related("members").get(pk=version_id)
    version.bundle = bundle
    return version


def _settle(actor: Actor, version: BundleVersion, action: str, target: str, **more: Any) -> None:
    steps.settle(
        actor,
        version,
        action,
        target,
        event=codes.BUNDLE_STEP,
        version=version.version,
        bundle=str(version.bundle_id),
        **more,
    )


@transaction.atomic
def add_bundle(actor: Actor, *, code: str, department: Department, content: BundleContent) -> BundleVersion:
    """Begin a bundle led by a department, for its region; returns the first draft.

    Raises :class:`BundleInvalid`, :class:`BundleExists`, :class:`DependencyCycle` or ``Forbidden``.
    """
    hold(actor)
    steps.require_manager(actor, department.pk)
    require_code(code)
    require_storable(content, _names(content))
    bundle = Bundle(code=code, name=content.name, department=department, region=department.region)
    try:
        with transaction.atomic():
            bundle.save(force_insert=True)
    except IntegrityError as error:
        raise BundleExists(bundle=code) from error
    events.record(codes.BUNDLE_CREATED, actor=actor, subject_id=bundle.pk, code=code)
    return _begin(actor, bundle, content)


@transaction.atomic
def open_draft(actor: Actor, *, bundle_id: UUID) -> BundleVersion:
    """Start a version from the one in force; raises :class:`OpenVersionExists`, :class:`BundleNotFound`."""
    bundle = _lock_bundle(actor, bundle_id)
    if bundle.current is None:
        raise BundleNotFound
    return _begin(actor, bundle, dataclasses.replace(describe(bundle.current), ends_on=None))


@transaction.atomic
def roll_back(actor: Actor, *, version_id: UUID) -> BundleVersion:
    """Start a version with what an earlier one said; it goes through review like any other."""
    old = _lock(actor, version_id)
    if old.state != VersionState.RETIRED:
        raise BundleVersionNotFound
    return _begin(actor, old.bundle, dataclasses.replace(describe(old), ends_on=None), restored_from=old)


def _begin(
    actor: Actor, bundle: Bundle, content: BundleContent, *, restored_from: BundleVersion | None = None
) -> BundleVersion:
    draft = BundleVersion(
        bundle=bundle,
        version=steps.next_number(bundle.versions),
        revision=0,
        base_id=bundle.current_id,
        restored_from=restored_from,
        author_id=actor.account_id,
        **_columns(content),
    )
    _require_entries(content)
    _settle(actor, draft, "begin", VersionState.DRAFT)
    _write_members(draft, content)
    return draft


def _columns(content: BundleContent) -> dict[str, Any]:
    values = {name: getattr(content, name) for name in COLUMNS}
    return {**values, "questions": [stored_question(question) for question in content.questions]}


def _names(content: BundleContent) -> dict[str, str]:
    known = entries_named(member.entry_id for member in content.members)
    return {member.key: known[member.entry_id].name for member in content.members if member.entry_id in known}


def _require_entries(content: BundleContent) -> None:
    wanted = {member.entry_id for member in content.members}
    known = set(DirectoryEntry.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        raise BundleNotFound


def _write_members(version: BundleVersion, content: BundleContent) -> None:
    version.members.all().delete()
    BundleMember.objects.bulk_create(
        BundleMember(
            version=version,
            order=order,
            key=member.key,
            entry_id=member.entry_id,
            when=member.when,
            after=list(member.after),
            answers=member.answers,
            note=member.note,
        )
        for order, member in enumerate(content.members)
    )
    version.__dict__.pop("_prefetched_objects_cache", None)


@transaction.atomic
def save_draft(actor: Actor, *, version_id: UUID, changes: Mapping[str, Any], expected_revision: int) -> BundleVersion:
    """Change a draft; ``changes`` maps names of :class:`BundleContent` to values. The same again changes nothing.

    Raises :class:`StaleVersion`, :class:`StepNotAllowed`, :class:`BundleInvalid`, :class:`DependencyCycle`.
    """
    version = _lock(actor, version_id)
    steps.check(actor, version, VersionAction.EDIT, VERSION_MOVES, expected_revision=expected_revision)
    before = describe(version)
    content = dataclasses.replace(before, **changes)
    require_storable(content, _names(content))
    _require_entries(content)
    changed = [name for name in changes if getattr(before, name) != getattr(content, name)]
    if not changed:
        return version
    for name, value in _columns(content).items():
        setattr(version, name, value)
    if "members" in changed:
        _write_members(version, content)
    _settle(actor, version, VersionAction.EDIT, VersionState.DRAFT, fields=changed)
    return version


@transaction.atomic
def step(
    actor: Actor,
    *,
    version_id: UUID,
    action: VersionAction,
    expected_revision: int,
    note: str = "",
    effective_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> BundleVersion:
    """Submit, recall, return, approve, publish or discard a version, by the table of :mod:`services.states`.

    Raises :class:`LintRefused` with all findings, :class:`BaseMoved`, :class:`SamePerson`, :class:`StaleVersion`,
    :class:`StepNotAllowed`, :class:`NoteMissing`, :class:`DateInvalid`.
    """
    version = _lock(actor, version_id)
    move, note = steps.enter(actor, version, action, expected_revision=expected_revision, note=note)
    if action == VersionAction.PUBLISH:
        return _publish(actor, version, effective_on)
    if action == VersionAction.SUBMIT:
        steps.name_days(version, effective_on, ends_on, ends="ends_on")
    if action in (VersionAction.SUBMIT, VersionAction.APPROVE):
        _require_base(version)
        _pass_gate(version)
        version.published_by_id = version.published_at = None
    _settle(actor, version, action, move.target, note=note)
    _set_due(version.bundle)
    return version


def _require_base(version: BundleVersion) -> None:
    current = version.bundle.current
    if current is not None and version.base_id != current.pk:
        raise BaseMoved(number=current.version)


def _pass_gate(version: BundleVersion) -> list[Finding]:
    findings = check_version(version)
    if any(finding.is_error for finding in findings):
        raise LintRefused(findings)
    return findings


def _publish(actor: Actor, version: BundleVersion, effective_on: dt.date | None) -> BundleVersion:
    _require_base(version)
    _pass_gate(version)
    if steps.plan_day(version, effective_on):
        version.published_by_id, version.published_at = actor.account_id, timezone.now()
        _settle(actor, version, "schedule", VersionState.APPROVED, note=str(version.effective_on))
        _set_due(version.bundle)
    else:
        _put_in_force(actor, version)
    return version


def _put_in_force(actor: Actor, version: BundleVersion) -> None:
    bundle = version.bundle
    for old in bundle.versions.filter(state=VersionState.PUBLISHED):
        _settle(actor, old, VersionAction.REPLACE, VersionState.RETIRED)
    scheduled_by = version.published_by_id
    _settle(actor, version, VersionAction.PUBLISH, VersionState.PUBLISHED)
    steps.keep_planner(version, scheduled_by)
    bundle.current, bundle.name = version, version.name
    content = describe(version)
    facts = facts_for(bundle, content)
    bundle.seen = seen_now(facts)
    bundle.save()
    _set_due(bundle)
    keep(bundle, content, facts)


def _set_due(bundle: Bundle) -> None:
    days = bundle.versions.filter(state=VersionState.APPROVED, published_at__isnull=False)
    bundle.due_on = min((day for day in days.values_list("effective_on", flat=True) if day), default=None)
    bundle.save(update_fields=["due_on", "updated_at"])


def take_effect(*, today: dt.date) -> int:
    """Nightly: put in force what was decided for today or earlier. Safe to run twice."""
    due = Bundle.objects.filter(due_on__lte=today).order_by("pk").values_list("pk", flat=True)
    return for_each(list(due), lambda pk: _take_effect(pk, today))


@transaction.atomic
def _take_effect(bundle_id: UUID, today: dt.date) -> bool:
    bundle = _lock_bundle(SYSTEM, bundle_id)
    version = due_version(bundle, today)
    if version:
        version.bundle = bundle
        _put_in_force(SYSTEM, version)
    overtaken = bundle.versions.filter(state=VersionState.APPROVED, published_at__isnull=False, effective_on__lte=today)
    for late in overtaken:  # goes back to its author, who is told why
        number = bundle.current.version if bundle.current else 0
        late.published_by_id = late.published_at = None
        _settle(SYSTEM, late, VersionAction.RETURN, VersionState.RETURNED, note=BaseMoved(number=number).text)
    _set_due(bundle)
    return version is not None


@transaction.atomic
def confirm_compared(actor: Actor, *, bundle_id: UUID) -> Bundle:
    """Say that the mapping was compared with the items as they are now: the reminders about new versions go."""
    bundle = _lock_bundle(actor, bundle_id)
    if bundle.current is None:
        raise BundleNotFound
    content = describe(bundle.current)
    facts = facts_for(bundle, content)
    if bundle.seen != seen_now(facts):
        bundle.seen = seen_now(facts)
        bundle.save(update_fields=["seen", "updated_at"])
        events.record(codes.BUNDLE_COMPARED, actor=actor, subject_id=bundle.pk, version=bundle.current.version)
    keep(bundle, content, facts)
    return bundle
