"""专家评审: experts are named, declare their interests, judge; the procedure ends with a summary of what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases import events as codes
from cases.actions import moves
from cases.actions.clocks import start_special
from cases.models import Case, Expert, ExpertReview, SpecialProcedure
from cases.proceedings import errors, queries
from cases.proceedings.lines import Named
from cases.proceedings.working import require_worker
from cases.states import Action
from common import events
from common.idempotency import claim
from identity.actor import Actor
from identity.rules import is_same_name

_Conflict = Expert.Conflict
BASIS = "《中华人民共和国行政许可法》第四十五条"
MOST = 15
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an expert declares and judges; with an interest there is no judgement."""

    conflict: str
    conflict_note: str = ""
    stance: str = ""
    opinion: str = ""


@transaction.atomic
def start_expert_review(
    actor: Actor,
    *,
    case_id: UUID,
    question: str,
    experts: Sequence[Named],
    days_needed: int,
    legal_basis: str = "",
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Have experts judge a question: the clock stops as for every special procedure, and the applicant is told.

    Raises :class:`ReasonMissing` (no question), :class:`ExpertsMissing` or :class:`BranchNotFound`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="start_experts", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.START_EXPERTS, expected_version=expected_version)
    require_worker(actor, case)
    asked = question.strip()[:_LONGEST]
    if not asked:
        raise case_errors.ReasonMissing(fields={"question": case_errors.ReasonMissing.message})
    _check_experts(case, experts)
    basis = legal_basis.strip() or BASIS
    start_special(
        actor,
        case_id=case.pk,
        kind=SpecialProcedure.Kind.EXPERT_REVIEW,
        reason=asked[:2000],
        legal_basis=basis,
        days_needed=days_needed,
    )
    review = ExpertReview.objects.create(
        case=case,
        procedure=SpecialProcedure.objects.get(case=case, ends_on__isnull=True),
        started_by_id=actor.known_account_id,
        organiser=actor.history_label,
        question=asked,
    )
    _add(review, experts)
    case.refresh_from_db(fields=["state", "version", "promise_due_on", "statutory_due_on"])
    moves.apply(case, actor, Action.START_EXPERTS, note="、".join(one.name for one in experts))
    _record(actor, case, review, "started")
    claimed.settle(case.pk)
    return case


def _check_experts(case: Case, experts: Sequence[Named], known: Sequence[str] = ()) -> None:
    names = [one.name for one in experts]
    barred = [*known, *queries.reviewers_of(case)]
    is_twice = any(is_same_name(one, other) for place, one in enumerate(names) for other in names[place + 1 :])
    if (
        not names
        or len(names) + len(known) > MOST
        or is_twice
        or any(is_same_name(name, other) for name in names for other in barred)
    ):
        raise errors.ExpertsMissing(fields={"experts": errors.ExpertsMissing.message})


def _add(review: ExpertReview, experts: Sequence[Named]) -> None:
    start = review.experts.count() + 1
    Expert.objects.bulk_create(
        Expert(
            review=review,
            order=order,
            name=one.name,
            organisation=one.organisation,
            speciality=one.speciality,
        )
        for order, one in enumerate(experts, start=start)
    )


@transaction.atomic
def add_experts(actor: Actor, *, case_id: UUID, experts: Sequence[Named]) -> ExpertReview:
    """Name further experts of a review under way, in place of those who stepped back.

    Raises :class:`ExpertNotFound` (no review) or :class:`ExpertsMissing`.
    """
    case = moves.lock(actor, case_id)
    require_worker(actor, case)
    review = queries.open_review(case)
    if review is None:
        raise errors.ExpertNotFound
    _check_experts(case, experts, [one.name for one in review.experts.all()])
    _add(review, experts)
    _record(actor, case, review, "experts_added")
    return review


@transaction.atomic
def write_judgement(actor: Actor, *, case_id: UUID, expert_id: UUID, given: Judgement) -> Expert:
    """Write down what an expert declared and judged, once. Raises :class:`ExpertNotFound`,
    :class:`OpinionWritten`, :class:`ConflictUndeclared` or :class:`OpinionIncomplete`."""
    case = moves.lock(actor, case_id)
    require_worker(actor, case)
    rows = Expert.objects.select_for_update(of=("self",)).select_related("review")
    expert = rows.filter(pk=expert_id, review__case=case, review__ended_at__isnull=True).first()
    if expert is None:
        raise errors.ExpertNotFound
    if expert.conflict != _Conflict.UNKNOWN:
        raise errors.OpinionWritten
    has_interest = given.conflict == _Conflict.SOME
    if given.conflict not in (_Conflict.NONE, _Conflict.SOME) or (has_interest and not given.conflict_note.strip()):
        raise errors.ConflictUndeclared(fields={"conflict": errors.ConflictUndeclared.message})
    opinion = given.opinion.strip()
    is_complete = given.stance in Expert.Stance.values and bool(opinion)
    if has_interest == bool(given.stance or opinion) or (not has_interest and not is_complete):
        raise errors.OpinionIncomplete(fields={"opinion": errors.OpinionIncomplete.message})
    expert.conflict, expert.conflict_note = given.conflict, given.conflict_note.strip()[:500]
    expert.stance, expert.opinion = given.stance, opinion[:_LONGEST]
    expert.written_at, expert.written_by_id = timezone.now(), actor.known_account_id
    expert.save()
    _record(actor, case, expert.review, f"{expert.order}:{expert.conflict}")
    return expert


def _record(actor: Actor, case: Case, review: ExpertReview, change: str) -> None:
    events.record(
        codes.EXPERTS_MOVED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        review=str(review.pk),
        change=change,
    )
