"""Files that go for good: what was removed and nobody needs any more, and what no row ever stood for."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from django.core.files.storage import Storage, default_storage
from django.db import models, transaction
from django.utils import timezone

from certificates import events as codes
from certificates.keeping import FOLDER, drop, still_needed
from certificates.models import Document
from certificates.trays.base import FOLDER as TRAY_FOLDER
from certificates.trays.base import clear_tray, drop_later
from certificates.trays.models import Piece, PieceUpload, Tray, TraySheet
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


_STANDING: dict[str, tuple[type[models.Model], ...]] = {FOLDER: (Document,), TRAY_FOLDER: (TraySheet, Piece)}


def sweep_orphans(actor: Actor, *, before: dt.datetime) -> int:
    """Delete files of the locker and of trays that no row stands for: an upload was broken off after its file was
    written. Only files written before a moment: what is under way has its row in a minute. Returns how many.
    """
    return sum(_sweep(actor, root, kinds, before) for root, kinds in _STANDING.items())


def _sweep(actor: Actor, root: str, kinds: Sequence[type[models.Model]], before: dt.datetime) -> int:
    swept = 0
    for folder, names in _folders(default_storage, root):
        paths = {f"{folder}/{name}" for name in names if name and not name.startswith(".")}
        known = {path for kind in kinds for path in _known(kind, paths)}
        for path in sorted(paths - known):
            if default_storage.get_modified_time(path) < before:
                drop(default_storage, path)
                swept += 1
    if swept:
        events.record(codes.ORPHANS_SWEPT, actor=actor, subject_id=root, count=swept)
    return swept


def _known(kind: type[models.Model], paths: set[str]) -> set[str]:
    return set(kind._default_manager.filter(file__in=paths).values_list("file", flat=True))


@transaction.atomic
def sweep_tray(actor: Actor, *, tray_id: UUID, untouched_since: dt.datetime) -> bool:
    """Clear a tray away with its files, unless somebody is at work on it after all; tell whether it went."""
    tray = Tray.objects.select_for_update().filter(pk=tray_id, updated_at__lt=untouched_since).first()
    if tray is None:
        return False
    clear_tray(tray)
    tray.delete()
    events.record(codes.TRAY_SWEPT, actor=actor, subject_id=tray_id, holder_id=tray.principal_id)
    return True


@transaction.atomic
def sweep_upload(actor: Actor, *, upload_id: UUID, untouched_since: dt.datetime) -> bool:
    """Throw an abandoned upload away with its pieces, unless it goes on after all; tell whether it went."""
    found = PieceUpload.objects.filter(pk=upload_id).values_list("tray_id", flat=True).first()
    if found is None or not Tray.objects.select_for_update(no_key=True).filter(pk=found).exists():
        return False
    stale = PieceUpload.objects.filter(pk=upload_id, sheet__isnull=True, updated_at__lt=untouched_since)
    upload = stale.first()
    if upload is None:
        return False
    drop_later([str(name) for name in upload.pieces.values_list("file", flat=True)])
    upload.delete()
    events.record(codes.PIECES_SWEPT, actor=actor, subject_id=upload_id, received=upload.received)
    return True


def _folders(storage: Storage, folder: str) -> Iterator[tuple[str, list[str]]]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield folder, names
    for inner in folders:
        yield from _folders(storage, f"{folder}/{inner}")
