"""Set the stored due dates of a case from its clock; special procedures and extension change them."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases import clock, errors, notices
from cases.actions import moves
from cases.limits import BEFORE_REVIEW, day_or_none, pauses_of
from cases.models import Branch, Case, Extension, Notice, SpecialProcedure
from cases.proceedings import closing
from cases.quotas.turns import hold_line
from cases.renewing import at_the_limit
from cases.routes import opening
from cases.states import Action, State
from common.acts import act
from common.idempotency import claim
from common.jobs import for_each
from common.workdays import UnknownYear, WorkCalendar, for_region
from identity.actor import SYSTEM, Actor


def set_limits(case: Case) -> None:
    """Compute both due dates. A year without calendar data leaves them empty, and the page says why."""
    calendar = for_region(case.department.region.code)
    pauses, extension = pauses_of(case), _extension(case)
    version = case.item_version
    case.promise_due_on = _due(case, version.promise_days, version.promise_unit, calendar, pauses, extension)
    case.statutory_due_on = _due(case, version.statutory_days, version.statutory_unit, calendar, pauses, extension)
    if case.renewal_ends_on and case.accepted_on:  # neither a pause nor an extension reaches beyond the term
        if version.promise_days is not None:
            case.promise_due_on = clock.no_later(case.promise_due_on, case.renewal_ends_on)
        case.statutory_due_on = clock.no_later(case.statutory_due_on, case.renewal_ends_on)


def _extension(case: Case) -> int:
    """The days that were added; an extension is asked for in review."""
    if case.state in BEFORE_REVIEW:
        return 0
    return Extension.objects.filter(case=case).values_list("days", flat=True).first() or 0


def _due(
    case: Case, days: int | None, unit: str, calendar: WorkCalendar, pauses: list[clock.Pause], extension: int
) -> dt.date | None:
    if days is None or case.accepted_on is None:
        return None
    limit = clock.Limit(days, working=unit == "W")
    return day_or_none(case.accepted_on, limit, calendar, pauses=pauses, extension=extension)


def is_silence_over(case: Case, *, today: dt.date) -> bool:
    """Tell whether nobody answered the case in five working days; never guessed for a year without calendar data."""
    try:
        return clock.is_silence_over(case.received_on or today, today, for_region(case.department.region.code))
    except UnknownYear:
        return False


def begin(case: Case) -> None:
    """Set the day of acceptance and both limits.

    After five working days of silence the application counts as accepted since its receipt, whoever acts then
    (行政许可法第三十二条第一款第四项): an answer given late takes none of the applicant's time.
    """
    hold_line(case)
    today = timezone.localdate()
    case.is_deemed_accepted = is_silence_over(case, today=today)
    case.accepted_at = timezone.now()
    case.accepted_on = case.received_on if case.is_deemed_accepted else today
    set_limits(case)


def fill_missing(*, limit: int = 500) -> int:
    """Compute the due dates that had no calendar when the case was accepted; returns how many cases changed."""
    no_statute = Q(statutory_due_on__isnull=True, item_version__statutory_days__isnull=False)
    no_promise = Q(promise_due_on__isnull=True, item_version__promise_days__isnull=False)
    waiting = Case.objects.filter(
        no_statute | no_promise | at_the_limit(), state__in=[State.ACCEPTED, State.IN_REVIEW], accepted_on__isnull=False
    )
    changed = 0
    waiting = waiting.order_by("?")  # years still without a calendar keep no others out
    for case_id in waiting.values_list("pk", flat=True)[:limit]:
        with transaction.atomic():
            case = moves.lock(SYSTEM, case_id)
            before = case.promise_due_on, case.statutory_due_on
            set_limits(case)
            if (case.promise_due_on, case.statutory_due_on) != before:
                case.save(update_fields=["promise_due_on", "statutory_due_on", "updated_at"])
                changed += 1
    return changed


def fill_stages(*, limit: int = 500) -> int:
    """As :func:`fill_missing` for open stages: without a last day nobody is told that one is late. Returns how many
    cases were looked at; in no order, so that years still without a calendar keep no others out.
    """
    open_ones = Branch.objects.filter(state=Branch.State.OPEN, due_on__isnull=True, case__state=State.IN_REVIEW)
    cases = Case.objects.filter(pk__in=open_ones.order_by().values("case")).order_by("?")
    return for_each(list(cases.values_list("pk", flat=True)[:limit]), _fill_stages)


@transaction.atomic
def _fill_stages(case_id: UUID) -> bool:
    opening.reset_limits(moves.lock(SYSTEM, case_id))
    return True


@act
def start_special(
    actor: Actor,
    *,
    case_id: UUID,
    kind: str,
    reason: str,
    legal_basis: str,
    days_needed: int,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Begin a special procedure (行政许可法第四十五条): the clock stops and the applicant is told the time needed."""
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="start_special", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.START_SPECIAL, expected_version=expected_version)
    if not reason.strip() or not legal_basis.strip():
        raise errors.ReasonMissing(fields={"reason": errors.ReasonMissing.message})
    SpecialProcedure.objects.create(
        case=case,
        kind=kind,
        reason=reason.strip(),
        legal_basis=legal_basis.strip(),
        days_needed=days_needed,
        starts_on=timezone.localdate(),
        started_by_id=actor.known_account_id,
    )
    set_limits(case)
    moves.apply(case, actor, Action.START_SPECIAL, note=reason.strip())
    label = SpecialProcedure.Kind(kind).label
    notices.issue(
        actor, case, Notice.Kind.SPECIAL, items=[f"{label}：{days_needed} 个工作日", f"依据：{legal_basis.strip()}"]
    )
    claimed.settle(case.pk)
    return case


