"""Uploads in pieces: each piece says where it begins; whoever lost the connection asks how far it got and goes on."""

from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from certificates import uploads
from certificates.errors import UploadBusy, UploadEmpty
from certificates.trays import errors, queries
from certificates.trays.base import add_sheet, drop_later, lock_tray, store, touch
from certificates.trays.models import Piece, PieceUpload, TraySheet
from common import crypto
from common.errors import Invalid
from identity.actor import Actor

LARGEST = 2 * 1024 * 1024  # bytes of one piece
SMALLEST = 16 * 1024  # of any but the last: nobody makes a million rows of one photo


@transaction.atomic
def begin(actor: Actor, *, tray_id: UUID, name: str, size: int, mark: str) -> PieceUpload:
    """Announce a file, or find what was left of it: the same ``mark`` (what the browser says of the file), name and
    size go on where they stopped.

    Raises :class:`TrayNotFound`, :class:`TrayFull`, :class:`UploadEmpty` or :class:`UploadTooLarge`.
    """
    tray = lock_tray(actor, tray_id)
    if size <= 0:
        raise UploadEmpty
    uploads.require_total(size)
    plain = uploads.plain_name(name)
    keyed = crypto.blind_index(f"{tray.pk}|{plain}|{size}|{mark[:200]}", purpose="upload").hex()
    left = queries.unfinished_of(tray).filter(mark=keyed).first()
    if left is not None:
        return left
    queries.require_room(tray, files=1, size=size)
    touch(tray)
    return PieceUpload.objects.create(tray=tray, file_name=plain, mark=keyed, size=size)


@transaction.atomic
def take(actor: Actor, *, upload_id: UUID, offset: int, content: bytes) -> PieceUpload:
    """Take one piece that begins at ``offset``. Two at the same place: one is taken, the other is told how far it is.

    Raises :class:`UploadNotFound`, :class:`OffsetWrong`, :class:`PieceTooSmall` or :class:`PieceTooLarge`; then nothing
    is kept.
    """
    upload = _lock(actor, upload_id)
    if offset != upload.received:
        raise errors.OffsetWrong(received=upload.received)
    if upload.received == upload.size and not content:
        return upload  # asked to finish
    end = offset + len(content)
    if len(content) > LARGEST or end > upload.size:
        raise errors.PieceTooLarge(limit=LARGEST)
    if not content or (len(content) < SMALLEST and end < upload.size):
        raise errors.PieceTooSmall
    Piece.objects.create(upload=upload, start=offset, size=len(content), file=store(content))
    upload.received = end
    upload.save(update_fields=["received", "updated_at"])
    touch(upload.tray)
    return upload


def finish(actor: Actor, *, upload_id: UUID) -> TraySheet | None:
    """Make a sheet of a file that is here whole; None while pieces are missing. Finishing twice gives the same sheet.

    A file that is no good is thrown away: its error of :func:`certificates.uploads.check` is raised afterwards.
    """
    upload = queries.get_upload(actor, upload_id)
    if upload.sheet is not None or upload.received < upload.size:
        return upload.sheet
    try:
        checked = uploads.check(SimpleUploadedFile(upload.file_name, _content(upload)))
        return _settle(actor, upload_id, checked)
    except UploadBusy:  # not about the file: the pieces stay for another try
        raise
    except Invalid:
        abandon(actor, upload_id=upload_id)
        raise


@transaction.atomic
def _settle(actor: Actor, upload_id: UUID, checked: uploads.CheckedFile) -> TraySheet:
    upload = _lock(actor, upload_id)
    if upload.sheet is not None:
        return upload.sheet
    drop_later([str(name) for name in upload.pieces.values_list("file", flat=True)])
    upload.pieces.all().delete()
    upload.sheet = add_sheet(upload.tray, checked, came_as=upload)
    upload.save(update_fields=["sheet", "updated_at"])
    return upload.sheet


@transaction.atomic
def abandon(actor: Actor, *, upload_id: UUID) -> None:
    """Throw an unfinished upload away. Raises :class:`UploadNotFound`."""
    upload = _lock(actor, upload_id)
    drop_later([str(name) for name in upload.pieces.values_list("file", flat=True)])
    upload.delete()


def _content(upload: PieceUpload) -> bytes:
    parts = []
    for piece in upload.pieces.all():
        with piece.file.open() as stored:
            parts.append(stored.read())
    return b"".join(parts)


def _lock(actor: Actor, upload_id: UUID) -> PieceUpload:
    """Lock the upload's tray, then read the upload: two pieces at once come one after the other."""
    tray = lock_tray(actor, queries.get_upload(actor, upload_id).tray_id)
    upload = PieceUpload.objects.filter(pk=upload_id, tray=tray).first()
    if upload is None:
        raise errors.UploadNotFound
    upload.tray = tray
    return upload
