"""Reads of the certificates room."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from certificates import errors
from certificates import events as codes
from certificates.models import (
    Certificate,
    CertificateOperation,
    CertificateType,
    Document,
    Grant,
    StateProposal,
    TypeDuty,
    Verdict,
)
from certificates.states import Operation
from certificates.verdicts import require_readable
from common import events
from common.crypto import CannotDecrypt
from common.jobs import after_commit
from common.masking import mask_name
from identity import levels
from identity.actor import Actor
from identity.models import CorrectionRequest
from identity.permissions import Permission


def visible_certificates(actor: Actor) -> QuerySet[Certificate]:
    """Certificates this actor may know of.

    A citizen: those held by the party they act for, none under a mandate that does not open the wallet. Staff:
    those issued by departments where their post may issue or suspend. Everybody else: none.
    """
    certificates = Certificate.objects.select_related("type", "issuer", "holder__person", "holder__organisation")
    if actor.is_citizen:
        return certificates.none() if actor.is_wallet_shut else certificates.filter(holder_id=actor.principal_id)
    departments = actor.departments(Permission.SUSPEND_CERTIFICATE) | actor.departments(Permission.ISSUE_CERTIFICATE)
    return certificates.filter(issuer_id__in=departments)


def get_certificate(actor: Actor, certificate_id: UUID) -> Certificate:
    """Return one visible certificate; raises :class:`CertificateNotFound`. A staff member's look is recorded."""
    certificate = visible_certificates(actor).filter(pk=certificate_id).first()
    if certificate is None:
        raise errors.CertificateNotFound
    if certificate.file_state == Certificate.FileState.LAZY:
        ask_for_file(certificate)
    if actor.is_staff:
        events.record(codes.READ, actor=actor, subject_id=certificate.pk, holder_id=certificate.holder_id)
    return certificate


def ask_for_file(certificate: Certificate) -> None:
    """Have the file of existing stock made, now that somebody looks at it; asking twice asks once."""
    lazy = Certificate.objects.filter(pk=certificate.pk, file_state=Certificate.FileState.LAZY)
    if lazy.update(file_state=Certificate.FileState.PENDING):
        certificate.file_state = Certificate.FileState.PENDING
        after_commit("certificates.tasks.produce_certificate_file", certificate_id=str(certificate.pk))


def find_type(type_code: str) -> CertificateType | None:
    """A certificate type by its 21-character code; what can be issued is no secret."""
    return CertificateType.objects.filter(type_code=type_code[:21].replace("\x00", "")).first()


RIGHTS = TypeDuty.Right.choices


def types(*, text: str = "") -> QuerySet[CertificateType]:
    """Every type by its code, or those whose name or code has ``text`` in it."""
    found = CertificateType.objects.select_related("definer")
    return found.filter(Q(name__icontains=text) | Q(type_code__icontains=text)) if text else found


def get_type(type_id: UUID) -> CertificateType:
    """One type with its definer and region; raises :class:`TypeNotFound`."""
    found = CertificateType.objects.select_related("definer__region", "current").filter(pk=type_id).first()
    if found is None:
        raise errors.TypeNotFound
    return found


def duties(kind: CertificateType) -> QuerySet[TypeDuty]:
    """The posts a type names, with their departments."""
    return kind.duties.select_related("post__department").order_by("right", "post__name")


def operations_of(certificate: Certificate) -> QuerySet[CertificateOperation]:
    """Everything that was done to a certificate's state, first to last, with who did it."""
    return certificate.operations.select_related("actor", "approved_by")


def state_now(certificate: Certificate) -> Certificate.State:
    """The register's word on a loaded certificate: past its last day it counts as expired before the nightly run."""
    ended = certificate.valid_until is not None and certificate.valid_until < timezone.localdate()
    if certificate.state == Certificate.State.VALID and ended:
        return Certificate.State.EXPIRED
    return Certificate.State(certificate.state)


