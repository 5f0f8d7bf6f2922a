"""Before a branch is late its superior is told: once for each opening, seen in the worklist and on the case."""

import datetime as dt
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clock
from cases import events as codes
from cases.actions import moves
from cases.models import Branch, Case
from cases.states import Action, State
from common import events
from common.jobs import for_each
from common.workdays import UnknownYear, WorkCalendar, for_regions
from identity.actor import SYSTEM
from identity.models import Post, PostHolding
from identity.staff.current import current

_AHEAD = dt.timedelta(days=21)  # the last fifth of a stage of thirty working days, with a week of holidays within
_IN_ORDER = (PostHolding.Role.SUPERVISOR, PostHolding.Role.DECIDER)


class OfPost(Protocol):
    """Something that waits for a post."""

    @property
    def post_id(self) -> UUID: ...
    @property
    def department_id(self) -> UUID: ...


def superior_of(branch: OfPost, *, without: UUID | None = None) -> Post | None:
    """The post that watches over a branch, or over a question put to a post.

    It is of the same department, held by a supervisor, else by who decides there; else a supervisor's that serves the
    department. None where nobody is.
    """
    held = current(PostHolding.objects.filter(account__is_active=True)).exclude(post_id=branch.post_id)
    if without:
        held = held.exclude(account_id=without)
    own = held.filter(post__department_id=branch.department_id)
    serving = held.filter(role=PostHolding.Role.SUPERVISOR, post__serves=branch.department_id)
    for rows in (*(own.filter(role=role) for role in _IN_ORDER), serving):
        found = rows.select_related("post").order_by("post__name", "pk").first()
        if found:
            return found.post
    return None


def escalate_due(*, today: dt.date, limit: int = 2000) -> int:
    """Tell the superiors of branches whose last days have come; returns how many branches that were."""
    rows = Branch.objects.filter(
        state=Branch.State.OPEN, escalated_at__isnull=True, due_on__lte=today + _AHEAD, case__state=State.IN_REVIEW
    ).order_by("due_on", "pk")
    near: dict[tuple[dt.date, int, str], bool] = {}  # few days, lengths and regions over many branches
    told = 0
    last: tuple[dt.date, UUID] | None = None
    while True:
        batch = rows.filter(Q(due_on__gt=last[0]) | Q(pk__gt=last[1]), due_on__gte=last[0]) if last else rows
        found = list(
            batch.values_list("pk", "case_id", "due_on", "stage__days", "case__department__region__code")[:limit]
        )
        if not found:
            return told
        _judge(near, {(due, days, region) for _pk, _case, due, days, region in found if due} - near.keys(), today)
        cases = {pk: case_id for pk, case_id, due, days, region in found if due and near[due, days, region]}
        told += for_each(cases, lambda pk, known=cases: _escalate(pk, known[pk]))  # type: ignore[misc]
        last = (found[-1][2] or today, found[-1][0])


def _judge(near: dict[tuple[dt.date, int, str], bool], new: set[tuple[dt.date, int, str]], today: dt.date) -> None:
    calendars = for_regions(region for _due, _days, region in new)
    for due, days, region in new:
        near[due, days, region] = is_near(due, days, calendars[region], today)


def is_near(due: dt.date, days: int, calendar: WorkCalendar, today: dt.date) -> bool:
    """Whether the lamp of a stage of so many working days is yellow or red; never guessed without a calendar."""
    try:
        return clock.read(due, clock.Limit(days), calendar, today).lamp in (clock.Lamp.NEAR, clock.Lamp.OVER)
    except UnknownYear:
        return False


@transaction.atomic
def _escalate(branch_id: UUID, case_id: UUID) -> bool:
    case = moves.lock(SYSTEM, case_id)
    branch = Branch.objects.select_related("stage", "department").get(pk=branch_id)
    if branch.state != Branch.State.OPEN or branch.escalated_at or case.state != State.IN_REVIEW:
        return False
    bring_up(case, branch, _("%(stage)s快到期") % {"stage": branch.stage.name})
    return True


def bring_up(case: Case, branch: Branch, why: str) -> None:
    """Put an open branch (with stage and department) of a locked case before its superior; the history says why."""
    superior = superior_of(branch)
    branch.escalated_at, branch.escalated_to = timezone.now(), superior
    branch.save(update_fields=["escalated_at", "escalated_to", "updated_at"])
    to = superior.name if superior else branch.department.name
    note = _("%(why)s，已提请%(post)s督办") % {"why": why, "post": to}
    moves.apply(case, SYSTEM, Action.ESCALATE, note=note)
    events.record(
        codes.BRANCH_ESCALATED,
        actor=SYSTEM,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        branch=branch.stage.key,
        to_post=str(superior.pk) if superior else "",
    )
