"""Reads about threads. A staff member's look at one is recorded."""

import datetime as dt
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from cases import errors as case_errors
from cases import events as codes
from cases.consultation import errors
from cases.consultation.models import Consultation, ConsultationFile, ConsultationMessage
from cases.models import Branch, Case
from cases.queries import waiting_for
from cases.routes.queries import is_recused
from cases.rules import is_case_number
from cases.storing import content_of
from cases.visibility import of_ended_organisations, visible_to
from common import events
from common.errors import Forbidden
from identity.actor import Actor
from identity.permissions import Permission

_ANSWERING = (Permission.COUNTER, Permission.DECIDE)
_State = Consultation.State
FILTERS = ("todo", "mine", "late", "answered", "closed")


def require_known(actor: Actor, case_id: UUID) -> None:
    """Raise :class:`CaseNotFound` unless the actor may know of the case, or may still read it."""
    if visible_to(actor).filter(pk=case_id).exists() or of_ended_organisations(actor).filter(pk=case_id).exists():
        return
    raise case_errors.CaseNotFound


def require_answerable(actor: Actor, case_id: UUID) -> None:
    """Raise :class:`ConsultationNotFound`, or :class:`Forbidden` for staff who see the thread and do not answer."""
    case = visible_to(actor).filter(pk=case_id, consultation__isnull=False).first() if actor.is_staff else None
    if case is None:
        raise errors.ConsultationNotFound
    if not may_answer(actor, case):
        raise Forbidden


def may_answer(actor: Actor, case: Case) -> bool:
    """Whether this post answers: the counter and the deciders of the department that has the case, and the posts
    that review it now; nobody who stepped back from it."""
    if not actor.is_staff or is_recused(actor, case):
        return False
    if any(actor.may(right, case.department_id) for right in _ANSWERING):
        return True
    return _open_branches(actor).filter(case=case).exists()


def _open_branches(actor: Actor) -> QuerySet[Branch]:
    reviewing = actor.departments(Permission.REVIEW)
    return Branch.objects.filter(post=actor.post_id, state=Branch.State.OPEN, department_id__in=reviewing)


def _of_staff(actor: Actor) -> QuerySet[Consultation]:
    if not actor.is_staff:
        return Consultation.objects.none()
    rights = (*_ANSWERING, Permission.SUPERVISE)
    own = frozenset[UUID]().union(*(actor.departments(right) for right in rights))
    reviewed = Exists(_open_branches(actor).filter(case=OuterRef("case")))
    rows = Consultation.objects.filter(Q(department_id__in=own) | reviewed)
    return rows.select_related(
        "case__item_version",
        "case__agent",
        "case__applicant__person",
        "case__applicant__organisation",
        "department__region",
    )


def to_answer(actor: Actor) -> QuerySet[Consultation]:
    """Threads with an open question that this post answers: of its own departments, and of its open reviews."""
    if not actor.is_staff:
        return Consultation.objects.none()
    own = frozenset[UUID]().union(*(actor.departments(right) for right in _ANSWERING))
    reviewed = Exists(_open_branches(actor).filter(case=OuterRef("case")))
    return Consultation.objects.filter(Q(department_id__in=own) | reviewed, state=_State.WAITING)


def listing(actor: Actor, *, shown: str = "todo", number: str = "", today: dt.date) -> QuerySet[Consultation]:
    """Threads this post may see: without an answer (the most urgent first), of cases that wait for this very post,
    late, answered, closed; ``number`` is a whole case number."""
    rows = _of_staff(actor)
    if number:
        rows = rows.filter(case__number=number) if is_case_number(number) else rows.none()
    if shown in {"answered", "closed"}:
        return rows.filter(state=shown).order_by("-asked_at", "-id")
    rows = rows.filter(state=_State.WAITING)
    if shown == "mine":
        rows = rows.filter(case__in=Case.objects.filter(waiting_for(actor)))
    if shown == "late":
        rows = rows.filter(due_on__lt=today)
    return rows.order_by("due_on", "id")


def thread_of(case: Case) -> Consultation | None:
    """The thread of a case its reader may see."""
    return getattr(case, "consultation", None)


def open_thread(actor: Actor, case_id: UUID) -> tuple[Case, Consultation | None]:
    """A case with its thread and all messages, three queries for each reader.

    Raises :class:`CaseNotFound`, for staff :class:`ConsultationNotFound` where nobody asked.
    """
    case = _with_thread(visible_to(actor)).filter(pk=case_id).first()
    if case is None and actor.is_citizen:
        case = _with_thread(of_ended_organisations(actor)).filter(pk=case_id).first()
    if case is None:
        raise case_errors.CaseNotFound
    thread = thread_of(case)
    if actor.is_staff:
        if thread is None:
            raise errors.ConsultationNotFound
        _record_look(actor, case)
    return case, thread


def _with_thread(cases: QuerySet[Case]) -> QuerySet[Case]:
    parts = ("item_version", "department__region", "applicant__person", "applicant__organisation", "agent")
    messages = ConsultationMessage.objects.prefetch_related("files").order_by("id")
    return cases.select_related("consultation", *parts).prefetch_related(
        Prefetch("consultation__messages", messages), "route_entries"
    )


def file(actor: Actor, case_id: UUID, file_id: UUID) -> tuple[ConsultationFile, bytes]:
    """A file of a thread for who may see the case. Raises :class:`CaseNotFound`, :class:`ConsultationFileNotFound`."""
    require_known(actor, case_id)
    rows = ConsultationFile.objects.filter(pk=file_id, message__consultation__case_id=case_id)
    found = rows.select_related("message__consultation__case").first()
    if found is None:
        raise errors.ConsultationFileNotFound
    if actor.is_staff:
        _record_look(actor, found.message.consultation.case)
    return found, content_of(found.file)


def _record_look(actor: Actor, case: Case) -> None:
    events.record(
        codes.CONSULTATION_READ, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, number=case.number or ""
    )


def asks_for_answer(case: Case) -> bool:
    """Whether a question on the case waits (one query)."""
    return Consultation.objects.filter(case=case, state=_State.WAITING).exists()