def without_file(*, before: dt.datetime, limit: int = 200) -> list[UUID]:
    """List certificates issued before a moment whose signed file is not there yet, oldest first."""
    pending = Certificate.objects.filter(file_state=Certificate.FileState.PENDING, created_at__lt=before)
    return list(pending.order_by("created_at").values_list("pk", flat=True)[:limit])


def is_good(certificate: Certificate) -> bool:
    """Whether a loaded certificate, or the one that replaced it, is valid in the register now."""
    while state_now(certificate) == Certificate.State.CANCELLED:
        successor = certificate.successors.first()
        if successor is None:
            return False
        certificate = successor
    return state_now(certificate) == Certificate.State.VALID


WAITING = "in_review"  # no state of a certificate: somebody proposed to annul or revoke it


def search_certificates(
    actor: Actor, *, text: str = "", state: str = "", ends_within: int | None = None
) -> QuerySet[Certificate]:
    """Visible certificates by number, identifier, an organisation's credit code or type name, by state or
    :data:`WAITING`, and by the days until they end.
    """
    found = visible_certificates(actor)
    if text.strip():
        term = text.strip()
        exact = Q(number=term.upper()) | Q(identifier=term.upper()) | Q(holder__organisation__uscc=term.upper())
        found = found.filter(exact | Q(type__name__icontains=term))
    if ends_within is not None:
        today = timezone.localdate()
        found = found.filter(valid_until__range=(today, today + dt.timedelta(days=ends_within)))
    if state == WAITING:
        waiting = StateProposal.objects.filter(state=StateProposal.State.IN_REVIEW)
        return found.filter(pk__in=waiting.values("certificate_id"))
    return found.filter(state=state) if state else found


def read_file(actor: Actor, certificate: Certificate) -> bytes:
    """Return the signed PDF and record who read it; raises :class:`CertificateNotFound` while there is none.

    A citizen needs the level for it, or :class:`AssuranceTooLow` is raised. Raises :class:`FileDamaged`.
    """
    levels.require(actor, levels.Right.USE_CERTIFICATES)
    if not certificate.file:
        raise errors.CertificateNotFound
    content = stored_file(certificate)
    events.record(codes.FILE_READ, actor=actor, subject_id=certificate.pk, holder_id=certificate.holder_id)
    return content


def stored_file(certificate: Certificate) -> bytes:
    """The file as it was signed, for a caller who records the look; raises :class:`FileDamaged` when it is not that."""
    try:
        with certificate.file.open() as stored:
            content = bytes(stored.read())
    except (OSError, CannotDecrypt) as error:
        raise errors.FileDamaged from error
    if certificate.file_sha256 and hashlib.sha256(content).hexdigest() != certificate.file_sha256:
        raise errors.FileDamaged
    return content


def locker(actor: Actor, *, kind: str = "", grade: str = "") -> QuerySet[Document]:
    """The documents of the party a citizen acts for, of one kind or grade when asked.

    None under a mandate that does not open it.
    """
    if not actor.is_citizen or actor.is_wallet_shut:
        return Document.objects.none()
    wanted = {name: value for name, value in (("kind", kind), ("grade", grade)) if value}
    mine = Document.objects.filter(owner_id=actor.principal_id, removed_at__isnull=True, **wanted)
    return mine.select_related("verified_department", "verified_post")


def kinds_held(actor: Actor) -> list[tuple[str, str]]:
    """What sorts of document a citizen's locker holds, as (kind, name), by name (one query)."""
    rows = locker(actor).order_by("kind", "-created_at", "-pk").distinct("kind").values_list("kind", "name")
    return sorted(rows, key=lambda row: row[1])


def versions(actor: Actor, document: Document) -> QuerySet[Document]:
    """All documents of the same kind in the locker, newest first: the newest stands for the kind, cases keep theirs."""
    return locker(actor, kind=document.kind)


def verdicts(document: Document) -> QuerySet[Verdict]:
    """What was found when the document was compared, oldest first, each with its post and department."""
    return document.verdicts.select_related("department", "post")


def used_bytes(actor: Actor) -> int:
    """How much the documents of a citizen's locker take, in bytes (one query)."""
    return int(locker(actor).aggregate(total=Sum("size"))["total"] or 0)