@act
def end_special(
    actor: Actor, *, case_id: UUID, result: str, request_key: str = "", expected_version: int | None = None
) -> Case:
    """End the special procedure with its result; the clock goes on the next day.

    A hearing ends with its signed record, an expert review with every opinion: see :func:`closing.finish`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="end_special", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.END_SPECIAL, expected_version=expected_version)
    if not result.strip():
        raise errors.ReasonMissing(fields={"result": errors.ReasonMissing.message})
    procedure = case.special_procedures.get(ends_on__isnull=True)
    closing.finish(procedure, result=result.strip())
    procedure.ends_on = timezone.localdate()
    procedure.result = result.strip()
    procedure.save(update_fields=["ends_on", "result", "updated_at"])
    set_limits(case)
    opening.reset_limits(case)
    moves.apply(case, actor, Action.END_SPECIAL, note=result.strip())
    claimed.settle(case.pk)
    return case


@act
def extend(
    actor: Actor,
    *,
    case_id: UUID,
    days: int,
    reason: str,
    legal_basis: str,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Extend the limit once, by 10 working days (15 for joint handling), before it ends (第四十二条)."""
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="extend", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.EXTEND, expected_version=expected_version)
    if Extension.objects.filter(case=case).exists():
        raise errors.ExtensionUsed
    if case.statutory_due_on and timezone.localdate() > case.statutory_due_on:
        raise errors.ExtensionTooLate
    if not reason.strip() or not legal_basis.strip():
        raise errors.ReasonMissing(fields={"reason": errors.ReasonMissing.message})
    if days not in _extensions(case):
        raise errors.ExtensionNotJoint(fields={"days": errors.ExtensionNotJoint.message})
    Extension.objects.create(
        case=case,
        days=days,
        reason=reason.strip(),
        legal_basis=legal_basis.strip(),
        approved_by_id=actor.known_account_id,
    )
    set_limits(case)
    moves.apply(case, actor, Action.EXTEND, note=reason.strip())
    notices.issue(actor, case, Notice.Kind.EXTENSION, items=[f"延长 {days} 个工作日", f"依据：{legal_basis.strip()}"])
    claimed.settle(case.pk)
    return case


def _extensions(case: Case) -> set[int]:
    """The days a case may be extended by: 15 only where several departments handle it (第四十二条第二款)."""
    departments = {case.department_id, *case.branches.values_list("department_id", flat=True)}
    return {10, 15} if len(departments) > 1 else {10}
