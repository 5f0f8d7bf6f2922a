"""Writes of certificate types by people: a draft, reviewed by a second person, then in force (ADR 0017's table).

Locks (ADR 0018): the post's holding, then the type in force, then its version.
"""

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import errors
from certificates.events import TYPE_DEFINED, TYPE_STEP
from certificates.models import CertificateType, CertificateTypeVersion, TypeDuty
from certificates.types.content import TypeContent, changed_parts, check_content, content_of
from certificates.types.findings import check_type
from certificates.types.labels import part_label
from certificates.types.recording import record_version
from common import events
from common.formatting import code_label
from common.idempotency import claim
from common.jobs import for_each
from identity.actor import SYSTEM, Actor, ActorKind
from identity.models import Department, Post
from identity.permissions import Permission
from identity.reviewing import steps
from identity.reviewing.days import keep_planner, plan_day
from identity.reviewing.errors import OpenVersionExists
from identity.reviewing.states import OPEN_VERSIONS, VERSION_MOVES, VersionAction, VersionState
from identity.staff.current import hold

_Action = VersionAction
_GATED = (_Action.SUBMIT, _Action.APPROVE, _Action.PUBLISH)


@transaction.atomic
def add_type(
    actor: Actor, *, key: str, definer: Department, content: TypeContent, note: str = "", request_key: str = ""
) -> CertificateTypeVersion:
    """Begin a type that was never in force; returns its first draft, once for a ``request_key``.

    Raises :class:`TypeExists`, :class:`TypeInvalid`, ``Forbidden``.
    """
    hold(actor)
    _require(actor, definer.pk)
    once = claim(actor_id=actor.account_id, action="add_certificate_type", request_key=request_key)
    if once.earlier_id:
        return CertificateTypeVersion.objects.get(pk=once.earlier_id)
    _check(content, key)
    if CertificateType.objects.filter(key=key).exists():
        raise errors.TypeExists(fields={"key": errors.TypeExists.message})
    draft = _begin(actor, key, definer, content, note, kind=None)
    once.settle(draft.pk)
    return draft


@transaction.atomic
def open_draft(
    actor: Actor, *, type_id: UUID, content: TypeContent | None = None, note: str = ""
) -> CertificateTypeVersion:
    """Start a new version of a type in force, with its content or this one. Raises :class:`OpenVersionExists`."""
    hold(actor)
    kind = CertificateType.objects.select_for_update(of=("self",), no_key=True).filter(pk=type_id).first()
    if kind is None:
        raise errors.TypeNotFound
    _require(actor, kind.definer_id)
    if kind.current_id is None:
        record_version(SYSTEM, kind)  # what certificates were issued on so far
    wanted = content or content_of(kind)
    _check(wanted, kind.key)
    return _begin(actor, kind.key, kind.definer, wanted, note, kind=kind)


def _begin(
    actor: Actor, key: str, definer: Department, content: TypeContent, note: str, *, kind: CertificateType | None
) -> CertificateTypeVersion:
    rows = CertificateTypeVersion.objects.filter(key=key)
    if open_one := rows.filter(state__in=OPEN_VERSIONS).first():
        raise OpenVersionExists(number=open_one.version, state=code_label(open_one.get_state_display()))
    draft = CertificateTypeVersion(
        key=key,
        type=kind,
        definer=definer,
        version=(rows.aggregate(last=Max("version"))["last"] or 0) + 1,
        revision=0,
        author_id=actor.account_id,
        base_id=kind.current_id if kind else None,
        content=content.stored(),
        note=note.strip()[:500],
    )
    try:
        with transaction.atomic():
            _settle(actor, draft, "begin", VersionState.DRAFT)
    except IntegrityError as error:  # two began a new type under one key at once
        raise errors.TypeExists(fields={"key": errors.TypeExists.message}) from error
    return draft


@transaction.atomic
def save_draft(
    actor: Actor, *, version_id: UUID, content: TypeContent, expected_revision: int, note: str = ""
) -> CertificateTypeVersion:
    """Change a draft; raises :class:`StaleVersion` when somebody saved since ``expected_revision``."""
    version = _lock(actor, version_id)
    steps.check(actor, version, _Action.EDIT, VERSION_MOVES, expected_revision=expected_revision, label=part_label)
    _check(content, version.key)
    changed = changed_parts(TypeContent.restored(version.content), content)
    said = note.strip()[:500]
    if said != version.note:
        changed.append("note")
    if changed:
        version.content, version.note = content.stored(), said
        _settle(actor, version, _Action.EDIT, VersionState.DRAFT, fields=changed)
    return version


@transaction.atomic
def step_type(
    actor: Actor,
    *,
    version_id: UUID,
    action: VersionAction,
    expected_revision: int,
    note: str = "",
    effective_on: dt.date | None = None,
) -> CertificateTypeVersion:
    """Submit, recall, return, approve, publish or discard a version; ``VERSION_MOVES`` says when, and who.

    Submitting, approving and publishing pass the checks (:class:`TypeRefused`). What is published holds for the next
    certificate, from ``effective_on`` on (None: at once); those that were issued keep their version. Raises
    :class:`DateInvalid`, and :class:`TypeMoved` when another version came in force since this one was begun.
    """
    version = _lock(actor, version_id)
    move = steps.check(actor, version, action, VERSION_MOVES, expected_revision=expected_revision, label=part_label)
    if move.by_system or action == _Action.EDIT:
        raise errors.TypeVersionNotFound
    if action == _Action.RETURN:
        note = steps.require_note(note)
    if action in _GATED:
        _pass_gate(version)
    if action == _Action.APPROVE:  # what was planned before a recall is planned anew
        version.published_by_id = version.published_at = version.effective_on = None
    if action == _Action.PUBLISH:
        _publish(actor, version, effective_on)
    else:
        _settle(actor, version, action, move.target, note=note)
    return version


