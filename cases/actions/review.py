"""The departments' review, and the comparison with originals."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors
from cases import events as codes
from cases.actions import moves
from cases.models import Branch, Case, CaseMaterial
from cases.opinions.queries import require_settled
from cases.proceedings.closing import require_stage
from cases.queries import may_see_originals
from cases.routes import assignment, opening, rules, visits
from cases.routes import errors as route_errors
from cases.states import FINAL_STATES, Action
from cases.visibility import visible_to
from certificates import locker
from certificates.locker import mark_original_seen
from certificates.models import Document
from common import events
from common.acts import act
from common.errors import Forbidden
from common.idempotency import claim
from common.prepared import planned
from identity.actor import Actor

_COMPARABLE = (Document.Grade.B, Document.Grade.C)  # what the applicant made (grade D) has no original


@planned()
@act
def review(
    actor: Actor,
    *,
    case_id: UUID,
    branch_id: UUID,
    agreed: bool,
    opinion: str,
    second_officer: str = "",
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Give one department's opinion on its branch. A substantive check names a second officer (第三十四条第三款).

    Raises :class:`BranchNotFound` (another post's), :class:`BranchDone`, :class:`SecondOfficerMissing`,
    :class:`ReasonMissing` (opposing without reasons), or what the route asks for (:mod:`cases.routes.errors`).
    What waited for this stage opens at once.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="review", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.REVIEW, expected_version=expected_version)
    branches = opening.load(case)
    branch = assignment.own_branch(actor, case, branch_id, among=branches)
    _check_route(case, branch, branches, agreed=agreed, opinion=opinion)
    if not agreed and not opinion.strip():
        raise errors.ReasonMissing(fields={"opinion": errors.ReasonMissing.message})
    officer = second_officer.strip()
    if branch.stage.is_substantive and (not officer or assignment.is_the_same(actor, officer)):
        raise errors.SecondOfficerMissing(fields={"second_officer": errors.SecondOfficerMissing.message})
    branch.state = Branch.State.AGREED if agreed else Branch.State.OPPOSED
    branch.opinion = opinion.strip()[:1000]
    branch.second_officer = officer
    branch.reviewer_id = actor.account_id
    branch.reviewed_at = timezone.now()
    branch.save()
    opening.go_on(case, branches)
    moves.apply(case, actor, Action.REVIEW, note=f"{branch.stage.name}：{branch.get_state_display()}")
    events.record(
        codes.BRANCH_REVIEWED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        branch=branch.stage.key,
        result=str(branch.state),
    )
    claimed.settle(case.pk)
    return case


def _check_route(case: Case, branch: Branch, branches: list[Branch], *, agreed: bool, opinion: str) -> None:
    """A visit, a hearing and experts have their record; nobody who was asked may still answer; the lead of a joint
    review has heard everybody, and answers objections.
    """
    if opening.is_site_visit(branch) and not visits.recorded(case, branch):
        raise route_errors.VisitMissing
    require_stage(case, branch)
    require_settled(case, branch=branch)
    parts = rules.partners(branches, branch)
    waiting = [part.stage.name for part in parts if part.state in rules.UNDONE]
    if waiting:
        raise route_errors.PartsOpen(count=len(waiting), names="、".join(waiting))
    opposed = [part.stage.name for part in parts if part.state == Branch.State.OPPOSED]
    if agreed and opposed and not opinion.strip():
        names = "、".join(opposed)
        raise route_errors.PartsDiffer(
            fields={"opinion": str(route_errors.PartsDiffer.message) % {"names": names}}, names=names
        )


@act
def see_original(
    actor: Actor, *, case_id: UUID, material_id: UUID, expected_document_id: UUID | None = None
) -> CaseMaterial:
    """Record that an officer compared an uploaded copy with its original: grade C becomes B, for later cases too.

    ``expected_document_id`` is the copy the officer's page showed: the applicant may have handed in another since.
    Raises :class:`CaseNotFound`, :class:`CaseClosed`, :class:`Forbidden`, :class:`MaterialNotFound` or
    :class:`StaleForm`.
    """
    case, row = _compared(actor, case_id, material_id, expected_document_id)
    assert row.document_id is not None
    mark_original_seen(actor, document_id=row.document_id)
    row.original_seen_at = timezone.now()
    row.original_seen_by_id = actor.account_id
    row.save(update_fields=["original_seen_at", "original_seen_by"])  # updated_at tells when the applicant replaced it
    events.record(
        codes.ORIGINAL_SEEN,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        material=row.requirement.key,
    )
    return row


@act
def dispute_verdict(
    actor: Actor, *, case_id: UUID, material_id: UUID, reason: str, expected_document_id: UUID | None = None
) -> CaseMaterial:
    """Say that a copy somebody verified is not like its original, and why: grade B becomes C wherever it is used.

    Raises :class:`CaseNotFound`, :class:`CaseClosed`, :class:`Forbidden`, :class:`MaterialNotFound`,
    :class:`StaleForm`, or the errors of :func:`certificates.locker.dispute_verdict`.
    """
    case, row = _compared(actor, case_id, material_id, expected_document_id)
    assert row.document_id is not None
    locker.dispute_verdict(actor, document_id=row.document_id, reason=reason)
    events.record(
        codes.VERDICT_DISPUTED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        material=row.requirement.key,
    )
    return row


def _compared(
    actor: Actor, case_id: UUID, material_id: UUID, expected_document_id: UUID | None
) -> tuple[Case, CaseMaterial]:
    """The locked case and the material whose copy this officer may compare; the copy is the one the page showed."""
    case = visible_to(actor).select_for_update(of=("self",), no_key=True).filter(pk=case_id).first()
    if case is None:
        raise errors.CaseNotFound
    if actor.is_staff and case.state in FINAL_STATES:
        raise errors.CaseClosed(state=case.get_state_display(), action=_("核对原件"))
    if not may_see_originals(actor, case):
        raise Forbidden
    copies = case.materials.select_related("requirement").filter(document__grade__in=_COMPARABLE)
    row = copies.filter(pk=material_id).first()
    if row is None or row.document_id is None:
        raise errors.MaterialNotFound
    if expected_document_id is not None and expected_document_id != row.document_id:
        raise errors.StaleForm
    return case, row
