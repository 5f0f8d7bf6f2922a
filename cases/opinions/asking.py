"""What the department that has the case does: asks, reminds, withdraws, goes on without an answer.

Everybody locks the case first and then the question, so an answer and a withdrawal come one after the other. The
limit of the case runs on: the law knows no such pause (行政许可法第四十五条 names those there are).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases import events as codes
from cases.actions import moves
from cases.models import Branch, Case, CaseMaterial, OpinionAsked, OpinionRequest
from cases.opinions import errors, queries, rules
from cases.routes import assignment
from cases.states import Action
from common import events
from common.idempotency import claim
from identity.actor import Actor
from identity.models import Post
from identity.permissions import Permission

_State = OpinionAsked.State
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which posts, what they are shown for it, and how many working days they have."""

    text: str
    post_ids: Sequence[UUID]
    days: int
    fields: Sequence[str] = ()
    material_ids: Sequence[UUID] = ()


@transaction.atomic
def ask_opinion(
    actor: Actor,
    *,
    case_id: UUID,
    branch_id: UUID | None,
    question: Question,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Ask other departments about a case: from one's own open branch, or without one as who decides it.

    Raises :class:`QuestionMissing`, :class:`NobodyAsked`, :class:`DaysWrong`, :class:`NothingShown`, or the errors of
    :func:`cases.routes.assignment.own_branch`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="ask_opinion", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.ASK_OPINION, expected_version=expected_version)
    branch = _branch(actor, case, branch_id)
    text = question.text.strip()
    if not text or len(text) > rules.LONGEST_QUESTION:
        raise errors.QuestionMissing(fields={"question": errors.QuestionMissing.message})
    if not 1 <= question.days <= rules.MOST_DAYS:
        raise errors.DaysWrong(fields={"days": errors.DaysWrong.message})
    posts = _posts(actor, question.post_ids)
    assert actor.department_id  # staff who passed the checks above act in a post
    assert actor.post_id
    papers = _papers(case, question)
    request = OpinionRequest.objects.create(
        case=case,
        branch=branch,
        account_id=actor.known_account_id,
        author=actor.history_label,
        department_id=actor.department_id,
        post_id=actor.post_id,
        question=text,
        fields=list(dict.fromkeys(question.fields)),
        days=question.days,
    )
    request.papers.set(papers)
    due_on = rules.due_day(case, timezone.localdate(), question.days)
    OpinionAsked.objects.bulk_create(
        OpinionAsked(request=request, department_id=post.department_id, post=post, due_on=due_on) for post in posts
    )
    names = "、".join(post.department.short_name for post in posts)
    moves.apply(case, actor, Action.ASK_OPINION, note=names)
    events.record(
        codes.OPINION_ASKED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        request=str(request.pk),
        departments=[str(post.department_id) for post in posts],
        fields=request.fields,
        papers=len(papers),
    )
    claimed.settle(case.pk)
    return case


def _branch(actor: Actor, case: Case, branch_id: UUID | None) -> Branch | None:
    if branch_id is not None:
        return assignment.own_branch(actor, case, branch_id)
    if not actor.may(Permission.DECIDE, case.department_id):
        raise case_errors.BranchNotFound
    assignment.require_not_recused(actor, case)
    return None


def _posts(actor: Actor, post_ids: Sequence[UUID]) -> list[Post]:
    wanted = list(dict.fromkeys(post_ids))
    known = {post.pk: post for post in queries.posts_to_ask(actor)}
    found = [known[key] for key in wanted if key in known]
    departments = {post.department_id for post in found}
    if not found or len(found) != len(wanted) or len(departments) != len(found) or len(found) > rules.MOST_ASKED:
        raise errors.NobodyAsked(fields={"ask_1": errors.NobodyAsked.message})
    return found


def _papers(case: Case, question: Question) -> list[CaseMaterial]:
    wanted = set(question.material_ids)
    found = [one for one in queries.showable_papers(case) if one.pk in wanted]
    if len(found) != len(wanted) or not set(question.fields) <= set(case.answers):
        raise errors.NothingShown(fields={"fields": errors.NothingShown.message})
    return found


