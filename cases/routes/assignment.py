"""Whose a review is: checks that every act on a branch makes."""

from cases.models import Branch, Case, RouteEntry
from cases.routes import errors
from cases.routes.queries import own_accounts
from cases.staffing import holders_of
from identity.actor import Actor
from services.codes import Assignment


def require_not_recused(actor: Actor, case: Case) -> None:
    """Raise :class:`Recused` for who declared a conflict of interest, and for who stands in for them."""
    declared = RouteEntry.objects.filter(case=case, kind=RouteEntry.Kind.RECUSAL, account__in=own_accounts(actor))
    if declared.exists():
        raise errors.Recused


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
