"""Who may answer, until when, and how near that is; pure over what was loaded."""

import datetime as dt
from uuid import UUID

from cases import clock
from cases.limits import day_or_none
from cases.models import Case, OpinionAsked
from common.workdays import UnknownYear, WorkCalendar, for_region
from identity.actor import Actor
from identity.permissions import Permission

MOST_ASKED = 3
MOST_DAYS = 30
MOST_FILES = 5
LONGEST_QUESTION = 1000
LONGEST_ANSWER = 2000
NEEDS_WORDS = frozenset({OpinionAsked.Stance.OPPOSE, OpinionAsked.Stance.ADVICE})


def due_day(case: Case, asked_on: dt.date, days: int) -> dt.date | None:
    """The last day to answer, in the working days of the region that asks; None in a year without calendar."""
    return day_or_none(asked_on, clock.Limit(days), for_region(case.department.region.code))


def is_over(asked: OpinionAsked, today: dt.date) -> bool:
    """Whether the time to answer has passed."""
    return asked.due_on is not None and today > asked.due_on


def is_asked(actor: Actor, asked: OpinionAsked) -> bool:
    """Whether the question stands before this very post: it was asked and reviews there, or is the superior it was
    brought before. Who only takes in at a post that others review in sees nothing of it."""
    if not actor.is_staff or actor.post_id is None:
        return False
    is_reviewers = actor.post_id == asked.post_id and actor.may(Permission.REVIEW, asked.department_id)
    return is_reviewers or actor.post_id == asked.escalated_to_id


def is_asking(actor: Actor, asked: OpinionAsked) -> bool:
    """Whether this post asked, or decides the case: reminds, withdraws, goes on without."""
    return actor.is_staff and (
        actor.post_id == asked.request.post_id or actor.may(Permission.DECIDE, asked.request.case.department_id)
    )


def is_colleagues(actor: Actor, asked: OpinionAsked, own: list[UUID]) -> bool:
    """Whether somebody else of the post has it; the superior may answer all the same."""
    if actor.post_id == asked.escalated_to_id:
        return False
    return asked.assignee_id is not None and asked.assignee_id not in own


def reading(asked: OpinionAsked, calendar: WorkCalendar, *, today: dt.date) -> clock.Reading:
    """How near the end of the time to answer is; nothing runs once it is settled."""
    none = clock.Reading(None, None, clock.Lamp.NONE)
    if asked.state != OpinionAsked.State.WAITING:
        return none
    try:
        return clock.read(asked.due_on, clock.Limit(asked.request.days), calendar, today)
    except UnknownYear:
        return none
