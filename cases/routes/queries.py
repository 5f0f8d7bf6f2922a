"""What an officer can do with the branches of a case; over a case loaded with its branches and route entries."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q

from cases.models import Branch, Case, RouteEntry
from cases.routes import rules
from cases.staffing import holders_of
from cases.states import Action, State
from identity.actor import Actor
from identity.models import Post, PostHolding
from identity.permissions import Permission
from identity.staff.current import current
from services.codes import Assignment, StageKind

_Kind = RouteEntry.Kind


def own_accounts(actor: Actor) -> list[UUID]:
    """The accounts whose work this actor does: their own, and that of whoever they stand in for."""
    return [account for account in (actor.account_id, actor.stands_in_for) if account]


def waiting_for(actor: Actor) -> Q:
    """Open branches in this officer's list: of the post and nobody else's, or brought before the post as superior."""
    mine = Q(assignee=None) | Q(assignee__in=own_accounts(actor))
    return Q(post=actor.post_id) & mine | Q(escalated_to=actor.post_id)


def is_recused(actor: Actor, case: Case) -> bool:
    """Whether this actor, or whoever they stand in for, declared a conflict of interest in the case."""
    mine = set(own_accounts(actor))
    return any(entry.kind == _Kind.RECUSAL and entry.account_id in mine for entry in case.route_entries.all())


def branches_of_post(actor: Actor, case: Case) -> list[Branch]:
    """The open branches of this very post, whoever has them."""
    if case.state != State.IN_REVIEW:
        return []
    return [one for one in case.branches.all() if one.post_id == actor.post_id and one.state == Branch.State.OPEN]


def open_branch_for(actor: Actor, case: Case) -> Branch | None:
    """The branch of this case that this officer has to review, if it is open: their own first, then their post's."""
    if is_recused(actor, case):
        return None
    mine = set(own_accounts(actor))
    branches = branches_of_post(actor, case)
    own = next((one for one in branches if one.assignee_id in mine), None)
    shared = (one for one in branches if one.assignee_id is None and one.stage.assignment != Assignment.PERSON)
    return own or next(shared, None)


def claimable(actor: Actor, case: Case) -> Branch | None:
    """An open branch of the post that nobody has yet and that this officer may take."""
    branch = open_branch_for(actor, case)
    return branch if branch and branch.assignee_id is None else None


def assignable(actor: Actor, case: Case) -> list[Branch]:
    """Open branches whose officer this actor may name: of departments where they decide or supervise."""
    if case.state != State.IN_REVIEW:
        return []
    led = actor.departments(Permission.DECIDE) | actor.departments(Permission.SUPERVISE)
    return [one for one in case.branches.all() if one.state == Branch.State.OPEN and one.department_id in led]


def returnable(actor: Actor, case: Case) -> list[Branch]:
    """Concluded stages that this actor may send back: those before their own, or every one for the decider."""
    if case.state != State.IN_REVIEW or is_recused(actor, case):
        return []
    returned = {entry.branch_id for entry in case.route_entries.all() if entry.kind == _Kind.RETURN and entry.branch_id}
    mine = set(own_accounts(actor))
    own = [one for one in branches_of_post(actor, case) if one.assignee_id is None or one.assignee_id in mine]
    if not own and not actor.may(Permission.DECIDE, case.department_id):
        return []
    return rules.returnable(list(case.branches.all()), own or None, returned=returned)


def visitable(actor: Actor, case: Case) -> Branch | None:
    """The branch whose site visit this officer may record: of a visit's stage, or of any substantive check."""
    branch = open_branch_for(actor, case)
    is_fit = branch is not None and (branch.stage.kind == StageKind.SITE_VISIT or branch.stage.is_substantive)
    return branch if is_fit else None


def may_recuse(actor: Actor, case: Case) -> bool:
    """Whether this actor works on the case and has not stepped back yet."""
    if case.state != State.IN_REVIEW or is_recused(actor, case):
        return False
    return bool(branches_of_post(actor, case)) or actor.may(Permission.DECIDE, case.department_id)


def transfer_targets(branch: Branch) -> list[Post]:
    """Other posts of the branch's department that somebody holds now with the right to review (one query)."""
    held = current(PostHolding.objects.filter(role__in=["reviewer", "decider"], account__is_active=True))
    posts = Post.objects.filter(department_id=branch.department_id, is_active=True, pk__in=held.values("post"))
    return list(posts.exclude(pk=branch.post_id).order_by("name"))


def assignee_choices(case: Case, branches: list[Branch]) -> list[tuple[str, str]]:
    """``(branch:account, words)`` for everybody who may be named; nobody who stepped back."""
    recused = {entry.account_id for entry in case.route_entries.all() if entry.kind == _Kind.RECUSAL}
    return [
        (f"{branch.pk}:{row.account_id}", f"{branch.stage.name} · {row.account.staff_name}")
        for branch in branches
        for row in holders_of(branch.post_id)
        if row.account_id not in recused
    ]


CONDITIONS: dict[Action, Callable[[Actor, Case], bool]] = {
    Action.RECORD_VISIT: lambda actor, case: visitable(actor, case) is not None,
    Action.CLAIM: lambda actor, case: claimable(actor, case) is not None,
    Action.ASSIGN: lambda actor, case: bool(assignable(actor, case)),
    Action.TRANSFER: lambda actor, case: open_branch_for(actor, case) is not None,
    Action.RETURN_STAGE: lambda actor, case: bool(returnable(actor, case)),
    Action.RECUSE: may_recuse,
}
