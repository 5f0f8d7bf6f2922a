"""The decision, what comes out of it, and the end of a case."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, faces, messages, notices, renewing
from cases.actions import moves
from cases.actions.clocks import begin
from cases.fees.errors import FeesUnpaid
from cases.fees.notice_actions import cancel_fees, raise_fees
from cases.fees.queries import is_settled
from cases.flags import lost_evidence
from cases.models import Branch, Case, CaseMaterial, Notice
from cases.opinions.queries import require_settled
from cases.proceedings.closing import require_heard
from cases.promises.keeping import require_supplied
from cases.quotas.turns import require_turn
from cases.refreshing import outdated_values
from cases.routes import assignment, opening, rules
from cases.states import Action, Outcome, State
from certificates.actions import issue
from certificates.errors import DocumentWaiting
from certificates.models import Certificate, Document
from common.acts import act
from common.idempotency import claim
from common.numbering import next_number
from common.prepared import planned
from common.written import Given, written
from identity.actions import register_organisation
from identity.actor import SYSTEM, Actor
from identity.models import Party
from identity.rules import make_uscc
from services.charging import Moment
from services.codes import ProjectType, Replaces
from services.texts import plain_text


@planned()
@act
def approve(
    actor: Actor,
    *,
    case_id: UUID,
    face: Mapping[str, str] | None = None,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Decide 准予: every branch agrees, originals were seen, no evidence is flagged; the result is issued at once.

    ``face`` gives printed values that only the department knows (a grade, an amount). Raises
    :class:`BranchesOpen`, :class:`BranchOpposed`, :class:`OriginalsNotSeen`, :class:`EvidenceFlagged`,
    :class:`AnswersOutdated` or :class:`DeferredOpen`; of a limited item :class:`QuotaFull` or :class:`QuotaTurn`.
    """
    case = moves.lock(actor, case_id, parts=(*moves.WHOLE, moves.REPRESENTATIVE, "item_version__result_type"))
    claimed = claim(actor_id=actor.account_id, action="approve", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.APPROVE, expected_version=expected_version)
    _check_own_review(actor, case)
    _check_branches(case, approving=True)
    _check_heard(case)
    require_turn(actor, case)
    _check_originals(case)
    _check_flags(case)
    _check_values(case)
    require_supplied(case)
    _approve(actor, case, Action.APPROVE, face or {})
    claimed.settle(case.pk)
    return case


def _check_heard(case: Case) -> None:
    """Nobody who was asked may still answer, and no hearing may still come (行政许可法第四十六条至第四十八条)."""
    require_settled(case)
    require_heard(case)


def _approve(actor: Actor, case: Case, action: Action, face: Mapping[str, str]) -> None:
    case.outcome = Outcome.APPROVED
    case.decided_at = timezone.now()
    if case.item_version.result_type_id:
        case.certificate = _issue_result(actor, case, face)
    moves.apply(case, actor, action)
    notices.issue(actor, case, Notice.Kind.APPROVAL)
    raise_fees(actor, case=case, moments=tuple(Moment))  # of both moments: who decides at once skipped the first
    notices.finish_later(case)


@planned()
@act
def decide_at_once(
    actor: Actor,
    *,
    case_id: UUID,
    face: Mapping[str, str] | None = None,
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Accept and approve an instant item (即办件) in one act at the counter (行政许可法第三十四条第二款).

    Raises :class:`NotInstant`, :class:`OriginalsNotSeen`, :class:`EvidenceFlagged`, :class:`AnswersOutdated` or
    :class:`DeferredOpen`; of a limited item :class:`QuotaFull` or :class:`QuotaTurn`.
    """
    case = moves.lock(actor, case_id, parts=(*moves.WHOLE, "item_version__result_type"))
    claimed = claim(actor_id=actor.account_id, action="decide_at_once", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.DECIDE_AT_ONCE, expected_version=expected_version)
    if case.item_version.project_type != ProjectType.INSTANT:
        raise errors.NotInstant
    require_turn(actor, case)
    _check_originals(case)
    _check_flags(case)
    _check_values(case)
    require_supplied(case)
    begin(case)
    _approve(actor, case, Action.DECIDE_AT_ONCE, face or {})
    claimed.settle(case.pk)
    return case


@act
def refuse(
    actor: Actor, *, case_id: UUID, reason: str, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Decide 不予 with reasons; the notice tells the rights to review and litigation (第三十八条第二款)."""
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="refuse", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.REFUSE, expected_version=expected_version)
    if not reason.strip():
        raise errors.ReasonMissing(fields={"reason": errors.ReasonMissing.message})
    _check_own_review(actor, case)
    _check_branches(case, approving=False)
    _check_heard(case)
    case.outcome = Outcome.REFUSED
    case.decided_at = timezone.now()
    case.refusal_reason = reason.strip()[:2000]
    moves.apply(case, actor, Action.REFUSE, note=case.refusal_reason)
    cancel_fees(actor, case=case)
    notices.issue(actor, case, Notice.Kind.REFUSAL)
    notices.finish_later(case)
    claimed.settle(case.pk)
    return case