def lock(actor: Actor, case_id: UUID, asked_id: UUID) -> OpinionAsked:
    """Lock a case this actor may know of, then one question on it that waits. Raises :class:`CaseNotFound`,
    :class:`OpinionNotFound` (also for who did not ask it) or :class:`OpinionSettled`."""
    case = moves.lock(actor, case_id)
    rows = OpinionAsked.objects.select_for_update(of=("self",)).select_related("request__branch", "department")
    asked = rows.filter(pk=asked_id, request__case=case).first()
    if asked is None:
        raise errors.OpinionNotFound
    asked.request.case = case
    if not rules.is_asking(actor, asked):
        raise errors.OpinionNotFound
    require_waiting(asked)
    return asked


def require_waiting(asked: OpinionAsked) -> None:
    """Raise :class:`OpinionSettled` for a question that waits no more."""
    if asked.state != _State.WAITING:
        raise errors.OpinionSettled(state=asked.get_state_display())


@transaction.atomic
def remind(actor: Actor, *, case_id: UUID, asked_id: UUID) -> OpinionAsked:
    """Remind who was asked: it stands first in their list, marked. Once a day. Raises :class:`RemindedLately`."""
    asked = lock(actor, case_id, asked_id)
    now = timezone.now()
    if asked.reminded_at and now - asked.reminded_at < errors.RemindedLately.PAUSE:
        raise errors.RemindedLately
    asked.reminded_at = now
    asked.save(update_fields=["reminded_at", "updated_at"])
    record(actor, asked, "reminded")
    return asked


@transaction.atomic
def withdraw_question(actor: Actor, *, case_id: UUID, asked_id: UUID, reason: str) -> OpinionAsked:
    """Take a question back from a department; it sees nothing of the case any more. Raises :class:`ReasonMissing`."""
    asked = lock(actor, case_id, asked_id)
    return settle(actor, asked, _State.WITHDRAWN, reason=_reason(reason))


@transaction.atomic
def go_on_without(actor: Actor, *, case_id: UUID, asked_id: UUID, reason: str) -> OpinionAsked:
    """Wait no longer for a department whose time is over, for a reason. Raises :class:`TooEarly` before that."""
    asked = lock(actor, case_id, asked_id)
    why = _reason(reason)
    if not rules.is_over(asked, timezone.localdate()):
        raise errors.TooEarly
    return settle(actor, asked, _State.PASSED, reason=why)


@transaction.atomic
def settle_relief(actor: Actor, *, case_id: UUID, asked_id: UUID, is_granted: bool, reason: str = "") -> OpinionAsked:
    """Let a department off that asked for it, or say why its answer is needed.

    Raises :class:`ReliefMissing` where nobody asked, :class:`ReasonMissing` for a refusal without reasons.
    """
    asked = lock(actor, case_id, asked_id)
    if not asked.relief:
        raise errors.ReliefMissing
    if is_granted:
        return settle(actor, asked, _State.RELIEVED, reason=reason.strip()[:_LONGEST] or asked.relief)
    asked.relief_refused, asked.relief = _reason(reason), ""
    asked.version += 1
    asked.save()
    record(actor, asked, "relief_refused")
    return asked


def _reason(text: str) -> str:
    if not text.strip():
        raise case_errors.ReasonMissing(fields={"reason": case_errors.ReasonMissing.message})
    return text.strip()[:_LONGEST]


def settle(actor: Actor, asked: OpinionAsked, state: OpinionAsked.State, *, reason: str = "") -> OpinionAsked:
    """End a locked question that waits."""
    asked.state, asked.reason, asked.settled_at = state, reason, timezone.now()
    asked.version += 1
    asked.save()
    record(actor, asked, str(state))
    return asked


def record(actor: Actor, asked: OpinionAsked, change: str) -> None:
    """Put what happened to a question on record, beside the applicant's case."""
    case = asked.request.case
    events.record(
        codes.OPINION_CHANGED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        asked=str(asked.pk),
        change=change,
    )
