"""Purpose-bound use: a case gets a grant for each proof it relies on; every look leaves a disclosure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from certificates import events as codes
from certificates.models import Disclosure, Grant
from common import events
from identity.actor import Actor


@dataclass(frozen=True, slots=True)
class Wanted:
    """A proof that a case relies on, whose it is and why it may be used."""

    legal_basis: str
    holder_id: UUID
    certificate_id: UUID | None = None
    document_id: UUID | None = None


def give_all(actor: Actor, *, case_number: str, purpose: str, wanted: Sequence[Wanted]) -> list[Grant]:
    """Let one case use several proofs, inside the caller's transaction; the grants come in the order asked for."""
    given = [
        Grant(
            case_number=case_number,
            purpose=purpose,
            legal_basis=one.legal_basis[:200],
            certificate_id=one.certificate_id,
            document_id=one.document_id,
            granted_by_id=actor.known_account_id,
        )
        for one in wanted
    ]
    Grant.objects.bulk_create(given)
    for grant, one in zip(given, wanted, strict=True):
        events.record(
            codes.GRANTED,
            actor=actor,
            subject_id=grant.pk,
            holder_id=one.holder_id,
            case_number=case_number,
            purpose=purpose,
        )
    return given


def end_all(actor: Actor, *, case_number: str) -> int:
    """End every grant of a case that is over; returns how many were open."""
    count = Grant.objects.filter(case_number=case_number, ends_at__isnull=True).update(ends_at=timezone.now())
    if count:
        events.record(codes.GRANTS_ENDED, actor=actor, subject_id=case_number, count=count)
    return count


@transaction.atomic
def use(actor: Actor, *, grant: Grant, operation: str, holder_id: UUID) -> Disclosure:
    """Record one look at a granted proof (``operation``: view, data, file or show)."""
    disclosure = Disclosure.objects.create(
        grant=grant,
        actor_id=actor.account_id,  # none: whoever was shown it was not signed in
        department_id=actor.department_id,
        operation=operation,
        result="shown",
    )
    events.record(
        codes.DISCLOSED,
        actor=actor,
        subject_id=grant.pk,
        holder_id=holder_id,
        operation=operation,
        case_number=grant.case_number,
    )
    return disclosure
