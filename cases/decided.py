"""Decisions that were made on a proof: what its issuer looks at again when the proof turns out bad or different."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from cases import events as codes
from cases.models import Case
from cases.states import Outcome
from cases.visibility import visible_to
from certificates.models import Certificate, Document
from certificates.versions import all_versions
from common import events
from identity.actor import Actor


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. Of another department's only number, item, department and day are told."""

    number: str
    item: str
    department: str
    decided_on: dt.datetime
    outcome: str = ""
    case_id: UUID | None = None  # for somebody who may open the case
    certificate_id: UUID | None = None  # what came of it
    certificate: str = ""

    @property
    def is_masked(self) -> bool:
        """Whether the case is another department's."""
        return self.case_id is None


def decided_on(certificate: Certificate) -> QuerySet[Case]:
    """Decided cases that relied on any version of a certificate, newest decision first."""
    family = all_versions(certificate)
    return _decided().filter(materials__certificate__in=family).distinct().order_by("-decided_at", "-pk")


def decided_on_document(document: Document) -> QuerySet[Case]:
    """Decided cases that relied on a document, newest decision first."""
    return _decided().filter(materials__document=document).distinct().order_by("-decided_at", "-pk")


def _decided() -> QuerySet[Case]:
    decided = Case.objects.filter(decided_at__isnull=False).exclude(outcome="")
    return decided.select_related("item_version", "department", "certificate__type")


def show(actor: Actor, proof: Certificate | Document, cases: Sequence[Case], *, page: int) -> list[Decision]:
    """What the actor may read of these decisions (one query); that they were read is recorded for the proof's holder.

    The caller checked that the actor may know of the proof.
    """
    mine = set(visible_to(actor).filter(pk__in=[case.pk for case in cases]).values_list("pk", flat=True))
    if isinstance(proof, Certificate):
        code, holder_id = codes.DECISIONS_LISTED, proof.holder_id
    else:
        code, holder_id = codes.DOCUMENT_DECISIONS_LISTED, proof.owner_id
    events.record(code, actor=actor, subject_id=proof.pk, holder_id=holder_id, page=page, shown=len(cases))
    return [_whole(case) if case.pk in mine else _masked(case) for case in cases]


def _masked(case: Case) -> Decision:
    assert case.decided_at is not None
    return Decision(case.number or "", case.item_version.name, case.department.name, case.decided_at)


def _whole(case: Case) -> Decision:
    assert case.decided_at is not None
    made = case.certificate
    return Decision(
        case.number or "",
        case.item_version.name,
        case.department.name,
        case.decided_at,
        outcome=Outcome(case.outcome).label,
        case_id=case.pk,
        certificate_id=made.pk if made else None,
        certificate=f"{made.type.name} {made.number}" if made else "",
    )
