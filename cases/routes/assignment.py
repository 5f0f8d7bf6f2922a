"""Whose a review is: checks that every act on a branch makes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cases import errors as case_errors
from cases.models import Branch, Case, RouteEntry
from cases.routes import errors, opening
from cases.routes.queries import own_accounts
from cases.staffing import holders_of
from common.written import Given, written
from identity.actor import Actor
from identity.permissions import Permission
from identity.rules import is_same_name
from services.codes import Assignment


def require_not_recused(actor: Actor, case: Case) -> None:
    """Raise :class:`Recused` for who declared a conflict of interest, and for who stands in for them."""
    if _recusals(case.pk, list(own_accounts(actor))):
        raise errors.Recused


@written
def _recusals(case_id: Given, accounts: Given) -> QuerySet[RouteEntry, Any]:
    declared = RouteEntry.objects.filter(case_id=case_id, kind=RouteEntry.Kind.RECUSAL, account__among=accounts)
    return declared.order_by().values_list("pk", flat=True)[:1]


def require_own(actor: Actor, branch: Branch) -> None:
    """Raise unless the review is this actor's, their principal's, or the whole post's.

    Who was named and has left the post keeps nobody from it.
    """
    if branch.assignee_id is None:
        if branch.stage.assignment == Assignment.PERSON:
            raise errors.NotAssigned
        return
    if branch.assignee_id in own_accounts(actor):
        return
    if any(row.account_id == branch.assignee_id for row in holders_of(branch.post_id)):
        assert branch.assignee is not None
        raise errors.AssignedElsewhere(name=branch.assignee.staff_name)


def own_branch(actor: Actor, case: Case, branch_id: UUID, *, among: Sequence[Branch] | None = None) -> Branch:
    """The open branch of a locked case that this officer may work on; ``among`` are its branches, if they are loaded.

    Raises :class:`BranchNotFound`, :class:`BranchDone`, :class:`Recused`, :class:`AssignedElsewhere` or
    :class:`NotAssigned`.
    """
    branches = opening.load(case) if among is None else among
    branch = next((one for one in branches if one.pk == branch_id), None)
    if branch is None or branch.post_id != actor.post_id or not actor.may(Permission.REVIEW, branch.department_id):
        raise case_errors.BranchNotFound
    if branch.state != Branch.State.OPEN:
        raise case_errors.BranchDone(state=branch.get_state_display())
    require_not_recused(actor, case)
    require_own(actor, branch)
    return branch


def is_the_same(actor: Actor, officer: str) -> bool:
    """Whether the second officer is the first, or the absent one whom the first stands in for."""
    own = [name for name in (actor.name, actor.stands_in_name) if name]
    return any(is_same_name(officer, name) for name in own)
