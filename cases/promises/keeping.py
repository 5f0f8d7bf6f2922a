"""How undertakings follow their case: made when it is handed in, due when it is accepted or decided, void when it ends.

Called within the transaction that moves the case; the case is locked.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Breach, Case, CaseMaterial, Undertaking
from cases.promises import errors, texts
from cases.states import FINAL_STATES, Action, Outcome
from common.formatting import format_date
from common.workdays import UnknownYear, for_region
from common.written import Given, written
from identity.actor import Actor

_Kind, _State = Undertaking.Kind, Undertaking.State
_WAYS = {CaseMaterial.Way.PROMISE: _Kind.PROMISE, CaseMaterial.Way.DEFERRED: _Kind.DEFERRED}
_ACCEPTED = {Action.ACCEPT, Action.DEEM_ACCEPTED, Action.DECIDE_AT_ONCE}


def barring(party_id: UUID, *, today: dt.date) -> Breach | None:
    """The record that keeps a party from promising anything today, the longest one (one query where there is none)."""
    return _barring.one(party_id, today)


@written
def _barring(party_id: Given, today: Given) -> QuerySet[Breach]:
    found = Breach.objects.filter(party_id=party_id, state=Breach.State.RECORDED, ends_on__gte=today)
    return found.order_by("-ends_on", "-pk")[:1]


def barred_error(breach: Breach) -> errors.PromiseBarred:
    """The refusal that says why, by whom and until when."""
    name = breach.undertaking.case.item_version.name
    until = format_date(breach.ends_on) if breach.ends_on else ""
    return errors.PromiseBarred(item=name, department=breach.department.name, until=until)


def require_trusted(party_id: UUID) -> None:
    """Raise :class:`PromiseBarred` while a breach of this party is in force, whichever department recorded it."""
    breach = barring(party_id, today=timezone.localdate())
    if breach is not None:
        raise barred_error(breach)


def text_for(row: CaseMaterial, kind: str) -> list[str]:
    """The whole text that is told and accepted for a material."""
    make = texts.promise_text if kind == _Kind.PROMISE else texts.defer_text
    return make(row.requirement, row.name)


def freeze(actor: Actor, case: Case, rows: Iterable[CaseMaterial]) -> None:
    """Keep what the applicant undertook for each material as it was told, when the draft is handed in.

    Raises :class:`PromiseBarred` where a promise counts no more.
    """
    chosen = [(row, _WAYS[CaseMaterial.Way(row.way)]) for row in rows if row.way in _WAYS]
    if any(kind == _Kind.PROMISE for _row, kind in chosen):
        require_trusted(case.applicant_id)
    for row, kind in chosen:
        days = texts.check_days(row.requirement) if kind == _Kind.PROMISE else row.requirement.defer_days or 0
        row.undertaking = Undertaking.objects.create(
            material=row,
            case=case,
            department_id=case.department_id,
            kind=kind,
            text=text_for(row, kind),
            days=days,
            accepted_at=row.updated_at,
            accepted_by_id=actor.known_account_id,
        )


def follow(case: Case, action: Action) -> None:
    """Start the time of what has waited for this move, and let go of what a case without a permit leaves behind."""
    is_granted = case.outcome == Outcome.APPROVED
    if action in _ACCEPTED and case.accepted_on:
        case.to_come = _start(case, _Kind.DEFERRED, case.accepted_on)
    if action in {Action.APPROVE, Action.DECIDE_AT_ONCE, Action.DEEM_RENEWED} and is_granted:
        _start(case, _Kind.PROMISE, timezone.localdate(case.decided_at))
    elif action == Action.REFUSE or (case.state in FINAL_STATES and not is_granted):
        left = Undertaking.objects.filter(case=case, state__in=[_State.WAITING, _State.OPEN])
        left.update(state=_State.VOID, result_at=timezone.now())


def _start(case: Case, kind: str, day: dt.date) -> tuple[Undertaking, ...]:
    started = tuple(_waiting(case.pk, kind))
    for row in started:
        row.state, row.starts_on = _State.OPEN, day
        row.due_on = due_day(day, row.days, case.department.region.code)
        row.save(update_fields=["state", "starts_on", "due_on", "updated_at"])
    return started


@written
def _waiting(case_id: Given, kind: Given) -> QuerySet[Undertaking]:
    return Undertaking.objects.filter(case_id=case_id, kind=kind, state=_State.WAITING).order_by("pk")


@written
def _not_supplied(case_id: Given) -> QuerySet[Undertaking]:
    deferred = Undertaking.objects.filter(case_id=case_id, kind=_Kind.DEFERRED).exclude(state=_State.SUPPLIED)
    return deferred.select_related("material__requirement").order_by("pk")


def due_day(start: dt.date, days: int, region: str) -> dt.date | None:
    """The last day of an undertaking; None while a year has no calendar."""
    try:
        return for_region(region).add(start, days)
    except UnknownYear:
        return None


def require_supplied(case: Case) -> None:
    """Raise :class:`DeferredOpen` while something that was to come later is missing: nothing is granted without it."""
    lacking = [one.material.name for one in _not_supplied(case.pk)]
    if lacking:
        raise errors.DeferredOpen(names="、".join(lacking))
