"""One step on anything that is reviewed: looked up in its table, taken by the right person, written down."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.errors import Forbidden
from common.formatting import action_label, code_label
from identity.actor import Actor, ActorKind
from identity.permissions import Permission
from services.editing.errors import (
    DateInvalid,
    NoteMissing,
    OpenVersionExists,
    SamePerson,
    StaleVersion,
    StepNotAllowed,
)
from services.editing.labels import field_label
from services.errors import VersionNotFound
from services.models import CatalogueStep
from services.models.review import Reviewed
from services.states import (
    OPEN_VERSIONS,
    VERSION_MOVES,
    Move,
    OperationAction,
    VersionAction,
    version_actions,
)

_WRITING = (VersionAction.EDIT, VersionAction.SUBMIT, "propose", "begin")
_SECOND = (VersionAction.APPROVE, VersionAction.RETURN)


def require_manager(actor: Actor, department_id: UUID | None) -> None:
    """Raise :class:`Forbidden` unless the post manages items of that department.

    What belongs to no department here (an entry without a guiding body) any manager of items may touch.
    """
    if actor.kind == ActorKind.SYSTEM:
        return
    if department_id is None and actor.departments(Permission.MANAGE_ITEMS):
        return
    actor.require(Permission.MANAGE_ITEMS, department_id)


def check(
    actor: Actor,
    record: Any,
    action: str,
    moves: Mapping[Any, Move],
    *,
    expected_revision: int | None = None,
) -> Move:
    """Raise :class:`StepNotAllowed`, :class:`StaleVersion` or :class:`SamePerson`; return the table's row."""
    move = moves[action]
    if expected_revision is not None and expected_revision != record.revision:
        raise _stale(record, expected_revision)
    if record.state not in move.sources:
        label = next((str(getattr(one, "label", one)) for one in moves if one == action), action)
        raise StepNotAllowed(state=code_label(record.get_state_display()), action=action_label(label))
    if move.is_second:
        _require_second(actor, record)
    return move


def _require_second(actor: Actor, record: Any) -> None:
    """The system reviews nothing; a person reviews what they had no hand in."""
    if actor.account_id is None:
        raise Forbidden
    wrote = set(record.history.filter(action__in=_WRITING).values_list("account_id", flat=True))
    if actor.account_id in wrote | {record.author_id, record.submitted_by_id}:
        raise SamePerson


def _stale(record: Any, expected: int) -> StaleVersion:
    """Say who changed what since the revision the actor knew."""
    later = list(record.history.filter(revision__gt=expected).select_related("account").order_by("id"))
    names = [f"{step.by} {step.account.staff_name}".strip() if step.account else step.by for step in later]
    fields = [name for step in later for name in step.fields]
    return StaleVersion(
        who="、".join(dict.fromkeys(names)) or _("别人"),
        what="、".join(dict.fromkeys(field_label(name) for name in fields)) or _("状态"),
    )


def settle(
    actor: Actor,
    record: Reviewed,
    action: str,
    target: str,
    *,
    event: events.Event,
    note: str = "",
    fields: Sequence[str] = (),
    **detail: Any,
) -> CatalogueStep:
    """Set the state with who and when, append the step to the history and the audit; saves the record."""
    now = timezone.now()
    record.state = target  # type: ignore[attr-defined]
    if action in (VersionAction.SUBMIT, "propose"):
        record.submitted_by_id, record.submitted_at = actor.account_id, now
        record.reviewed_by_id = record.reviewed_at = None
    elif action in (VersionAction.APPROVE, VersionAction.RETURN, OperationAction.APPROVE, "refuse"):
        record.reviewed_by_id, record.reviewed_at = actor.account_id, now
    elif action == VersionAction.PUBLISH:
        record.published_by_id, record.published_at = actor.account_id, now
    record.revision += 1
    record.save()
    step = CatalogueStep.objects.create(
        **{_link(record): record},
        action=action,
        to_state=target,
        revision=record.revision,
        fields=list(fields),
        note=note.strip()[:1000],
        account_id=actor.account_id,
        by=actor.history_label[:200],
    )
    events.record(event, actor=actor, subject_id=record.pk, action=str(action), **detail)
    return step


