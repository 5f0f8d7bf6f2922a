"""Reads of hearings and expert reviews, and what they mean for what can be done with a case."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cases.models import Branch, Case, Expert, ExpertReview, Hearing, RouteEntry
from cases.proceedings import rules
from cases.routes.queries import own_accounts
from cases.serving.delivered import delivered_on
from cases.staffing import holders_of
from cases.states import Action, State
from common.workdays import for_region
from common.written import Given, written
from identity.actor import Actor
from identity.permissions import Permission

_State = Hearing.State
HAS_HEARING = Exists(Hearing.objects.filter(case=OuterRef("pk")))
HAS_EXPERTS = Exists(ExpertReview.objects.filter(case=OuterRef("pk")))
_UNDER_WAY = (_State.TOLD, _State.ASKED, _State.SCHEDULED, _State.RECORDED)


@dataclass(frozen=True, slots=True)
class Standing:
    """A hearing and the days that follow from it; None where a day is not known yet."""

    hearing: Hearing
    told_on: dt.date | None  # the day the notice of the right was delivered
    ask_until: dt.date | None
    hold_until: dt.date | None
    is_lapsed: bool

    @property
    def is_settled(self) -> bool:
        """Whether it hinders nothing any more."""
        return self.is_lapsed or self.hearing.state in rules.SETTLED

    @property
    def may_be_asked_for(self) -> bool:
        """Whether the applicant can still ask for it."""
        return self.hearing.state == _State.TOLD and not self.is_lapsed


def hearing_of(case: Case) -> Standing | None:
    """The latest hearing of a case. One from :func:`cases.queries.get_case` is asked once, and not at all where it
    has none."""
    known = getattr(case, "has_hearing", None)
    if known is None:
        return _latest(case)
    memo = vars(case)
    if "hearing_standing" not in memo:
        memo["hearing_standing"] = _latest(case) if known else None
    found: Standing | None = memo["hearing_standing"]
    return found


def _latest(case: Case) -> Standing | None:
    hearing = _latest_of.one(case.pk)
    return standing_of(case, hearing) if hearing else None


@written
def _latest_of(case_id: Given) -> QuerySet[Hearing]:
    rows = Hearing.objects.filter(case_id=case_id).select_related("right_notice__service", "notice", "procedure")
    return rows.prefetch_related("participants").order_by("-id")[:1]


def standing_of(case: Case, hearing: Hearing) -> Standing:
    """Count the days of a hearing by the calendar of the case's region (two queries)."""
    calendar = for_region(case.department.region.code)
    delivered = delivered_on(hearing.right_notice) if hearing.right_notice else None
    told_on = delivered[0] if delivered else None
    ask_until = rules.day_or_none(told_on, rules.ASK_DAYS, calendar)
    hold_until = rules.day_or_none(hearing.asked_on, rules.HOLD_DAYS, calendar)
    lapsed = rules.is_lapsed(hearing, ask_until, timezone.localdate())
    return Standing(hearing, told_on, ask_until, hold_until, lapsed)


def earliest_day(case: Case, today: dt.date) -> dt.date | None:
    """The first day a hearing can take place whose notice goes out today: seven working days lie between."""
    calendar = for_region(case.department.region.code)
    told = rules.day_or_none(today, rules.NOTICE_DAYS, calendar)
    return rules.day_or_none(told, 1, calendar)


def experts_of(case: Case) -> list[ExpertReview]:
    """The expert reviews of a case with their experts, oldest first (two queries where there are any)."""
    if not getattr(case, "has_experts", True):
        return []
    return list(ExpertReview.objects.filter(case=case).prefetch_related("experts").order_by("id"))


def open_review(case: Case) -> ExpertReview | None:
    """The expert review under way."""
    return ExpertReview.objects.filter(case=case, ended_at__isnull=True).first()


def works_on(actor: Actor, case: Case) -> bool:
    """Whether this officer reviews the case now or decides it, in the department that has it, and has not stepped back.

    Hearings and experts are that department's: it seals their notices, and they stop its clock. A stage of another
    department asks for them by its opinion.
    """
    if not actor.is_staff or case.state not in (State.IN_REVIEW, State.SUSPENDED):
        return False
    mine = set(own_accounts(actor))
    entries = case.route_entries.all()
    if any(entry.kind == RouteEntry.Kind.RECUSAL and entry.account_id in mine for entry in entries):
        return False
    if actor.may(Permission.DECIDE, case.department_id):
        return True
    return any(
        branch.post_id == actor.post_id
        and branch.state == Branch.State.OPEN
        and (branch.assignee_id is None or branch.assignee_id in mine)
        and branch.department_id == case.department_id
        and actor.may(Permission.REVIEW, branch.department_id)
        for branch in case.branches.all()
    )


def reviewers_of(case: Case) -> list[str]:
    """Names of everybody who reviewed the case, has it to review, or holds a post that does."""
    branches = list(case.branches.select_related("assignee", "reviewer", "stage"))
    names = {name for one in branches for name in (one.second_officer,) if name}
    names |= {row.staff_name for one in branches for row in (one.assignee, one.reviewer) if row}
    for post_id in {branch.post_id for branch in branches}:
        names |= {row.account.staff_name for row in holders_of(post_id)}
    return sorted(names)


def _state(case: Case) -> str:
    """The state of the latest hearing, '' without one; a right that was not used counts as none left open."""
    standing = hearing_of(case)
    if standing is None:
        return ""
    return "lapsed" if standing.is_lapsed else str(standing.hearing.state)


def may_tell(actor: Actor, case: Case) -> bool:
    """Whether the right to a hearing can be told: not while one is under way."""
    return works_on(actor, case) and _state(case) not in _UNDER_WAY


def may_schedule(actor: Actor, case: Case) -> bool:
    """Whether a hearing can be put on a day, or on another one."""
    if not works_on(actor, case):
        return False
    allowed = (
        {_State.SCHEDULED}
        if case.state == State.SUSPENDED
        else {"", "lapsed", *_State.values}
        - {
            _State.SCHEDULED,
            _State.RECORDED,
        }
    )
    return _state(case) in allowed


def may_record(actor: Actor, case: Case) -> bool:
    """Whether the record can be written: the hearing has begun."""
    standing = hearing_of(case) if works_on(actor, case) else None
    if standing is None or standing.hearing.state not in (_State.SCHEDULED, _State.RECORDED):
        return False
    return standing.hearing.starts_at is not None and standing.hearing.starts_at <= timezone.now()


def may_cancel(actor: Actor, case: Case) -> bool:
    """Whether a hearing can be noted as not held."""
    return works_on(actor, case) and _state(case) == _State.SCHEDULED


def may_ask(case: Case) -> bool:
    """Whether its applicant can ask for a hearing now, or waive it."""
    standing = hearing_of(case) if case.state == State.IN_REVIEW else None
    return standing is not None and standing.may_be_asked_for


def may_end_special(case: Case) -> bool:
    """Whether a special procedure may end: a hearing's time ends with its record."""
    return _state(case) not in (_State.SCHEDULED,)


def experts_waiting(review: ExpertReview) -> list[Expert]:
    """The experts of a loaded review who have not declared their interests, or not judged."""
    return [
        one
        for one in review.experts.all()
        if one.conflict == Expert.Conflict.UNKNOWN or (one.conflict == Expert.Conflict.NONE and not one.stance)
    ]


CONDITIONS = {
    Action.TELL_HEARING: may_tell,
    Action.SCHEDULE_HEARING: may_schedule,
    Action.RECORD_HEARING: may_record,
    Action.CANCEL_HEARING: may_cancel,
    Action.START_EXPERTS: works_on,
}
