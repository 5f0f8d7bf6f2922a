"""Branches open when their turn comes, each with its own limit from that day and, where asked for, one officer."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from cases import clock
from cases.limits import day_or_none, pauses_of
from cases.models import Branch, Case, RouteEntry
from cases.routes import rules
from cases.staffing import holders_of
from cases.states import OPEN_STATES
from common.workdays import for_region
from common.written import Given, belonging, written
from services.codes import Assignment, StageKind
from services.models import ReviewStage

_OPEN = RawSQL("'open'", ())  # in the statement itself: its plan sees that the index of open branches answers


def lay_out(case: Case) -> None:
    """Make a branch for each stage of an accepted case, and open those that wait for nothing."""
    branches = [
        Branch(
            case=case, stage=stage, department_id=stage.department_id, post_id=stage.post_id, state=Branch.State.WAITING
        )
        for stage in _route(case.item_version_id)
    ]
    assert case.accepted_on is not None
    for branch in rules.to_open(branches):
        _open(case, branch, on=case.accepted_on)
    Branch.objects.bulk_create(branches)


@written
def _route(version_id: Given) -> QuerySet[ReviewStage]:
    return ReviewStage.objects.filter(version_id=version_id)


def go_on(case: Case, branches: Sequence[Branch]) -> list[Branch]:
    """Open what waited for the stage just done, among all of a case's; it is locked, so that each opens once."""
    found = rules.to_open(branches)
    for branch in found:
        _open(case, branch, on=timezone.localdate())
        branch.save()
    return found


def load(case: Case) -> list[Branch]:
    """The branches of a locked case as they stand now, in the route's order."""
    return sorted(belonging(_branches(case.pk), case=case), key=lambda branch: branch.stage.order)


@written
def _branches(case_id: Given) -> QuerySet[Branch]:
    return Branch.objects.filter(case_id=case_id).select_related("stage").order_by()


def _open(case: Case, branch: Branch, *, on: dt.date) -> None:
    start(case, branch, on=on)
    branch.assignee_id = first_choice(branch)


def start(case: Case, branch: Branch, *, on: dt.date) -> None:
    """Open a branch; its limit is counted from this day. The caller saves it."""
    branch.state = Branch.State.OPEN
    branch.opened_on = on
    branch.due_on = due_on(case, branch)
    branch.escalated_at = branch.escalated_to = None


def due_on(case: Case, branch: Branch) -> dt.date | None:
    """The last day of a branch: its stage's working days from its opening, special procedures left out."""
    calendar = for_region(case.department.region.code)
    start = branch.opened_on or case.accepted_on
    due = day_or_none(start, clock.Limit(branch.stage.days), calendar, pauses=pauses_of(case))
    return clock.no_later(due, case.renewal_ends_on)


def reset_limits(case: Case) -> None:
    """Count the open branches of a case again, after a special procedure."""
    for branch in load(case):
        if branch.state == Branch.State.OPEN:
            branch.due_on = due_on(case, branch)
            branch.save(update_fields=["due_on", "updated_at"])


def first_choice(branch: Branch, *, without: UUID | None = None) -> UUID | None:
    """Whose a review is when it opens: with 按工作量分派 whoever of the post has the least; else nobody's yet."""
    if branch.stage.assignment != Assignment.LOAD:
        return None
    return least_busy(branch, without=without)


def least_busy(branch: Branch, *, without: UUID | None = None) -> UUID | None:
    """The account in the branch's post with the fewest open reviews, among those who did not step back."""
    accounts = candidates(branch, without=without)
    rows = Branch.objects.filter(
        Q(state=_OPEN), assignee__in=accounts, post_id=branch.post_id, case__state__in=OPEN_STATES
    ).exclude(pk=branch.pk)
    load_of = dict(rows.order_by().values_list("assignee").annotate(n=Count("pk")))
    return min(accounts, key=lambda account: (load_of.get(account, 0), str(account)), default=None)


def candidates(branch: Branch, *, without: UUID | None = None) -> list[UUID]:
    """Accounts that hold the branch's post now, may review and have not stepped back from the case."""
    recused = set(
        RouteEntry.objects.filter(case_id=branch.case_id, kind=RouteEntry.Kind.RECUSAL).values_list(
            "account_id", flat=True
        )
    )
    return [row.account_id for row in holders_of(branch.post_id, without=without) if row.account_id not in recused]


def is_site_visit(branch: Branch) -> bool:
    """Whether the stage is a visit on the spot."""
    return branch.stage.kind == StageKind.SITE_VISIT
