"""The record of a hearing and the minutes of an expert review, as PDF."""

from typing import Any
from uuid import UUID

from cases import errors as case_errors
from cases import events as codes
from cases.models import Case, ExpertReview, Hearing
from cases.proceedings import errors
from common import events
from common.printing.pdf import render_pdf
from identity.actor import Actor


def hearing_record(actor: Actor, case: Case, hearing_id: UUID) -> bytes:
    """The record to read and sign, for staff and the applicant of a case from :func:`cases.queries.get_case`.

    Raises :class:`HearingNotFound` while there is none.
    """
    written = Hearing.objects.filter(case=case, pk=hearing_id, state__in=[Hearing.State.RECORDED, Hearing.State.HELD])
    hearing = written.prefetch_related("participants").first()
    if hearing is None:
        raise errors.HearingNotFound
    _look(actor, case, str(hearing.pk))
    context = _facts(case) | {"hearing": hearing, "participants": list(hearing.participants.all())}
    title = f"听证笔录 {case.number}"
    return render_pdf("documents/hearing_record.html", context, title=title, author=case.department.name)


def expert_minutes(actor: Actor, case: Case, review_id: UUID) -> bytes:
    """The minutes of an expert review, for staff who may see the case. Raises :class:`ExpertNotFound`."""
    if not actor.is_staff:
        raise case_errors.CaseNotFound
    review = ExpertReview.objects.select_related("procedure").filter(case=case, pk=review_id).first()
    if review is None:
        raise errors.ExpertNotFound
    _look(actor, case, str(review.pk))
    context = _facts(case) | {"review": review, "experts": list(review.experts.all())}
    title = f"专家评审纪要 {case.number}"
    return render_pdf("documents/expert_minutes.html", context, title=title, author=case.department.name)


def _facts(case: Case) -> dict[str, Any]:
    return {"case": case, "item_name": case.item_version.name, "department_name": case.department.name}


def _look(actor: Actor, case: Case, entry: str) -> None:
    if actor.is_staff:
        events.record(codes.VISIT_READ, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, entry=entry)
