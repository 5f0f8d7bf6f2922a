"""A file that goes to everybody: opened as what it is, rid of what could act, and written anew.

PDF and pictures go through the common check of uploads (:func:`certificates.uploads.check`). What is stored is what
was written anew, never the bytes that came in: nothing hides behind the end of a picture or before a PDF.
"""

import hashlib
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile

from certificates import uploads
from certificates.errors import UploadTooLarge, UploadTypeRefused
from services.guides import office
from services.guides.errors import FileTypeRefused

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", office.DOCX: "docx", office.XLSX: "xlsx"}


@dataclass(frozen=True, slots=True)
class CleanFile:
    """Content that was written here; ``name`` is without its ending."""

    content: bytes
    media_type: str
    sha256: str
    name: str


def clean(upload: UploadedFile) -> CleanFile:
    """Check and clean an upload.

    Raises ``UploadEmpty``, ``UploadTooLarge``, ``UploadDamaged``, :class:`FileTypeRefused` or :class:`FileUnsafe`.
    """
    uploads.require_size(upload)
    start = upload.read(8)
    upload.seek(0)
    if office.is_archive(start):
        content, media_type = office.clean(upload.read())
    else:
        content, media_type = _plain(upload)
    if len(content) > uploads.most_bytes():  # a picture may grow when it is drawn again
        raise UploadTooLarge(size=_megabytes(len(content)), limit=_megabytes(uploads.most_bytes()))
    name = uploads.plain_name(upload.name or "")
    stem, dot, _ending = name.rpartition(".")
    return CleanFile(content, media_type, hashlib.sha256(content).hexdigest(), stem if dot and stem else name)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f}"


def _plain(upload: UploadedFile) -> tuple[bytes, str]:
    try:
        checked = uploads.check(upload)
    except UploadTypeRefused as error:
        raise FileTypeRefused from error
    return checked.content, checked.media_type
