"""What every write on a tray is made of: its lock, its room, its files."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from certificates.trays import errors, queries
from certificates.trays.models import Piece, PieceUpload, Tray, TraySheet
from certificates.uploads import CheckedFile
from common.ids import uuid7
from identity.actor import Actor

FOLDER = "trays"


def lock_tray(actor: Actor, tray_id: UUID, *, handed_in_too: bool = False) -> Tray:
    """Lock one's own tray. Raises :class:`TrayNotFound`."""
    known = queries.own_tray(actor, tray_id)
    tray = Tray.objects.select_for_update(no_key=True).filter(pk=known.pk).first()
    if tray is None or (tray.handed_in_at is not None and not handed_in_too):
        raise errors.TrayNotFound
    return tray


def add_sheet(tray: Tray, checked: CheckedFile, *, came_as: PieceUpload | None = None) -> TraySheet:
    """Store a checked file, which may have come in pieces, as the last sheet of a locked tray. Raises TrayFull."""
    queries.require_room(tray, files=1, size=len(checked.content), pages=checked.pages, instead_of=came_as)
    last = tray.sheets.order_by("-place").values_list("place", flat=True).first()
    sheet = TraySheet(
        tray=tray,
        place=(last or 0) + 1,
        file_name=checked.name,
        media_type=checked.media_type,
        size=len(checked.content),
        pages=checked.pages,
    )
    sheet.file = store(checked.content)
    sheet.save()
    touch(tray)
    return sheet


def touch(tray: Tray) -> None:
    """Somebody is at work on it: the days until it is cleared away begin anew."""
    tray.save(update_fields=["updated_at"])


def store(content: bytes) -> str:
    """Write a file for a tray under a name nobody can guess; returns the name."""
    mark = uuid7().hex
    return str(default_storage.save(f"{FOLDER}/{mark[-2:]}/{mark}", ContentFile(content)))


def clear_tray(tray: Tray) -> None:
    """Take everything off a locked tray; the files go when that is certain."""
    names = [str(name) for name in tray.sheets.values_list("file", flat=True)]
    pieces = Piece.objects.filter(upload__tray=tray)
    names += [str(name) for name in pieces.values_list("file", flat=True)]
    tray.uploads.all().delete()
    tray.sheets.all().delete()
    drop_later(names)


def drop_later(names: Sequence[str]) -> None:
    """Delete files after the commit. Each stands for one row."""
    for name in names:
        transaction.on_commit(partial(default_storage.delete, name))
