"""Recording a site visit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cases import errors as case_errors
from cases import events as codes
from cases.actions import moves
from cases.models import Case
from cases.routes import assignment, visits
from cases.states import Action
from common import events
from common.idempotency import claim
from identity.actor import Actor

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Visit:
    """What the officers wrote; ``checks`` maps the place of a line of the checklist to met, unmet or none."""

    on: dt.date
    present: str
    second_officer: str
    finding: str
    checks: Mapping[int, str]


def record_visit(
    actor: Actor,
    *,
    case_id: UUID,
    branch_id: UUID,
    visit: Visit,
    photos: Sequence[UploadedFile] = (),
    request_key: str = "",
    expected_version: int | None = None,
) -> Case:
    """Write down a site visit of one's stage: when, who was there, the checklist, the finding; both officers named.

    Photos are opened before the case is locked. Raises :class:`SecondOfficerMissing`, :class:`ReasonMissing` (no
    finding), :class:`VisitDayWrong`, :class:`ChecksIncomplete`, the upload errors, or those of
    :func:`cases.routes.assignment.own_branch`.
    """
    kept = visits.checked_photos(photos)
    with transaction.atomic():
        case = moves.lock(actor, case_id)
        claimed = claim(actor_id=actor.account_id, action="record_visit", request_key=request_key)
        if claimed.earlier_id:
            return case
        moves.check(case, actor, Action.RECORD_VISIT, expected_version=expected_version)
        branch = assignment.own_branch(actor, case, branch_id)
        second = visit.second_officer.strip()[:60]
        if not second or assignment.is_the_same(actor, second):
            raise case_errors.SecondOfficerMissing(fields={"second_officer": case_errors.SecondOfficerMissing.message})
        if not visit.finding.strip():
            raise case_errors.ReasonMissing(fields={"finding": case_errors.ReasonMissing.message})
        visits.require_day(case, visit.on)
        detail: dict[str, Any] = {
            "on": visit.on.isoformat(),
            "present": visit.present.strip()[:200],
            "second": second,
            "checks": visits.checks_of(branch, visit.checks),
            "photos": len(kept),
        }
        visits.keep(actor, case, branch, finding=visit.finding.strip()[:_LONGEST], detail=detail, photos=kept)
        moves.apply(case, actor, Action.RECORD_VISIT, note=branch.stage.name)
        events.record(
            codes.ROUTE_CHANGED,
            actor=actor,
            subject_id=case.pk,
            holder_id=case.applicant_id,
            branch=branch.stage.key,
            action=str(Action.RECORD_VISIT),
        )
        claimed.settle(case.pk)
        return case
