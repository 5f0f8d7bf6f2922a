"""Telling of the right to a hearing, asking for one, and putting it on a day (行政许可法第四十六条至第四十八条)."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases import notices
from cases.actions import moves
from cases.actions.clocks import end_special, start_special
from cases.models import Case, CaseEvent, Hearing, Notice, SpecialProcedure
from cases.proceedings import errors, queries, rules
from cases.proceedings.working import record, require_worker
from cases.states import Action, State
from common.formatting import legal_datetime
from common.idempotency import claim
from common.workdays import for_region
from identity.actor import Actor

_State = Hearing.State
BASIS = "《中华人民共和国行政许可法》第四十五条、第四十七条、第四十八条"
OFFICE_BASIS = "《中华人民共和国行政许可法》第四十五条、第四十六条、第四十八条"
_LONGEST = 2000
ASKED, WAIVED = "ask_hearing", "waive_hearing"  # what an applicant says, in the history


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where a hearing takes place, under whom, and whether everybody may come. ``asked_on`` is the day a
    written request came in; without one and without a request online, the office holds the hearing of itself."""

    starts_at: dt.datetime
    place: str
    chair: str
    days_needed: int
    is_public: bool = True
    closed_reason: str = ""
    asked_on: dt.date | None = None


@transaction.atomic
def tell_hearing_right(
    actor: Actor,
    *,
    case_id: UUID,
    reason: str,
    parties: str = "",
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Tell the applicant that a hearing can be asked for, within five days of the notice's delivery.

    ``parties`` names others whose great interests are at stake, a line each; they stand on the notice. Raises
    :class:`ReasonMissing`, :class:`BranchNotFound` or :class:`HearingUnderWay`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="tell_hearing", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.TELL_HEARING, expected_version=expected_version)
    require_worker(actor, case)
    why = reason.strip()[:_LONGEST]
    if not why:
        raise case_errors.ReasonMissing(fields={"reason": case_errors.ReasonMissing.message})
    if not queries.may_tell(actor, case):
        raise errors.HearingUnderWay
    _put_aside_lapsed(case)
    named = [f"利害关系人：{line.strip()[:100]}" for line in parties.splitlines() if line.strip()][:20]
    notice = notices.issue(actor, case, Notice.Kind.HEARING_RIGHT, items=[f"涉及的重大利益：{why}", *named])
    hearing = Hearing.objects.create(
        case=case, told_by_id=actor.known_account_id, right_notice=notice, reason=why, state=_State.TOLD
    )
    _moved(actor, case, hearing, Action.TELL_HEARING)
    claimed.settle(case.pk)
    return case


def _put_aside_lapsed(case: Case) -> None:
    """A right that was told before and not used in time stays in the record as waived."""
    Hearing.objects.filter(case=case, state=_State.TOLD).update(state=_State.WAIVED, updated_at=timezone.now())


def _told(actor: Actor, case_id: UUID) -> Hearing:
    """The hearing an applicant can ask for now, on a locked case, also while another special procedure runs."""
    if not actor.is_citizen:
        raise case_errors.CaseNotFound
    case = moves.lock(actor, case_id)
    if case.state not in (State.IN_REVIEW, State.SUSPENDED):
        raise case_errors.MoveNotAllowed(state=case.get_state_display(), action="要求听证")
    standing = queries.hearing_of(case)
    if standing is None:
        raise errors.HearingNotFound
    if standing.hearing.state != _State.TOLD:
        raise errors.HearingMoved(state=standing.hearing.get_state_display())
    if standing.is_lapsed:
        raise errors.HearingTooLate
    standing.hearing.case = case
    return standing.hearing


