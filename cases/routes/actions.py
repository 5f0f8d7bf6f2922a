"""What officers do with a branch besides concluding it: take it, name who has it, pass it on, send back, step back."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import errors as case_errors
from cases import events as codes
from cases.actions import moves
from cases.models import Branch, Case, RouteEntry
from cases.routes import assignment, entries, errors, opening, rules
from cases.routes.escalation import superior_of
from cases.routes.queries import own_accounts
from cases.staffing import holders_of
from cases.states import FINAL_STATES, Action, State
from cases.visibility import visible_to
from common import events
from common.idempotency import claim
from identity.actor import Actor
from identity.models import Post
from identity.permissions import Permission
from identity.staff.current import hold

_LONGEST = 1000
_Kind = RouteEntry.Kind


def _reason(text: str) -> str:
    if not text.strip():
        raise case_errors.ReasonMissing(fields={"reason": case_errors.ReasonMissing.message})
    return text.strip()[:_LONGEST]


@transaction.atomic
def claim_review(
    actor: Actor, *, case_id: UUID, branch_id: UUID, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Take a review of one's post for oneself (领办).

    Raises :class:`BranchNotFound`, :class:`BranchDone`, :class:`Recused`, :class:`AssignedElsewhere`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="claim_review", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.CLAIM, expected_version=expected_version)
    branch = assignment.own_branch(actor, case, branch_id)
    branch.assignee_id = actor.stands_in_for or actor.known_account_id
    branch.save(update_fields=["assignee", "updated_at"])
    _moved(actor, case, branch, Action.CLAIM, note=branch.stage.name)
    claimed.settle(case.pk)
    return case


@transaction.atomic
def assign(
    actor: Actor,
    *,
    case_id: UUID,
    branch_id: UUID,
    account_id: UUID,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Name who of its post reviews a branch; for who decides or supervises in its department.

    Raises :class:`BranchNotFound`, :class:`BranchDone` or :class:`AssigneeUnfit`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="assign_review", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.ASSIGN, expected_version=expected_version)
    branch = case.branches.select_related("stage").filter(pk=branch_id).first()
    if branch is None or not (
        actor.may(Permission.DECIDE, branch.department_id) or actor.may(Permission.SUPERVISE, branch.department_id)
    ):
        raise case_errors.BranchNotFound
    if branch.state != Branch.State.OPEN:
        raise case_errors.BranchDone(state=branch.get_state_display())
    if account_id not in opening.candidates(branch):
        raise errors.AssigneeUnfit(fields={"assignee": errors.AssigneeUnfit.message})
    branch.assignee_id = account_id
    branch.save(update_fields=["assignee", "updated_at"])
    named = next(row.account.staff_name for row in holders_of(branch.post_id) if row.account_id == account_id)
    _moved(actor, case, branch, Action.ASSIGN, note=f"{branch.stage.name} → {named}")
    claimed.settle(case.pk)
    return case


@transaction.atomic
def transfer(
    actor: Actor,
    *,
    case_id: UUID,
    branch_id: UUID,
    post_id: UUID,
    reason: str,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Pass one's open review on to another post of the same department; its limit goes on.

    Raises the errors of :func:`cases.routes.assignment.own_branch`, :class:`PostUnfit` or :class:`ReasonMissing`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="transfer_review", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.TRANSFER, expected_version=expected_version)
    branch = assignment.own_branch(actor, case, branch_id)
    why = _reason(reason)
    post = Post.objects.filter(pk=post_id, department_id=branch.department_id, is_active=True).first()
    if post is None or post.pk == branch.post_id or not holders_of(post.pk):
        raise case_errors.PostUnfit
    former = branch.post
    branch.post = post
    branch.assignee_id = opening.first_choice(branch)
    branch.save(update_fields=["post", "assignee", "updated_at"])
    entries.write(actor, case, _Kind.TRANSFER, why, branch=branch)
    _moved(actor, case, branch, Action.TRANSFER, note=f"{former.name} → {post.name}：{why}")
    claimed.settle(case.pk)
    return case


@transaction.atomic
def return_stage(
    actor: Actor,
    *,
    case_id: UUID,
    target_id: UUID,
    reason: str,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Send a concluded stage back with reasons: it opens again with a fresh limit, and all that rests on it waits.

    For the reviewer of a later stage, and for the decider when nobody is at work. Once for each stage; opinions
    that no longer count stay in the record. Raises :class:`NotReturnable`, :class:`ReturnedBefore`,
    :class:`Recused` or :class:`ReasonMissing`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="return_stage", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.RETURN_STAGE, expected_version=expected_version)
    assignment.require_not_recused(actor, case)
    why = _reason(reason)
    branches = opening.load(case)
    target = next((branch for branch in branches if branch.pk == target_id), None)
    if target is None or target not in rules.returnable(branches, _own_or_decider(actor, case), returned=()):
        raise errors.NotReturnable
    if RouteEntry.objects.filter(branch=target, kind=_Kind.RETURN).exists():
        raise errors.ReturnedBefore(name=target.stage.name)
    undone = [target, *rules.resting_on(branches, target)]
    detail = {"stages": [_opinion(branch) for branch in undone if branch.state in rules.CONCLUDED]}
    entries.write(actor, case, _Kind.RETURN, why, branch=target, detail=detail)
    for branch in undone:
        _begin_again(branch)
    opening.start(case, target, on=timezone.localdate())
    target.save()
    _moved(actor, case, target, Action.RETURN_STAGE, note=f"{target.stage.name}：{why}")
    claimed.settle(case.pk)
    return case


def _own_or_decider(actor: Actor, case: Case) -> list[Branch] | None:
    """The open branches this officer may work on; None for who decides the case. Raises :class:`NotReturnable`."""
    mine = set(own_accounts(actor))
    own = [
        branch
        for branch in case.branches.select_related("stage").filter(post=actor.post_id, state=Branch.State.OPEN)
        if actor.may(Permission.REVIEW, branch.department_id) and (not branch.assignee_id or branch.assignee_id in mine)
    ]
    if own:
        return own
    if actor.may(Permission.DECIDE, case.department_id):
        return None
    raise errors.NotReturnable


def _opinion(branch: Branch) -> dict[str, str]:
    return {
        "stage": branch.stage.name,
        "state": branch.get_state_display(),
        "opinion": branch.opinion,
        "second": branch.second_officer,
        "at": branch.reviewed_at.isoformat() if branch.reviewed_at else "",
    }


def _begin_again(branch: Branch) -> None:
    """Back to waiting, without opinion; who had it keeps it."""
    branch.state = Branch.State.WAITING
    branch.opened_on = branch.due_on = None
    branch.escalated_at = branch.escalated_to = None
    branch.opinion = branch.second_officer = ""
    branch.reviewer_id = None
    branch.reviewed_at = None
    branch.save()


@transaction.atomic
def recuse(
    actor: Actor, *, case_id: UUID, reason: str, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Declare a conflict of interest and step back from a case: no review, no decision of it any more.

    The reviews this officer had go to another person of the post; where there is none, to the superior.
    Raises :class:`Recused` (declared before), :class:`CaseNotFound` or :class:`ReasonMissing`.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="recuse", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.RECUSE, expected_version=expected_version)
    assignment.require_not_recused(actor, case)
    why = _reason(reason)
    mine = [
        branch for branch in opening.load(case) if branch.post_id == actor.post_id and branch.state == Branch.State.OPEN
    ]
    if not mine and not actor.may(Permission.DECIDE, case.department_id):
        raise case_errors.BranchNotFound
    entries.write(actor, case, _Kind.RECUSAL, why)
    for branch in mine:
        _pass_on(actor, branch)
    _moved(actor, case, mine[0] if mine else None, Action.RECUSE, note=why)
    claimed.settle(case.pk)
    return case


def _pass_on(actor: Actor, branch: Branch) -> None:
    """Give a branch to somebody else of the post; where nobody is left, to the superior."""
    others = opening.candidates(branch, without=actor.account_id)
    if not others:
        superior = superior_of(branch, without=actor.known_account_id)
        branch.escalated_at, branch.escalated_to = timezone.now(), superior
        if superior and superior.department_id == branch.department_id and holders_of(superior.pk):
            branch.post, branch.assignee = superior, None
    elif branch.assignee_id == actor.account_id:
        branch.assignee_id = opening.first_choice(branch, without=actor.account_id)
    branch.save()


@transaction.atomic
def comment(actor: Actor, *, case_id: UUID, text: str, request_key: str = "") -> RouteEntry:
    """Write a remark for the other departments on a case; staff only, never shown to the applicant.

    Raises :class:`CaseNotFound`, :class:`CaseClosed` or :class:`TextMissing`.
    """
    hold(actor)
    case = visible_to(actor).select_for_update(of=("self",), no_key=True).filter(pk=case_id).first()
    if case is None or not actor.is_staff:
        raise case_errors.CaseNotFound
    claimed = claim(actor_id=actor.account_id, action="comment_case", request_key=request_key)
    if claimed.earlier_id:
        return RouteEntry.objects.get(pk=claimed.earlier_id)
    if case.state in FINAL_STATES or case.state == State.DECIDED:
        raise case_errors.CaseClosed(state=case.get_state_display(), action="留言")
    words = text.strip()
    if not words or len(words) > _LONGEST:
        raise errors.TextMissing(fields={"text": errors.TextMissing.message})
    entry = entries.write(actor, case, _Kind.COMMENT, words)
    events.record(
        codes.CASE_COMMENTED, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, entry=str(entry.pk)
    )
    claimed.settle(entry.pk)
    return entry


def _moved(actor: Actor, case: Case, branch: Branch | None, action: Action, *, note: str) -> None:
    moves.apply(case, actor, action, note=note)
    events.record(
        codes.ROUTE_CHANGED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        branch=branch.stage.key if branch else "",
        action=str(action),
    )