@act
def terminate(
    actor: Actor, *, case_id: UUID, reason: str, request_key: str = "", expected_version: int | None = None
) -> Case:
    """End a case that has lost its object (the applicant died, the organisation is gone)."""
    case = moves.lock(actor, case_id, parts=moves.WHOLE)
    claimed = claim(actor_id=actor.account_id, action="terminate", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.TERMINATE, expected_version=expected_version)
    if not reason.strip():
        raise errors.ReasonMissing(fields={"reason": errors.ReasonMissing.message})
    case.refusal_reason = reason.strip()[:2000]
    moves.apply(case, actor, Action.TERMINATE, note=case.refusal_reason)
    notices.issue(actor, case, Notice.Kind.TERMINATION)
    claimed.settle(case.pk)
    return case


@act
def close(*, case_id: UUID) -> Case:
    """Close a decided case once its documents are made and delivered to the person's page; twice is once.

    Raises :class:`~cases.fees.errors.FeesUnpaid` while a fee is owed: the result waits, the case is not lost.
    """
    case = moves.lock(SYSTEM, case_id)
    if case.state == State.CLOSED:
        return case
    moves.check(case, SYSTEM, Action.CLOSE, expected_version=None)
    if not is_settled(case.pk):
        raise FeesUnpaid
    moves.apply(case, SYSTEM, Action.CLOSE, note=_("结果已送达“我的办件”"))
    if case.certificate_id:
        messages.notify(case, messages.CERTIFICATE_READY)
    return case


def _check_own_review(actor: Actor, case: Case) -> None:
    """Review and decision are two people's; who only stands in for the decider is not both. Nor does anybody decide
    who declared a conflict of interest."""
    assignment.require_not_recused(actor, case)
    if actor.stands_in_for and case.branches.filter(reviewer_id=actor.account_id).exists():
        raise errors.OwnReview


def _check_branches(case: Case, *, approving: bool) -> None:
    branches = opening.load(case)
    waiting = [branch.stage.name for branch in branches if branch.state == Branch.State.OPEN]
    if waiting:
        raise errors.BranchesOpen(count=len(waiting), names="、".join(waiting))
    opposed = [branch.stage.name for branch in rules.objecting(branches)]
    if approving and opposed:
        raise errors.BranchOpposed(names="、".join(opposed))
    undone = [branch.stage.name for branch in branches if branch.state == Branch.State.WAITING]
    if approving and undone:
        raise errors.BranchesOpen(count=len(undone), names="、".join(undone))


def _check_originals(case: Case) -> None:
    """No grade C copy is decided on. The documents are held: a dispute at this very moment is seen or waits."""
    held = _relied_on(case.pk)
    if any(document.scan == Document.Scan.WAITING for document in held):
        raise DocumentWaiting
    lacking = [one for one in held if one.grade == Document.Grade.C or one.erased_at]
    if lacking:
        unseen = CaseMaterial.objects.filter(document__in=lacking, case=case).select_related("requirement")
        names = [row.name for row in unseen]
        raise errors.OriginalsNotSeen(count=len(names), names="、".join(names))


@written
def _relied_on(case_id: Given) -> QuerySet[Document]:
    used = CaseMaterial.objects.filter(case_id=case_id, document__isnull=False).order_by().values("document")
    documents = Document.objects.select_for_update(no_key=True).only("scan", "grade", "erased_at")
    return documents.filter(pk__in=used).order_by("pk")


def _check_flags(case: Case) -> None:
    """Flags tell people when a state changes; what counts for the decision is the register's word now."""
    lost = lost_evidence(case)
    if lost:
        raise errors.EvidenceFlagged(what="；".join(lost))


def _check_values(case: Case) -> None:
    """Nothing is granted on what a register or certificate no longer says."""
    changed = outdated_values(case, today=timezone.localdate())
    if changed:
        raise errors.AnswersOutdated(labels="、".join(one.label for one in changed))


def _issue_result(actor: Actor, case: Case, extra: Mapping[str, str]) -> Certificate:
    kind = case.item_version.result_type
    assert kind is not None
    holder = faces.holder_of(case, kind) or _new_organisation(actor, case)
    former = renewing.former_of(case, kind, holder)
    return issue(
        # The decision is the authority for the issue: the deciding officer acts, the register executes.
        replace(SYSTEM, account_id=actor.account_id, department_id=actor.department_id),
        certificate_type=kind,
        holder=holder,
        issuer=case.department,
        face=faces.values_for(case, kind, holder, extra),
        case_number=case.number or "",
        former=former,
        keep_term=case.item_version.replaces == Replaces.CHANGE,
        starts_on=renewing.starts_on(case, former),
    )


def _new_organisation(actor: Actor, case: Case) -> Party:
    """A registration brings the organisation into being, with its credit code (GB 32100-2015)."""
    answers = {key: answer["value"] for key, answer in case.answers.items()}
    region = case.department.region
    serial = next_number(f"uscc:{region.code[:6]}")
    uscc = make_uscc(prefix=case.item_version.registers, region=region.code, body=f"MA{serial:06d}")
    organisation = register_organisation(
        actor,
        uscc=uscc,
        name=str(answers.get("org.name") or case.applicant.name),
        kind=str(answers.get("org.kind") or ""),
        address=plain_text(answers.get("org.address") or answers.get("premises.address")),
        legal_representative=case.applicant.person,
        region=region,
    )
    return organisation.party
