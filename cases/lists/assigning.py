"""批量指定: the open reviews of many cases go to one colleague, or to whoever has the least; and back again."""

from uuid import UUID

from cases.actions import moves
from cases.lists import errors
from cases.lists.models import BulkJob, BulkRow
from cases.models import Branch, Case
from cases.routes import actions as routes
from cases.routes import opening
from cases.routes.queries import assignable
from cases.states import Action, State
from identity.actor import Actor
from identity.models import PostHolding
from identity.permissions import Permission
from identity.staff.current import current

BY_LOAD = "load"
_REVIEWING = [PostHolding.Role.REVIEWER, PostHolding.Role.DECIDER]


def assignees_for(actor: Actor, job: BulkJob) -> list[tuple[str, str]]:
    """(key, name and post) of everybody who holds a post that has an open review in a case of the job, in a
    department where this actor decides or supervises (one query)."""
    led = actor.departments(Permission.DECIDE) | actor.departments(Permission.SUPERVISE)
    branches = Branch.objects.filter(
        case__in=BulkRow.objects.filter(job=job).values("case"), state=Branch.State.OPEN, department_id__in=led
    )
    held = current(PostHolding.objects.filter(role__in=_REVIEWING, account__is_active=True))
    rows = held.filter(post__in=branches.values("post")).select_related("account", "post").order_by("post__name", "id")
    names: dict[str, str] = {}
    for row in rows:
        key = str(row.account_id)
        names[key] = f"{names[key]}、{row.post.name}" if key in names else f"{row.account.staff_name} · {row.post.name}"
    return list(names.items())


def require_assignee(actor: Actor, job: BulkJob, detail: str) -> None:
    """Raise :class:`AssigneeMissing` for anybody whom the job cannot name."""
    if detail != BY_LOAD and detail not in dict(assignees_for(actor, job)):
        raise errors.AssigneeMissing(fields={"detail": errors.AssigneeMissing.message})


def assign(who: Actor, row: BulkRow) -> None:
    """Name who reviews the open stages of one case; the row remembers who had them.

    By load only those that nobody has. Raises :class:`NothingToAssign`, or the errors of
    :func:`cases.routes.actions.assign`.
    """
    case = moves.lock(who, row.case_id)
    moves.check(case, who, Action.ASSIGN, expected_version=row.case_version)
    given = [
        [str(branch.pk), str(branch.assignee_id or ""), str(account)]
        for branch in assignable(who, case)
        if (account := _for(branch, row.job.detail)) is not None and account != branch.assignee_id
    ]
    if not given:
        raise errors.NothingToAssign
    for branch_id, _former, chosen in given:
        routes.assign(who, case_id=row.case_id, branch_id=UUID(branch_id), account_id=UUID(chosen))
    row.given = given


def _for(branch: Branch, detail: str) -> UUID | None:
    if detail == BY_LOAD:
        return None if branch.assignee_id else opening.least_busy(branch)
    account = UUID(detail)
    return account if account in opening.candidates(branch) else None


def take_back(who: Actor, row: BulkRow) -> None:
    """Give the stages of one case back to who had them, as far as nobody changed that since.

    Raises :class:`AssignedSince`.
    """
    assert row.job.undoes_id is not None
    before = BulkRow.objects.get(job_id=row.job.undoes_id, case_id=row.case_id)
    case = moves.lock(who, row.case_id)
    moves.check(case, who, Action.ASSIGN, expected_version=None)
    done = [_back(who, case, one) for one in before.given]
    if not any(done):
        raise errors.AssignedSince


def _back(who: Actor, case: Case, one: list[str]) -> bool:
    branch_id, former, given = one
    branch = next((found for found in assignable(who, case) if str(found.pk) == branch_id), None)
    if branch is None or str(branch.assignee_id or "") != given or case.state != State.IN_REVIEW:
        return False
    if former and UUID(former) in opening.candidates(branch):
        branch.assignee_id = UUID(former)
    else:
        branch.assignee_id = None
    branch.save(update_fields=["assignee", "updated_at"])
    moves.apply(case, who, Action.ASSIGN, note=f"{branch.stage.name}：撤销批量指定")
    return True
