"""How every act changes a session: locked, checked, saved and recorded. The one place where its state changes."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from cases import events as codes
from cases.assisting import errors
from cases.assisting.models import Assistance
from cases.assisting.standing import LIVE, PARTS, State
from common import events
from common.formatting import code_label
from identity.actor import Actor


def lock(assistance_id: UUID, **where: object) -> Assistance:
    """Lock a session; raises :class:`AssistanceNotFound`."""
    rows = Assistance.objects.select_for_update(of=("self",), no_key=True).select_related(*PARTS)
    row = rows.filter(pk=assistance_id, **where).first()
    if row is None:
        raise errors.AssistanceNotFound
    return row


def say(actor: Actor, row: Assistance, sources: Collection[str], step: str, **values: object) -> Assistance:
    """Change a locked session that is in one of these states and not over, and record it for the person to read.

    Raises :class:`AssistanceMoved`.
    """
    if row.state not in sources or (row.state in LIVE and row.ends_at <= timezone.now()):
        raise errors.AssistanceMoved(state=code_label(row.get_state_display()))
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "updated_at"])
    record(actor, row, step, reason=row.end_reason)
    return row


def record(actor: Actor, row: Assistance, step: str, *, reason: str = "") -> None:
    """Write down a step of a session, for who stands there to read, and for whom they act under a mandate."""
    detail = {"window": row.window.number, "step": step, "reason": reason}
    events.record(codes.ASSISTANCE_MOVED, actor=actor, subject_id=row.pk, holder_id=row.person_id, **detail)
    if row.mandate_id is not None:
        events.record(codes.AGENT_AT_WINDOW, actor=actor, subject_id=row.pk, holder_id=row.party_id, **detail)


def end(actor: Actor, row: Assistance, sources: Collection[str], state: str, *, reason: str) -> Assistance:
    """End a locked session; one whose time is over already is ended too. Raises :class:`AssistanceMoved`."""
    now = timezone.now()
    if row.state in LIVE and row.ends_at <= now:
        row.ends_at = now + _A_MOMENT
        state, reason = State.ENDED, "到时间自动结束"
    return say(actor, row, sources, "ended", state=state, ended_at=now, end_reason=reason[:100])


_A_MOMENT = dt.timedelta(seconds=1)
