"""Acts at the counter that stand on a document shown: its scan goes into the person's locker, both or neither."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.locker import mark_original_seen, upload_document
from identity.actor import Actor
from identity.models import Person
from identity.persons.counter_actions import (
    Shown,
    change_at_counter,
    confirm_face_to_face,
    register_at_counter,
    require_counter,
)
from identity.persons.finding import lock_person

KIND = "identity-document"


@transaction.atomic
def register_with_scan(actor: Actor, *, shown: Shown, scan: UploadedFile, request_key: str = "") -> Person:
    """Register somebody who stands at the counter and record the check of face and document: level five.

    Raises the errors of :func:`register_at_counter`, :func:`confirm_face_to_face` and of the upload.
    """
    person = register_at_counter(actor, shown=shown, request_key=request_key)
    return confirm_with_scan(actor, person_id=person.pk, scan=scan, request_key=request_key)


@transaction.atomic
def confirm_with_scan(actor: Actor, *, person_id: UUID, scan: UploadedFile, request_key: str = "") -> Person:
    """Store the scan of the document shown and record the face-to-face check."""
    original = _store(actor, person_id, scan, request_key)
    return confirm_face_to_face(actor, person_id=person_id, original_id=original, request_key=request_key)


@transaction.atomic
def change_with_scan(
    actor: Actor, *, person_id: UUID, shown: Shown, scan: UploadedFile, request_key: str = ""
) -> Person:
    """Store the scan of the document shown and take over what it says."""
    original = _store(actor, person_id, scan, request_key)
    return change_at_counter(actor, person_id=person_id, shown=shown, original_id=original, request_key=request_key)


def _store(actor: Actor, person_id: UUID, scan: UploadedFile, request_key: str) -> str:
    require_counter(actor)
    lock_person(person_id)
    document = upload_document(
        actor, owner_id=person_id, kind=KIND, name=_("身份证件"), upload=scan, request_key=request_key
    )
    mark_original_seen(actor, document_id=document.pk)
    return str(document.pk)