def next_number(versions: Any) -> int:
    """The number of a new version among these; raises :class:`OpenVersionExists` while one of them is open."""
    version = versions.filter(state__in=OPEN_VERSIONS).first()
    if version:
        raise OpenVersionExists(number=version.version, state=code_label(version.get_state_display()))
    return (versions.aggregate(last=Max("version"))["last"] or 0) + 1


def enter(
    actor: Actor, version: Any, action: VersionAction, *, expected_revision: int, note: str = ""
) -> tuple[Move, str]:
    """Let a person begin a step on a locked version: return the table's row and the note, which a return must have.

    Raises what :func:`check` raises, :class:`NoteMissing`, and :class:`VersionNotFound` for what is no step of a
    person: editing, and what another step brings about.
    """
    move = check(actor, version, action, VERSION_MOVES, expected_revision=expected_revision)
    if move.by_system or action == VersionAction.EDIT:
        raise VersionNotFound
    return move, require_note(note) if action == VersionAction.RETURN else note


def name_days(version: Any, effective_on: dt.date | None, end: dt.date | None, *, ends: str = "cancel_on") -> None:
    """Note the days named at submission; ``ends`` is the column of the last one. Raises :class:`DateInvalid`."""
    version.effective_on = require_day(effective_on) if effective_on else None
    if end:
        setattr(version, ends, require_day(end, field=ends))
        if end <= (version.effective_on or timezone.localdate()):
            raise DateInvalid(fields={ends: DateInvalid.message})


def plan_day(version: Any, effective_on: dt.date | None) -> bool:
    """Settle from which day a version is in force, by default as named at submission; tell whether it lies ahead."""
    today = timezone.localdate()
    planned = version.effective_on or today
    version.effective_on = require_day(effective_on) if effective_on else max(planned, today)
    return bool(version.effective_on > today)


def keep_planner(version: Any, planner: UUID | None) -> None:
    """After publishing: who decided it stays named where the task only carries out what a person planned."""
    if planner and planner != version.published_by_id:
        version.published_by_id = planner
        version.save(update_fields=["published_by"])


def open_to(actor: Actor, version: Any) -> list[VersionAction]:
    """The steps of the table for somebody who manages it: a review is for those with no hand in it (history loaded)."""
    wrote = {version.author_id, version.submitted_by_id}
    wrote |= {step.account_id for step in version.history.all() if step.action in _WRITING}
    steps = version_actions(version.state)
    return [one for one in steps if one not in _SECOND] if actor.account_id in wrote else steps


def _link(record: Reviewed) -> str:
    return {
        "ItemVersion": "version",
        "DirectoryVersion": "directory_version",
        "ItemOperation": "operation",
        "AskWaiver": "waiver",
        "LegacyPlan": "legacy_plan",
        "BundleVersion": "bundle_version",
        "ElementVersion": "element_version",
    }[type(record).__name__]


def require_note(note: str) -> str:
    """Return the comment; raise :class:`NoteMissing` when it is empty."""
    if not note.strip():
        raise NoteMissing(fields={"note": NoteMissing.message})
    return note.strip()[:1000]


def require_day(day: dt.date | None, *, field: str = "effective_on") -> dt.date:
    """Return the day, today when none is given; raise :class:`DateInvalid` for a past one or one far away."""
    today = timezone.localdate()
    if day is None:
        return today
    if day < today:
        raise DateInvalid(fields={field: _("不能早于今天。")})
    if day > today + dt.timedelta(days=730):
        raise DateInvalid(fields={field: _("最多可以定在两年以内。")})
    return day