@transaction.atomic
def ask_for_hearing(actor: Actor, *, case_id: UUID, text: str = "") -> Hearing:
    """Ask for a hearing as the applicant. Raises :class:`HearingNotFound`, :class:`HearingMoved` (asked for before),
    :class:`HearingTooLate` or :class:`MoveNotAllowed`."""
    hearing = _told(actor, case_id)
    hearing.state, hearing.origin = _State.ASKED, Hearing.Origin.ONLINE
    hearing.asked_on, hearing.asked_text = timezone.localdate(), text.strip()[:_LONGEST]
    hearing.save()
    _written_down(actor, hearing, ASKED)
    return hearing


@transaction.atomic
def waive_hearing(actor: Actor, *, case_id: UUID) -> Hearing:
    """Say as the applicant that no hearing is wanted: the review need not wait. Raises as :func:`ask_for_hearing`."""
    hearing = _told(actor, case_id)
    hearing.state = _State.WAIVED
    hearing.save()
    _written_down(actor, hearing, WAIVED)
    return hearing


def _written_down(actor: Actor, hearing: Hearing, event: str) -> None:
    """What an applicant says changes nothing about where the case is, and stands in its history."""
    case = hearing.case
    case.version += 1
    case.save(update_fields=["version", "updated_at"])
    CaseEvent.objects.create(
        case=case,
        action=event,
        from_state=case.state,
        to_state=case.state,
        actor_id=actor.account_id,
        actor_label=actor.history_label,
    )
    record(actor, hearing, str(hearing.state))


@transaction.atomic
def schedule_hearing(
    actor: Actor, *, case_id: UUID, plan: Plan, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Put a hearing on a day, or on another day: the applicant is told by a numbered notice seven days before.

    The first time the clock stops as for every special procedure (第四十五条). Raises :class:`PlaceMissing`,
    :class:`ChairUnfit`, :class:`ClosedReasonMissing`, :class:`HearingTooSoon`, :class:`HearingNotOnWorkday`,
    :class:`AskedDayWrong` or :class:`HearingMoved`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="schedule_hearing", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.SCHEDULE_HEARING, expected_version=expected_version)
    require_worker(actor, case)
    if not queries.may_schedule(actor, case):
        standing = queries.hearing_of(case)
        raise errors.HearingMoved(state=standing.hearing.get_state_display() if standing else "")
    _check_plan(case, plan)
    hearing = _to_schedule(actor, case, plan)
    if case.state == State.IN_REVIEW:
        hearing.procedure = _stop_clock(actor, case, hearing, plan)
        case.refresh_from_db(fields=["state", "version", "promise_due_on", "statutory_due_on"])
    hearing.state, hearing.starts_at, hearing.place = _State.SCHEDULED, plan.starts_at, plan.place.strip()[:200]
    hearing.chair, hearing.is_public = plan.chair.strip()[:60], plan.is_public
    hearing.closed_reason = "" if plan.is_public else plan.closed_reason.strip()[:_LONGEST]
    hearing.notice = notices.issue(actor, case, Notice.Kind.HEARING, items=_told_of(hearing))
    hearing.save()
    when = timezone.localtime(plan.starts_at).strftime("%Y-%m-%d %H:%M")
    _moved(actor, case, hearing, Action.SCHEDULE_HEARING, note=f"{when} {hearing.place}")
    claimed.settle(case.pk)
    return case


def _check_plan(case: Case, plan: Plan) -> None:
    if not plan.place.strip():
        raise errors.PlaceMissing(fields={"place": errors.PlaceMissing.message})
    if not rules.may_preside(plan.chair, queries.reviewers_of(case)):
        raise errors.ChairUnfit(fields={"chair": errors.ChairUnfit.message})
    if not plan.is_public and not plan.closed_reason.strip():
        raise errors.ClosedReasonMissing(fields={"closed_reason": errors.ClosedReasonMissing.message})
    day = timezone.localtime(plan.starts_at).date()
    first = queries.earliest_day(case, timezone.localdate())
    if first is None or day < first:
        shown = first.isoformat() if first else "—"
        text = str(errors.HearingTooSoon.message) % {"day": shown}
        raise errors.HearingTooSoon(fields={"held_on": text}, day=shown)
    if not for_region(case.department.region.code).is_workday(day):
        raise errors.HearingNotOnWorkday(fields={"held_on": errors.HearingNotOnWorkday.message})


