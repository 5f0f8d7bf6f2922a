"""Open reviews move to another post when their own has nobody left: nothing waits for somebody who is gone."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from cases import errors
from cases import events as codes
from cases.models import Branch, Case, CaseEvent
from cases.routes.rules import UNDONE
from cases.staffing import holders_of
from common import events
from identity.actor import Actor
from identity.models import Post
from identity.permissions import Permission
from identity.staff.current import hold

HANDED_OVER = "hand_over"


@transaction.atomic
def hand_over(actor: Actor, *, branch_ids: Collection[UUID], post: Post) -> int:
    """Move open review branches to another post of the same department whose holders may review.

    For whoever manages staff in the department. One row of history and one audit row for each case; a branch that
    was finished meanwhile, or stands with that post already, stays as it is. Returns how many moved. Raises
    :class:`CaseNotFound` for a branch of a department not managed, :class:`PostUnfit` for a post that nobody holds
    now with the right to review.
    """
    hold(actor)
    branches = (
        Branch.objects.select_related("case", "post", "stage").filter(pk__in=list(branch_ids)).order_by("case_id")
    )
    managed = actor.departments(Permission.MANAGE_STAFF)
    rows = list(branches)
    if len(rows) != len(set(branch_ids)) or any(row.department_id not in managed for row in rows):
        raise errors.CaseNotFound
    if any(row.department_id != post.department_id for row in rows) or not holders_of(post.pk):
        raise errors.PostUnfit
    return sum(_move(actor, row.pk, row.case_id, post) for row in rows)


def _move(actor: Actor, branch_id: UUID, case_id: UUID, post: Post) -> bool:
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    branch = Branch.objects.select_for_update(of=("self",)).select_related("post").get(pk=branch_id)
    if branch.state not in UNDONE or branch.post_id == post.pk:
        return False
    former, branch.post, branch.assignee = branch.post, post, None
    branch.save(update_fields=["post", "assignee", "updated_at"])
    case.version += 1
    case.save(update_fields=["version", "updated_at"])
    CaseEvent.objects.create(
        case=case,
        action=HANDED_OVER,
        from_state=case.state,
        to_state=case.state,
        actor_id=actor.account_id,
        actor_label=actor.history_label,
        note=f"{former.name} → {post.name}",
    )
    events.record(
        codes.BRANCH_HANDED_OVER,
        actor=actor,
        subject_id=case.pk,
        branch=str(branch.pk),
        from_post=str(former.pk),
        to_post=str(post.pk),
    )
    return True