def _pass_gate(version: CertificateTypeVersion) -> None:
    findings = check_type(version)
    if any(finding.is_error for finding in findings):
        raise errors.TypeRefused(findings)


def _publish(actor: Actor, version: CertificateTypeVersion, effective_on: dt.date | None) -> None:
    _require_base(version)
    version.effective_on = None  # an empty day is today, whatever was planned before
    if plan_day(version, effective_on):
        version.published_by_id, version.published_at = actor.account_id, timezone.now()
        _settle(actor, version, "schedule", VersionState.APPROVED, note=str(version.effective_on))
    else:
        _put_in_force(actor, version)


def _require_base(version: CertificateTypeVersion) -> None:
    if version.type and version.base_id != version.type.current_id:
        raise errors.TypeMoved


def take_effect(actor: Actor, *, today: dt.date) -> int:
    """Nightly: put in force what was planned for today or earlier; returns how many. Safe to run twice."""
    planned = _planned(today).order_by("effective_on", "pk").values_list("pk", flat=True)
    return for_each(list(planned), partial(_take_effect, actor, today))


def _planned(today: dt.date) -> QuerySet[CertificateTypeVersion]:
    approved = CertificateTypeVersion.objects.filter(state=VersionState.APPROVED, published_at__isnull=False)
    return approved.filter(effective_on__lte=today)


@transaction.atomic
def _take_effect(actor: Actor, today: dt.date, version_id: UUID) -> bool:
    """One version on its day; what no longer fits goes back to its author, who is told why."""
    version = _lock(actor, version_id)
    if not _planned(today).filter(pk=version_id).exists():  # recalled meanwhile, or in force already
        return False
    planner = version.published_by_id
    try:
        _require_base(version)
        _pass_gate(version)
    except (errors.TypeMoved, errors.TypeRefused) as error:
        version.published_by_id = version.published_at = None
        _settle(actor, version, _Action.RETURN, VersionState.RETURNED, note=error.text)
        return False
    _put_in_force(actor, version)
    keep_planner(version, planner)
    return True


def _put_in_force(actor: Actor, version: CertificateTypeVersion) -> None:
    for old in CertificateTypeVersion.objects.filter(key=version.key, state=VersionState.PUBLISHED):
        _settle(actor, old, _Action.REPLACE, VersionState.RETIRED)
    kind = version.type or CertificateType(key=version.key)
    _apply(kind, version)
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError as error:
        raise errors.TypeExists from error
    version.type = kind
    _settle(actor, version, _Action.PUBLISH, VersionState.PUBLISHED)
    kind.current = version
    kind.first = kind.first or version
    kind.save()
    _set_duties(kind, TypeContent.restored(version.content))
    events.record(TYPE_DEFINED, actor=actor, subject_id=kind.pk, type_code=kind.type_code)


def _apply(kind: CertificateType, version: CertificateTypeVersion) -> None:
    """Write what a version says into the type's row, unsaved."""
    content = TypeContent.restored(version.content)
    kind.definer, kind.type_code = version.definer, f"{version.definer.uscc}{content.sequence}"
    for column, value in content.columns().items():
        setattr(kind, column, value)


def _set_duties(kind: CertificateType, content: TypeContent) -> None:
    wanted = {(right, UUID(post)) for right, posts in content.duties.items() for post in posts}
    there = {(duty.right, duty.post_id): duty for duty in kind.duties.all()}
    for pair, duty in there.items():
        if pair not in wanted:
            duty.delete()
    missing = sorted(wanted - set(there), key=str)
    TypeDuty.objects.bulk_create(TypeDuty(type=kind, right=right, post_id=post) for right, post in missing)


def _lock(actor: Actor, version_id: UUID) -> CertificateTypeVersion:
    """The version with its type, both locked. Raises :class:`TypeVersionNotFound` or ``Forbidden``."""
    hold(actor)
    key = CertificateTypeVersion.objects.filter(pk=version_id).values_list("key", flat=True).first()
    if key is None:
        raise errors.TypeVersionNotFound
    kind = CertificateType.objects.select_for_update(of=("self",), no_key=True).filter(key=key).first()
    version = (
        CertificateTypeVersion.objects.select_for_update(of=("self",)).select_related("definer").get(pk=version_id)
    )
    version.type = kind or version.type
    _require(actor, version.definer_id)
    return version


def _check(content: TypeContent, key: str) -> None:
    check_content(content)
    if not key or len(key) > 60 or not key.replace("-", "").isalnum() or not key.isascii() or key != key.lower():
        raise errors.TypeInvalid(fields={"key": _("代号只能用小写字母、数字和连接号，最多 60 个。")})
    ids = {post for posts in content.duties.values() for post in posts}
    if Post.objects.filter(pk__in=ids).count() != len(ids):
        raise errors.TypeInvalid(fields={"duties": _("没有这个岗位。")})


def _require(actor: Actor, definer_id: UUID) -> None:
    if actor.kind != ActorKind.SYSTEM:
        actor.require(Permission.MANAGE_ITEMS, definer_id)


def _settle(actor: Actor, version: CertificateTypeVersion, action: str, target: str, **more: Any) -> None:
    steps.settle(actor, version, action, target, event=TYPE_STEP, version=version.version, key=version.key, **more)
