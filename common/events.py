"""Audit event codes are permanent; each room's ``events.py`` declares its own with the fields they carry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from common.acts import gathering
from common.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event: its code, what it is about, and the names of its detail fields."""

    code: str
    subject_kind: str
    fields: frozenset[str] = frozenset()


class Doer(Protocol):
    """What the audit needs to know of an actor."""

    @property
    def kind(self) -> str: ...
    @property
    def account_id(self) -> UUID | None: ...
    @property
    def on_behalf_of_id(self) -> UUID | None: ...
    @property
    def department_id(self) -> UUID | None: ...


def record(
    event: Event, *, actor: Doer, subject_id: object, holder_id: UUID | None = None, **detail: object
) -> AuditEvent:
    """Append one audit row in the caller's transaction: the act and its record stand or fall together.

    ``detail`` must have exactly the event's declared fields, JSON values, and no secret or full personal datum. Within
    an act (:mod:`common.acts`) the row is written at its end.
    """
    row = _row(event, actor, subject_id, holder_id, detail)
    act = gathering()
    if act is None:
        row.save(force_insert=True)
    else:
        act.events.append(row)
    return row


def record_all(
    event: Event, *, actor: Doer, subjects: Iterable[tuple[object, UUID | None]], **detail: object
) -> list[AuditEvent]:
    """As :func:`record` for many (subject, holder) of one act with the same detail."""
    rows = [_row(event, actor, subject, holder, detail) for subject, holder in subjects]
    act = gathering()
    if act is None:
        return AuditEvent.objects.bulk_create(rows)
    act.events += rows
    return rows


def _row(
    event: Event, actor: Doer, subject_id: object, holder_id: UUID | None, detail: Mapping[str, object]
) -> AuditEvent:
    if set(detail) != event.fields:
        raise ValueError(f"{event.code} takes {sorted(event.fields)}, got {sorted(detail)}")
    return AuditEvent(
        code=event.code,
        actor_kind=actor.kind,
        actor_id=actor.account_id,
        on_behalf_of_id=actor.on_behalf_of_id,
        department_id=actor.department_id,
        subject_kind=event.subject_kind,
        subject_id=str(subject_id),
        holder_id=holder_id,
        detail=dict(detail),
    )
