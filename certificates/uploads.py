"""Is an uploaded file what it says it is? Decided by its content, never by its name."""

import hashlib
import io
import warnings
from dataclasses import dataclass

import pikepdf
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from certificates import errors

_MEGABYTE = 1024 * 1024
_MAX_PIXELS = 60_000_000
_SIGNATURES = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """Content that was opened as what it claims to be."""

    content: bytes
    media_type: str
    sha256: str
    name: str


def check(upload: UploadedFile) -> CheckedFile:
    """Read and check an upload: size, then signature, then that it opens.

    Raises :class:`UploadEmpty`, :class:`UploadTooLarge`, :class:`UploadTypeRefused` or :class:`UploadDamaged`.
    """
    require_size(upload)
    content = upload.read()
    media_type = next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)
    if media_type is None:
        raise errors.UploadTypeRefused
    _open(content, media_type)
    return CheckedFile(content, media_type, hashlib.sha256(content).hexdigest(), plain_name(upload.name or ""))


def require_size(upload: UploadedFile) -> None:
    """Raise :class:`UploadEmpty` or :class:`UploadTooLarge`."""
    size = upload.size or 0
    if size == 0:
        raise errors.UploadEmpty
    if size > most_bytes():
        raise errors.UploadTooLarge(size=f"{size / _MEGABYTE:.0f}", limit=f"{most_bytes() / _MEGABYTE:.0f}")


def most_bytes() -> int:
    """How large a file may be."""
    return int(settings.UPLOAD_MAX_BYTES)


def _open(content: bytes, media_type: str) -> None:
    try:
        if media_type == "application/pdf":
            with pikepdf.open(io.BytesIO(content)) as pdf:
                if len(pdf.pages) == 0:
                    raise errors.UploadDamaged
        else:
            _open_image(content)
    except errors.UploadDamaged:
        raise
    except Exception as error:  # a parser of hostile content raises whatever it stumbles over, IndexError too
        raise errors.UploadDamaged from error


def _open_image(content: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(content))
        if image.width * image.height > _MAX_PIXELS:
            raise errors.UploadDamaged
        image.verify()


def plain_name(name: str) -> str:
    """Keep the last part of the name, without control characters, 120 characters at most."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:120] or "文件"
