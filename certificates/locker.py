"""Writes of the document locker (材料库): upload, compare with the original, remove."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from certificates import antivirus, errors, uploads
from certificates import events as codes
from certificates.keeping import FOLDER
from certificates.listeners import notify_verdict
from certificates.models import Document, Verdict
from certificates.uploads import CheckedFile
from certificates.verdicts import require_readable
from common import crypto, events
from common.idempotency import claim
from identity.actor import Actor
from identity.errors import MandateOutOfScope
from identity.mandates.queries import hold
from identity.persons.finding import lock_party
from identity.staff.current import hold as hold_post

QUOTA_BYTES = 200 * 1024 * 1024
_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@transaction.atomic
def upload_document(
    actor: Actor,
    *,
    owner_id: UUID,
    kind: str,
    name: str,
    upload: UploadedFile,
    more: Sequence[UploadedFile] = (),
    turns: Sequence[int] = (),
    self_made: bool = False,
    for_case: bool = False,
    request_key: str = "",
) -> Document:
    """Put a file in a party's locker: grade C (an uploaded proof) or D (self-made, the applicant vouches).

    ``more`` are further photos or files; all become the pages of one PDF, in their order, each turned clockwise by
    its quarter ``turns``.
    ``for_case``: the caller has checked that the actor may hand this in for a case. Otherwise a mandate must open
    the locker (:class:`MandateOutOfScope`). Raises the errors of
    :func:`certificates.uploads.check`, :class:`UploadInfected` and :class:`QuotaExceeded`; then nothing is stored.
    """
    if not for_case:
        _require_open(actor)
    claimed = claim(actor_id=actor.account_id, action="upload_document", request_key=request_key)
    if claimed.earlier_id:
        return Document.objects.get(pk=claimed.earlier_id)
    checked = uploads.check_all([upload, *more], turns)
    scan = _scan(checked)
    lock_party(owner_id, no_key=True)
    _check_quota(owner_id, len(checked.content))
    document = Document(
        owner_id=owner_id,
        kind=kind,
        name=name,
        grade=Document.Grade.D if self_made else Document.Grade.C,
        file_name=checked.name,
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=checked.sha256,
        pages=checked.pages,
        scan=scan,
        source=Document.Source.COUNTER if actor.is_staff or actor.is_assisted else Document.Source.UPLOAD,
        uploaded_by_id=actor.known_account_id,
    )
    document.file = _put(owner_id, checked)
    document.save()
    events.record(
        codes.UPLOADED, actor=actor, subject_id=document.pk, holder_id=owner_id, kind=kind, size=document.size
    )
    claimed.settle(document.pk)
    return document


def _scan(checked: CheckedFile) -> Document.Scan:
    """Have content looked at before anything is locked; without an answer it waits, and nobody opens it meanwhile."""
    if not antivirus.is_configured():
        return Document.Scan.CLEAN
    try:
        finding = antivirus.find_virus(checked.content)
    except antivirus.ScannerDown:
        return Document.Scan.WAITING
    if finding:
        raise errors.UploadInfected
    return Document.Scan.CLEAN


def _put(owner_id: UUID, checked: CheckedFile) -> str:
    """Store content under its owner's own hash of it, once for each owner; the party is locked.

    The same content of two owners is two files: a name that both led to would tell one of them what the other has.
    """
    same = Document.objects.filter(owner_id=owner_id, sha256=checked.sha256, erased_at__isnull=True).exclude(file="")
    found = same.values_list("file", flat=True).first()
    if found:
        return str(found)
    mark = crypto.blind_index(f"{owner_id}|{checked.sha256}", purpose="locker").hex()
    name = f"{FOLDER}/{mark[:2]}/{mark}.{_SUFFIX[checked.media_type]}"
    return str(default_storage.save(name, ContentFile(checked.content)))


def _require_open(actor: Actor) -> None:
    """Lock the mandate one acts under, if any: it must still count and open the locker."""
    scope = hold(actor)
    if scope and not scope.may_use_wallet:
        raise MandateOutOfScope


def _check_quota(owner_id: UUID, size: int) -> None:
    used = Document.objects.filter(owner_id=owner_id, removed_at__isnull=True).aggregate(total=Sum("size"))["total"]
    if (used or 0) + size > QUOTA_BYTES:
        raise errors.QuotaExceeded(limit=QUOTA_BYTES // (1024 * 1024))


@transaction.atomic
def mark_original_seen(actor: Actor, *, document_id: UUID) -> Document:
    """Raise a document to grade B: an officer compared it with the original. The caller checked the permission.

    A dispute about an earlier comparison is settled by it. Raises :class:`DocumentWaiting` or
    :class:`DocumentErased`: what nobody could look at was not compared.
    """
    hold_post(actor)
    document = Document.objects.select_for_update(no_key=True).get(pk=document_id)
    require_readable(document)
    if document.grade == Document.Grade.B:
        return document
    was_disputed = document.disputed_at is not None
    document.grade = Document.Grade.B
    document.verified_by_id = actor.account_id
    document.verified_department_id = actor.department_id
    document.verified_post_id = actor.post_id
    document.verified_at = timezone.now()
    document.disputed_at = None
    document.save(update_fields=_VERIFICATION)
    _write_verdict(actor, document, Verdict.Outcome.MATCHED, Verdict.Method.ORIGINAL)
    events.record(
        codes.VERIFIED,
        actor=actor,
        subject_id=document.pk,
        holder_id=document.owner_id,
        department=actor.department_name,
    )
    if was_disputed:
        notify_verdict(document)
    return document


_VERIFICATION = [
    *("grade", "verified_by", "verified_department", "verified_post", "verified_at", "disputed_at", "updated_at")
]


@transaction.atomic
def dispute_verdict(actor: Actor, *, document_id: UUID, reason: str) -> Document:
    """Lower a document to grade C: an officer doubts that it is like its original. The caller checked the permission.

    It counts everywhere at once: nobody reuses it, and no open case is decided on it, until somebody compares it
    again. Upper rooms flag their open cases in this transaction. Raises :class:`DisputeReasonMissing` or
    :class:`NotVerified`; then nothing changes.
    """
    said = " ".join(reason.split())
    if not _SHORTEST_REASON <= len(said) <= _LONGEST_REASON or "\x00" in said:
        raise errors.DisputeReasonMissing(fields={"reason": errors.DisputeReasonMissing.message})
    hold_post(actor)
    document = Document.objects.select_for_update(no_key=True).get(pk=document_id)
    if document.grade != Document.Grade.B:
        raise errors.NotVerified
    document.grade = Document.Grade.C
    document.verified_by = document.verified_department = document.verified_post = document.verified_at = None
    document.disputed_at = timezone.now()
    document.save(update_fields=_VERIFICATION)
    _write_verdict(actor, document, Verdict.Outcome.DISPUTED, Verdict.Method.REVIEW, said)
    events.record(
        codes.DISPUTED,
        actor=actor,
        subject_id=document.pk,
        holder_id=document.owner_id,
        department=actor.department_name,
        reason=said,
    )
    notify_verdict(document)
    return document


_SHORTEST_REASON, _LONGEST_REASON = 5, 300


def _write_verdict(actor: Actor, document: Document, outcome: str, method: str, reason: str = "") -> None:
    Verdict.objects.create(
        document=document,
        outcome=outcome,
        method=method,
        account_id=actor.known_account_id,
        department_id=actor.department_id,
        post_id=actor.post_id,
        reason=reason,
        sha256=document.sha256,
    )


@transaction.atomic
def remove_document(actor: Actor, *, document_id: UUID) -> None:
    """Hide a document from its owner's locker; cases that use it keep it. Raises :class:`DocumentNotFound`."""
    _require_open(actor)
    document = (
        Document.objects.select_for_update()
        .filter(pk=document_id, owner_id=actor.principal_id, removed_at__isnull=True)
        .first()
    )
    if document is None or not actor.is_citizen:
        raise errors.DocumentNotFound
    document.removed_at = timezone.now()
    document.save(update_fields=["removed_at", "updated_at"])
    events.record(codes.REMOVED, actor=actor, subject_id=document.pk, holder_id=document.owner_id)