def get_own_document(actor: Actor, document_id: UUID) -> Document:
    """Return a document of the party a citizen acts for; raises :class:`DocumentNotFound`."""
    document = locker(actor).filter(pk=document_id).first()
    if document is None:
        raise errors.DocumentNotFound
    return document


def correction_proof(request: CorrectionRequest) -> Document | None:
    """The proof that came with a request for a correction, for whoever may read the request."""
    if not request.proof_id:
        return None
    return Document.objects.filter(owner_id=request.person_id, pk=request.proof_id).first()


def read_document(actor: Actor, document: Document) -> bytes:
    """Return a document's content and record who read it. The caller checked that the actor may.

    Raises :class:`DocumentErased` or :class:`DocumentWaiting`.
    """
    require_readable(document)
    events.record(codes.DOCUMENT_READ, actor=actor, subject_id=document.pk, holder_id=document.owner_id)
    with document.file.open() as stored:
        return stored.read()


def type_names(actor: Actor, certificate_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of visible certificates, by certificate id (one query)."""
    return dict(visible_certificates(actor).filter(pk__in=list(certificate_ids)).values_list("pk", "type__name"))


def granted_proofs(grant_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """What was shown under a grant and what for, as (name of the proof, purpose) by grant id (one query).

    For the access ledger of the proof's holder; the caller took the ids from the holder's own audit rows.
    """
    rows = Grant.objects.filter(pk__in=list(grant_ids)).select_related("certificate__type", "document")
    return {grant.pk: (_proof_name(grant), grant.purpose) for grant in rows}


def _proof_name(grant: Grant) -> str:
    if grant.certificate:
        return str(grant.certificate.type.name)
    return str(grant.document.name) if grant.document else ""


def operations(certificate: Certificate) -> QuerySet[CertificateOperation]:
    """What happened to a certificate, oldest first; the last one explains its state."""
    return CertificateOperation.objects.filter(certificate=certificate)


@dataclass(frozen=True, slots=True)
class Verification:
    """The register's public word on a certificate: no more than what an onlooker needs."""

    certificate_id: UUID
    state: str
    state_label: str
    type_name: str
    number: str
    identifier: str
    holder_name: str  # masked
    issuer_name: str
    issued_on: dt.date
    valid_until: dt.date | None
    checked_at: dt.datetime
    is_renewed: bool = False  # no longer good because the next version took its place (延续)

    @property
    def is_valid(self) -> bool:
        """Whether the certificate is good now."""
        return self.state == Certificate.State.VALID


def verify(text: str) -> Verification | None:
    """Look a certificate up by its QR code, identifier or number, for anybody; None when there is none."""
    term = text.strip()
    if not term or len(term) > 200 or "\x00" in term:
        return None
    matches = (
        Certificate.objects.filter(Q(verify_code=term.lower()) | Q(identifier=term.upper()) | Q(number=term.upper()))
        .select_related("type", "issuer", "holder__person", "holder__organisation")
        .order_by("-version", "-issued_on")
    )
    certificate = matches.first()
    return verification_of(certificate) if certificate else None


def public_holder_name(certificate: Certificate) -> str:
    """The holder as anybody may read it: a person's name masked, an organisation's whole."""
    holder = certificate.holder
    return mask_name(holder.name) if holder.kind == holder.Kind.PERSON else str(holder.name)


def verification_of(certificate: Certificate) -> Verification:
    """The register's public word on a certificate that was loaded with type, issuer and holder."""
    state = state_now(certificate)
    return Verification(
        certificate_id=certificate.pk,
        state=state,
        state_label=state.label,
        type_name=certificate.type.name,
        number=certificate.number,
        identifier=certificate.identifier,
        holder_name=public_holder_name(certificate),
        issuer_name=certificate.issuer.name,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
        checked_at=timezone.now(),
        is_renewed=state == Certificate.State.CANCELLED
        and certificate.operations.filter(operation=Operation.RENEW, to_state=Certificate.State.CANCELLED).exists(),
    )
