"""Files that go for good: what was removed and nobody needs any more, and what no row ever stood for."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.core.files.storage import Storage, default_storage
from django.db import transaction
from django.utils import timezone

from certificates import events as codes
from certificates.keeping import FOLDER, drop, still_needed
from certificates.models import Document
from common import events
from identity.actor import Actor
from identity.models import Party

_REMOVED = "removed"


@transaction.atomic
def erase_file(actor: Actor, *, document_id: UUID) -> bool:
    """Erase the file of a removed document that nobody needs; tell whether it went.

    The row stays as the proof: what the file was (its SHA-256 and size) and when it went. It is asked again under the
    lock whether somebody needs it: who chose the document a moment ago keeps it.
    """
    row = Document.objects.filter(pk=document_id).values("owner_id").first()
    if row is None:
        return False
    Party.objects.select_for_update(no_key=True).get(pk=row["owner_id"])  # uploads of the same content wait
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.removed_at is None or document.erased_at is not None or still_needed({document.pk}):
        return False
    storage, name = document.file.storage, str(document.file.name)
    document.file, document.file_name, document.erased_at = "", "", timezone.now()
    document.save(update_fields=["file", "file_name", "erased_at", "updated_at"])
    events.record(
        codes.FILE_ERASED,
        actor=actor,
        subject_id=document.pk,
        holder_id=document.owner_id,
        sha256=document.sha256,
        size=document.size,
        reason=_REMOVED,
    )
    transaction.on_commit(partial(drop, storage, name))
    return True


def sweep_orphans(actor: Actor, *, before: dt.datetime) -> int:
    """Delete files of the locker that no row stands for: an upload was broken off after its file was written.

    Only files written before a moment: an upload that is under way has its row in a minute. Returns how many.
    """
    swept = 0
    for folder, names in _folders(default_storage, FOLDER):
        paths = {f"{folder}/{name}" for name in names if not name.startswith(".")}
        known = set(Document.objects.filter(file__in=paths).values_list("file", flat=True))
        for path in sorted(paths - known):
            if default_storage.get_modified_time(path) < before:
                drop(default_storage, path)
                swept += 1
    if swept:
        events.record(codes.ORPHANS_SWEPT, actor=actor, subject_id=FOLDER, count=swept)
    return swept


def _folders(storage: Storage, folder: str) -> Iterator[tuple[str, list[str]]]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield folder, names
    for inner in folders:
        yield from _folders(storage, f"{folder}/{inner}")
