"""Who works on hearings and expert reviews, and what of that goes on record."""

from cases import errors as case_errors
from cases import events as codes
from cases.models import Case, Hearing
from cases.proceedings import queries
from common import events
from identity.actor import Actor


def require_worker(actor: Actor, case: Case) -> None:
    """Raise :class:`BranchNotFound` unless this officer reviews the case now or decides it."""
    if not queries.works_on(actor, case):
        raise case_errors.BranchNotFound


def record(actor: Actor, hearing: Hearing, state: str) -> None:
    """Put what happened to a hearing on record, beside the applicant's case."""
    events.record(
        codes.HEARING_MOVED,
        actor=actor,
        subject_id=hearing.case_id,
        holder_id=hearing.case.applicant_id,
        hearing=str(hearing.pk),
        state=state,
    )
