"""Documents that came while the virus scanner was away: looked at when it is back, erased when it finds something."""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from certificates import antivirus
from certificates import events as codes
from certificates.keeping import drop
from certificates.models import Document
from common import events
from identity.actor import Actor


@transaction.atomic
def scan_document(actor: Actor, *, document_id: UUID) -> bool:
    """Have a waiting document looked at; tell whether there is a finding, clean or not.

    An infected file is erased and leaves its owner's locker; its row stays. No open case that has it is decided
    before it was handed in anew. Raises :class:`ScannerDown`.
    """
    waiting = Document.objects.select_for_update(no_key=True).filter(pk=document_id, scan=Document.Scan.WAITING)
    document = waiting.first()
    if document is None or document.erased_at is not None:
        return False
    with document.file.open() as stored:
        finding = antivirus.find_virus(stored.read())
    document.scan = Document.Scan.CLEAN
    if not finding:
        document.save(update_fields=["scan", "updated_at"])
        events.record(codes.SCANNED, actor=actor, subject_id=document.pk, holder_id=document.owner_id)
        return True
    storage, name = document.file.storage, str(document.file.name)
    document.file = ""
    document.removed_at = document.erased_at = timezone.now()
    document.save(update_fields=["scan", "file", "removed_at", "erased_at", "updated_at"])
    events.record(
        codes.INFECTED,
        actor=actor,
        subject_id=document.pk,
        holder_id=document.owner_id,
        sha256=document.sha256,
        finding=finding,
    )
    transaction.on_commit(partial(drop, storage, name))
    return True
