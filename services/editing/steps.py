"""One step on anything of the catalogue that is reviewed; how, all rooms share: :mod:`identity.reviewing.steps`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from identity.actor import Actor, ActorKind
from identity.permissions import Permission
from identity.reviewing import steps as reviewing
from identity.reviewing.states import Move
from identity.reviewing.steps import require_note, settle
from services.editing.errors import DateInvalid
from services.editing.labels import field_label

__all__ = ("check", "require_day", "require_manager", "require_note", "settle")


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
