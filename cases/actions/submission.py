"""Submit, correct and withdraw: the applicant's moves."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import errors, evidence, flags, notices, prefill
from cases.actions import handover, moves
from cases.joint.guard import begun, require_own_way
from cases.models import Case, CaseMaterial, Notice
from cases.rules import case_number
from cases.states import Action
from certificates import grants
from common.idempotency import claim
from common.numbering import next_number
from identity import levels
from identity.actor import Actor
from identity.mandates import capacity
from services.forms import clean_answers, visible_steps
from services.queries import is_open
from services.rules import situation_complete

_Way = CaseMaterial.Way


@transaction.atomic
def submit(
    actor: Actor, *, case_id: UUID, declared: bool, request_key: str = "", expected_version: int | None = None
) -> Case:
    """Submit a draft: freeze answers and evidence with their sources, give the number, start the five days.

    The same ``request_key`` twice gives the same case. Raises :class:`DeclarationMissing`,
    :class:`ItemNotApplicable` (closed meanwhile), :class:`SituationIncomplete`, :class:`AnswersIncomplete`,
    :class:`MaterialsIncomplete`, or the errors of :func:`cases.actions.moves.check`; then the draft is as it was.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="submit", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.SUBMIT, expected_version=expected_version)
    require_own_way(case)
    handover.take_over(actor, case=case)
    if not declared:
        raise errors.DeclarationMissing(fields={"declared": errors.DeclarationMissing.message})
    levels.require(actor, levels.Right.APPLY, at_least=case.item_version.assurance_level)
    capacity.require(actor, open_from_age=case.item_version.open_from_age)
    hand_in(actor, case)
    begun(case)
    claimed.settle(case.pk)
    return case


def hand_in(actor: Actor, case: Case) -> None:
    """Check that a locked draft is whole, freeze it, give it its number and its receipt: the one way to be submitted.

    Whoever calls this has checked that the applicant declared it and may apply. Raises as :func:`submit` does.
    """
    if not is_open(case.item):
        raise errors.ItemNotApplicable
    _check_complete(case)
    rows = evidence.refresh(case, today=timezone.localdate())
    _check_materials(case, rows)
    flags.settle(case)
    _number(case)
    _grant_all(actor, case, rows)
    moves.apply(case, actor, Action.SUBMIT)
    notices.issue(actor, case, Notice.Kind.RECEIPT)


def _check_complete(case: Case) -> None:
    if not situation_complete(list(case.item_version.situations.all()), case.situation):
        raise errors.SituationIncomplete
    case.answers = prefill.fill(case, today=timezone.localdate())
    steps = visible_steps(case.item_version, case.situation)
    raw = {key: answer["value"] for key, answer in case.answers.items()}
    _values, problems = clean_answers(steps, raw)
    if problems:
        raise errors.AnswersIncomplete(count=len(problems), fields=problems)
    asked = {spec.key for step in steps for spec in step.fields}
    case.answers = {key: answer for key, answer in case.answers.items() if key in asked}


def _check_materials(case: Case, rows: list[CaseMaterial]) -> None:
    lacking = evidence.missing(rows)
    if lacking:
        names = "、".join(row.name for row in lacking)
        fields = {row.requirement.key: str(errors.MaterialsIncomplete.what_to_do) for row in lacking}
        raise errors.MaterialsIncomplete(count=len(lacking), names=names, fields=fields)


def _number(case: Case) -> None:
    now = timezone.localtime()
    region = case.department.region.code[:6]
    serial = next_number(f"case:{region}:{now:%y%m%d}")
    case.number = case_number(region=region, day=now.date(), item_type=case.item.item_type, serial=serial)
    case.submitted_at = now
    case.received_on = now.date()


def _grant_all(actor: Actor, case: Case, rows: list[CaseMaterial]) -> None:
    """Give the case the right to use each proof it relies on (网上申办用证), and nothing more."""
    for row in rows:
        if row.certificate_id is None and row.document_id is None:
            continue
        row.grant = grants.give(
            actor,
            case_number=case.number or "",
            purpose=case.item_version.name[:200],
            legal_basis=row.requirement.legal,
            holder_id=evidence.holder_of(case, row.requirement),
            certificate_id=row.certificate_id,
            document_id=None if row.certificate_id else row.document_id,
        )
        row.save(update_fields=["grant", "updated_at"])


@transaction.atomic
def correct(actor: Actor, *, case_id: UUID, request_key: str = "", expected_version: int | None = None) -> Case:
    """Hand the corrections in; the case waits for acceptance again, received when the last piece came.

    Raises :class:`MaterialsIncomplete` while a listed material has not been replaced.
    """
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="correct", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.CORRECT, expected_version=expected_version)
    rows = list(case.materials.select_related("requirement"))
    listed = [row for row in rows if row.correction]
    notice = case.notices.get(kind=Notice.Kind.CORRECTION)
    unchanged = [row for row in listed if row.updated_at <= notice.created_at or row.way == _Way.MISSING]
    if unchanged:
        names = "、".join(row.name for row in unchanged)
        raise errors.MaterialsIncomplete(count=len(unchanged), names=names)
    for row in rows:
        row.correction = ""
        row.save(update_fields=["correction", "updated_at"])
    _grant_all(actor, case, [row for row in rows if row.grant_id is None])
    flags.settle(case)
    case.received_on = timezone.localdate()
    moves.apply(case, actor, Action.CORRECT)
    claimed.settle(case.pk)
    return case


@transaction.atomic
def withdraw(
    actor: Actor, *, case_id: UUID, reason: str = "", request_key: str = "", expected_version: int | None = None
) -> Case:
    """Withdraw an application before the decision."""
    case = moves.lock(actor, case_id)
    claimed = claim(actor_id=actor.account_id, action="withdraw", request_key=request_key)
    if claimed.earlier_id:
        return case
    moves.check(case, actor, Action.WITHDRAW, expected_version=expected_version)
    moves.apply(case, actor, Action.WITHDRAW, note=reason.strip()[:500])
    claimed.settle(case.pk)
    return case
