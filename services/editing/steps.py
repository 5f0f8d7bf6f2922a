"""One step on anything of the catalogue that is reviewed; how, all rooms share: :mod:`identity.reviewing.steps`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from common.formatting import code_label
from identity.actor import Actor, ActorKind
from identity.permissions import Permission
from identity.reviewing import steps as reviewing
from identity.reviewing.days import keep_planner, plan_day, require_day
from identity.reviewing.states import OPEN_VERSIONS, VERSION_MOVES, Move, VersionAction
from identity.reviewing.steps import require_note, settle
from services.editing.errors import DateInvalid, OpenVersionExists
from services.editing.labels import field_label
from services.errors import VersionNotFound

__all__ = (
    "check",
    "enter",
    "keep_planner",
    "name_days",
    "next_number",
    "plan_day",
    "require_day",
    "require_manager",
    "require_note",
    "settle",
)


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
    """As :func:`identity.reviewing.steps.check`, with the catalogue's words for its columns."""
    return reviewing.check(actor, record, action, moves, expected_revision=expected_revision, label=field_label)


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
