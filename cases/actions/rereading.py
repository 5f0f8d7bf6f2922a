"""Drafts whose certificate changed look again for what is held; what was typed and chosen stays."""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import events as codes
from cases import evidence, flags, prefill
from cases.models import Case
from cases.states import State
from certificates.models import Certificate
from certificates.versions import earlier_versions
from common import events
from common.jobs import for_each
from identity.actor import Actor


def resolve_all(actor: Actor, *, certificate_id: UUID) -> int:
    """Resolve every draft that relies on a certificate or a version it replaced; returns how many there were."""
    family = earlier_versions(Certificate.objects.get(pk=certificate_id))
    drafts = Case.objects.filter(state=State.DRAFT, materials__certificate__in=family).distinct()
    keys = sorted(drafts.values_list("pk", flat=True))
    return for_each(keys, partial(_resolve, actor, certificate_id))


@transaction.atomic
def _resolve(actor: Actor, certificate_id: UUID, case_id: UUID) -> bool:
    rows = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk=case_id, state=State.DRAFT)
    case = rows.select_related("item_version", "applicant__person", "applicant__organisation").first()
    if case is None:  # handed in or thrown away meanwhile; the submission resolves by itself
        return False
    today = timezone.localdate()
    case.answers = {key: answer for key, answer in case.answers.items() if answer.get("source") != "certificate"}
    case.answers = prefill.fill(case, today=today)
    case.save(update_fields=["answers", "updated_at"])
    evidence.refresh(case, today=today)
    flags.settle(case)
    events.record(
        codes.DRAFT_RESOLVED_AGAIN,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        certificate=str(certificate_id),
    )
    return True
