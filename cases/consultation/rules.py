"""When one may ask, how long a department has, and how near that is."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from cases import clock
from cases.consultation.models import Consultation
from cases.limits import day_or_none
from cases.models import ArchivePackage, Case
from cases.states import FINAL_STATES, State
from common.workdays import UnknownYear, WorkCalendar, for_region

LONGEST = 1000  # characters of a message
MOST_FILES = 5  # with one message
MOST_OPEN = 10  # questions without an answer


def limit() -> clock.Limit:
    """How long a department has to answer, in working days."""
    return clock.Limit(settings.CONSULT_ANSWER_DAYS)


def due_day(case: Case, asked: dt.date) -> dt.date | None:
    """The last day to answer what was asked on a day; None in a year without calendar."""
    return day_or_none(asked, limit(), for_region(case.department.region.code))


def is_time_over(case: Case, today: dt.date) -> bool:
    """Whether the case ended so long ago that nobody asks about it any more."""
    if case.state not in FINAL_STATES or case.closed_at is None:
        return False
    return timezone.localdate(case.closed_at) + dt.timedelta(days=settings.CONSULT_CLOSE_DAYS) < today


def may_ask(case: Case, thread: Consultation | None, *, today: dt.date) -> bool:
    """Whether its applicant may still ask something: handed in, not long over, not sealed for the archive."""
    if case.state == State.DRAFT or is_time_over(case, today):
        return False
    if thread is not None and thread.state == Consultation.State.CLOSED:
        return False
    return case.state not in FINAL_STATES or not ArchivePackage.objects.filter(case=case, state="sealed").exists()


def reading(thread: Consultation, calendar: WorkCalendar, *, today: dt.date) -> clock.Reading:
    """How near the end of the time to answer is; nothing runs once it is answered."""
    none = clock.Reading(None, None, clock.Lamp.NONE)
    if thread.state != Consultation.State.WAITING:
        return none
    try:
        return clock.read(thread.due_on, limit(), calendar, today)
    except UnknownYear:
        return none