def _to_schedule(actor: Actor, case: Case, plan: Plan) -> Hearing:
    """The hearing that gets a day: the one asked for, online or in writing; else one the office holds of itself."""
    standing = queries.hearing_of(case)
    if standing and standing.hearing.state in (_State.ASKED, _State.SCHEDULED):
        return standing.hearing
    if plan.asked_on is not None:
        if standing is None or standing.hearing.state != _State.TOLD or not _came_in_time(standing, plan.asked_on):
            raise errors.AskedDayWrong(fields={"asked_on": errors.AskedDayWrong.message})
        standing.hearing.origin, standing.hearing.asked_on = Hearing.Origin.PAPER, plan.asked_on
        return standing.hearing
    if standing and standing.hearing.state == _State.TOLD:
        standing.hearing.origin = Hearing.Origin.OFFICE
        return standing.hearing
    return Hearing(case=case, told_by_id=actor.known_account_id, origin=Hearing.Origin.OFFICE)


def _came_in_time(standing: queries.Standing, day: dt.date) -> bool:
    """Whether a written request came in between the telling of the right and the end of the time, till today."""
    notice = standing.hearing.right_notice
    begin = notice.issued_on if notice else day
    end = min(standing.ask_until or timezone.localdate(), timezone.localdate())
    return begin <= day <= end


def _stop_clock(actor: Actor, case: Case, hearing: Hearing, plan: Plan) -> SpecialProcedure:
    start_special(
        actor,
        case_id=case.pk,
        kind=SpecialProcedure.Kind.HEARING,
        reason=hearing.get_origin_display(),
        legal_basis=OFFICE_BASIS if hearing.origin == Hearing.Origin.OFFICE else BASIS,
        days_needed=plan.days_needed,
    )
    return SpecialProcedure.objects.get(case=case, ends_on__isnull=True)


def _told_of(hearing: Hearing) -> list[str]:
    when = legal_datetime(hearing.starts_at) if hearing.starts_at else ""
    openness = "公开举行" if hearing.is_public else f"不公开举行，理由：{hearing.closed_reason}"
    return [f"时间：{when}", f"地点：{hearing.place}", f"主持人：{hearing.chair}", f"方式：{openness}"]


@transaction.atomic
def cancel_hearing(
    actor: Actor, *, case_id: UUID, reason: str, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Note that a hearing was not held, and why (the applicant took the request back, or stayed away): the clock
    goes on the next day. Raises :class:`HearingMoved` or :class:`ReasonMissing`."""
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="cancel_hearing", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.CANCEL_HEARING, expected_version=expected_version)
    require_worker(actor, case)
    standing = queries.hearing_of(case)
    if standing is None or standing.hearing.state != _State.SCHEDULED:
        raise errors.HearingMoved(state=standing.hearing.get_state_display() if standing else "")
    why = reason.strip()[:_LONGEST]
    if not why:
        raise case_errors.ReasonMissing(fields={"reason": case_errors.ReasonMissing.message})
    hearing = standing.hearing
    hearing.state, hearing.result = _State.CANCELLED, why
    hearing.save()
    _moved(actor, case, hearing, Action.CANCEL_HEARING, note=why)
    end_special(actor, case_id=case.pk, result=f"听证没有举行：{why}")
    claimed.settle(case.pk)
    case.refresh_from_db(fields=["state", "version", "promise_due_on", "statutory_due_on"])
    return case


def _moved(actor: Actor, case: Case, hearing: Hearing, action: Action, *, note: str = "") -> None:
    moves.apply(case, actor, action, note=note)
    hearing.case = case
    record(actor, hearing, str(hearing.state))
