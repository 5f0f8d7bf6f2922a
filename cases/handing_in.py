"""How a draft becomes a case: checked whole, frozen, numbered. Shared by what is submitted alone and in a bundle."""

import datetime as dt

from django.utils import timezone

from cases import errors, evidence, flags, notices, prefill, renewing
from cases.actions import moves
from cases.models import Case, CaseMaterial, Notice
from cases.promises.keeping import freeze
from cases.rules import case_number
from cases.signing.making import sign
from cases.states import Action
from certificates import grants
from common.numbering import next_number
from common.prepared import prepared_cursor
from identity.actor import Actor
from identity.step_up import Proof
from services.forms import clean_answers, visible_steps
from services.queries import is_open, situations_of
from services.rules import situation_complete


def hand_in(actor: Actor, case: Case, *, proof: Proof | None = None, received_at: dt.datetime | None = None) -> None:
    """Check that a locked draft is whole, freeze it, give it its number and its receipt: the one way to be submitted.

    Whoever calls this has checked that the applicant declared it, with ``proof``, and may apply. ``received_at`` is
    when papers were taken in that are entered only now. Raises as :func:`cases.actions.submission.submit` does.
    """
    rows = require_whole(case)
    flags.settle(case)
    _number(case, received_at)
    renewing.settle(case)
    freeze(actor, case, rows)
    grant_all(actor, case, rows)
    sign(actor, case, proof=proof)
    moves.apply(case, actor, Action.SUBMIT)
    notices.issue(actor, case, Notice.Kind.RECEIPT)


def require_whole(case: Case) -> list[CaseMaterial]:
    """Check that a locked draft could be handed in now, and return its materials; the caller saves it.

    Raises :class:`ItemNotApplicable`, :class:`SituationIncomplete`, :class:`AnswersIncomplete` or
    :class:`MaterialsIncomplete`.
    """
    if case.item.current_id == case.item_version_id:
        case.item.current = case.item_version
    if not is_open(case.item):
        raise errors.ItemNotApplicable
    _check_complete(case)
    rows = evidence.refresh(case, today=timezone.localdate())
    _check_materials(case, rows)
    return rows


def _check_complete(case: Case) -> None:
    if not situation_complete(situations_of(case.item_version), case.situation):
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


def _number(case: Case, received_at: dt.datetime | None) -> None:
    now = timezone.localtime()
    received = timezone.localtime(received_at) if received_at else now
    region = case.department.region.code[:6]
    serial = next_number(f"case:{region}:{now:%y%m%d}")
    case.number = case_number(region=region, day=now.date(), item_type=case.item.item_type, serial=serial)
    case.submitted_at = received
    case.received_on = received.date()


_GRANTED = """
UPDATE cases_casematerial material SET grant_id = given.grant_id, updated_at = %s
FROM unnest(%s::uuid[], %s::uuid[]) AS given (material_id, grant_id) WHERE material.id = given.material_id
"""


def grant_all(actor: Actor, case: Case, rows: list[CaseMaterial]) -> None:
    """Give the case the right to use each proof it relies on (网上申办用证), and nothing more."""
    relied = [row for row in rows if row.certificate_id or row.document_id]
    given = grants.give_all(
        actor,
        case_number=case.number or "",
        purpose=case.item_version.name[:200],
        wanted=[_wanted(case, row) for row in relied],
    )
    now = timezone.now()
    for row, grant in zip(relied, given, strict=True):
        row.grant, row.updated_at = grant, now
    if relied:
        with prepared_cursor() as cursor:
            cursor.execute(_GRANTED, [now, [row.pk for row in relied], [grant.pk for grant in given]])


def _wanted(case: Case, row: CaseMaterial) -> grants.Wanted:
    return grants.Wanted(
        legal_basis=row.requirement.legal,
        holder_id=evidence.holder_of(case, row.requirement),
        certificate_id=row.certificate_id,
        document_id=None if row.certificate_id else row.document_id,
    )
