"""Signing: called by the actions that hand something in, within their transaction."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from cases import errors
from cases import events as codes
from cases.assisting.channel import channel_of
from cases.models import Case, CaseMaterial
from cases.signing.models import Signature
from cases.signing.rules import DECLARATION, asks_fresh_proof, content_of, digest_of
from cases.states import State
from common import events
from common.written import Given, belonging, written
from identity.actor import Actor
from identity.models import Mandate, Party, Person
from identity.step_up import Proof

_Capacity = Signature.Capacity
_SIGNED = (
    *("case", "piece", "way", "certificate__number", "document__sha256", "undertaking__kind", "undertaking__text"),
    *(f"requirement__{name}" for name in ("key", "name", "combination", "pieces")),
)


def require_proof(level: int, proof: Proof | None) -> None:
    """Raise :class:`ProofNeeded` where an item of this level asks for a fresh proof of identity and there is none."""
    if asks_fresh_proof(level) and (proof is None or not proof.is_fresh):
        raise errors.ProofNeeded


@written
def _signed(case_id: Given) -> QuerySet[CaseMaterial]:
    rows = CaseMaterial.objects.select_related("requirement", "certificate", "document", "undertaking")
    return rows.only(*_SIGNED).filter(case_id=case_id)


def sign(actor: Actor, case: Case, *, proof: Proof | None) -> Signature:
    """Freeze what a locked case says and who signed it, when and how; the caller saves the case.

    The system hands in what waited in a joint case: signed by whoever submitted that.
    """
    now = timezone.now()
    rows = belonging(_signed(case.pk), case=case)
    signer = _signer(actor, case)
    earlier = None if case.state == State.DRAFT else Signature.objects.filter(case=case).first()
    signature = earlier or Signature(case=case)
    signature.follows = signature.digest
    signature.account_id = actor.known_account_id
    signature.mandate_id = actor.mandate_id
    signature.capacity = _capacity(actor, case, signer)
    signature.method = proof.method if proof else ("" if actor.is_citizen else "joint")
    signature.proved_at = proof.at if proof else None
    signature.is_fresh = bool(proof and proof.is_fresh)
    signature.level = actor.assurance_level if actor.is_citizen else signer.assurance_level
    signature.signed_at = now
    signature.content = {
        **content_of(case, rows),
        "declaration": DECLARATION,
        "promises": [{"material": row.requirement.key, "text": row.undertaking.text} for row in _promised(rows)],
        "applicant": case.applicant.name,
        "signer": signer.name,
        "capacity": str(signature.capacity),
        "mandate": str(signature.mandate_id or ""),
        "method": signature.method,
        "level": signature.level,
        "signed_at": timezone.localtime(now).isoformat(),
        **channel_of(actor),
    }
    signature.digest = digest_of(signature.content)
    signature.save()
    signature.materials = rows
    case.signature = signature
    events.record(
        codes.SIGNED,
        actor=actor,
        subject_id=case.pk,
        holder_id=case.applicant_id,
        number=case.number or "",
        digest=signature.digest,
        method=signature.method,
        level=signature.level,
    )
    return signature


def _promised(rows: Iterable[CaseMaterial]) -> list[CaseMaterial]:
    return [row for row in rows if getattr(row, "undertaking", None) is not None]


def _signer(actor: Actor, case: Case) -> Person:
    """Who signs: the citizen who hands in, not always the one who filled in first; for what the system hands in, who
    signed the joint case.
    """
    if not actor.is_citizen or actor.person_id == case.agent_id:
        return case.agent
    return Person.objects.get(pk=actor.person_id)


def _capacity(actor: Actor, case: Case, signer: Person) -> str:
    if actor.mandate_id:
        return _Capacity.GUARDIAN if actor.mandate_kind == Mandate.Kind.GUARDIAN else _Capacity.MANDATE
    if case.applicant_id == signer.pk:
        return _Capacity.SELF
    party = case.applicant
    is_theirs = party.kind == Party.Kind.ORGANISATION and party.organisation.legal_representative_id == signer.pk
    return _Capacity.REPRESENTATIVE if is_theirs else _Capacity.MANDATE
