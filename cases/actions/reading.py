"""Deliberate looks at personal data: masked by default, shown on request, with a reason that stays on record."""

from typing import Any
from uuid import UUID

from django.db import transaction

from cases import errors
from cases import events as codes
from cases.visibility import visible_to
from common import events
from common.errors import Forbidden
from identity.actor import Actor

REASON_LIMIT = 200


@transaction.atomic
def unmask(actor: Actor, *, case_id: UUID, reason: str) -> dict[str, Any]:
    """Return the whole answers of a case by field key, and record who looked and why (个人信息保护法第六条、第十条).

    For staff who may see the case. Raises :class:`CaseNotFound` or :class:`ViewReasonMissing`; then nothing is shown.
    """
    case = visible_to(actor).filter(pk=case_id).first()
    if case is None:
        raise errors.CaseNotFound
    if not actor.is_staff:
        raise Forbidden
    if not reason.strip():
        raise errors.ViewReasonMissing(fields={"reason": errors.ViewReasonMissing.message})
    events.record(
        codes.UNMASKED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        number=case.number or "",
        reason=reason.strip()[:REASON_LIMIT],
    )
    return {key: answer["value"] for key, answer in case.answers.items()}
