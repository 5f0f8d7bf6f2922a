"""Is an uploaded file what it says it is? Decided by its content, never by its name; what is kept is written anew.

The files are opened in a process of their own (:mod:`certificates.cleaning.child`), so that a hostile one takes
neither the site's memory nor its time (ADR 27).
"""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from certificates import errors
from certificates.cleaning.limits import MOST_PAGES, Refused
from certificates.cleaning.sheets import Clean, Sheet, clean
from certificates.cleaning.wire import pack_batch, unpack_result
from common.errors import Invalid

_MEGABYTE = 1024 * 1024
_PATIENCE = 40  # seconds of waiting for the child, whose own processor time is limited to less
_AT_ONCE = threading.BoundedSemaphore(2)  # children of one web process
_TURN = 20  # seconds of waiting for one's turn
MOST_FILES = 30  # that become the pages of one document


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """Content that was opened as what it claims to be and written anew."""

    content: bytes
    media_type: str
    sha256: str
    name: str
    pages: int = 1


def check(upload: UploadedFile) -> CheckedFile:
    """Read and check an upload: size, then signature, then that it opens; return it clean.

    Raises :class:`UploadEmpty`, :class:`UploadTooLarge`, :class:`UploadTypeRefused`, :class:`UploadDamaged`,
    :class:`UploadLocked`, :class:`UploadTooManyPages`, :class:`UploadHeic`, :class:`UploadBomb` or
    :class:`UploadBusy`.
    """
    return check_all([upload])


def check_all(uploads: Sequence[UploadedFile], turns: Sequence[int] = ()) -> CheckedFile:
    """Check several files and join them into one PDF, in their order; one file alone stays what it is.

    ``turns`` are quarter turns clockwise, one for each file. Raises as :func:`check` does, and
    :class:`UploadTooManyPages` for more than :data:`MOST_FILES`.
    """
    if len(uploads) > MOST_FILES:
        raise errors.UploadTooManyPages(limit=MOST_FILES)
    for upload in uploads:
        require_size(upload)
    require_total(sum(upload.size or 0 for upload in uploads))
    quarter = [*turns, *[0] * (len(uploads) - len(turns))]
    sheets = [Sheet(upload.read(), turn) for upload, turn in zip(uploads, quarter, strict=True)]
    try:
        result = _clean(sheets)
    except Refused as refusal:
        raise _ERRORS.get(refusal.code, errors.UploadDamaged)(**_PARAMS.get(refusal.code, {})) from refusal
    require_total(len(result.content))  # a picture may grow when it is drawn again
    name = plain_name(uploads[0].name or "")
    return CheckedFile(
        result.content, result.media_type, hashlib.sha256(result.content).hexdigest(), name, result.pages
    )


_ERRORS: dict[str, type[Invalid]] = {
    "type": errors.UploadTypeRefused,
    "heic": errors.UploadHeic,
    "locked": errors.UploadLocked,
    "pages": errors.UploadTooManyPages,
    "pixels": errors.UploadTooManyPixels,
    "bomb": errors.UploadBomb,
}
_PARAMS: dict[str, dict[str, Any]] = {"pages": {"limit": MOST_PAGES}}


def _clean(sheets: Sequence[Sheet]) -> Clean:
    if not settings.UPLOADS_IN_CHILD:
        return clean(sheets)
    if not _AT_ONCE.acquire(timeout=_TURN):
        raise errors.UploadBusy
    try:
        done = subprocess.run(
            [sys.executable, "-m", "certificates.cleaning.child"],
            input=pack_batch(sheets),
            capture_output=True,
            timeout=_PATIENCE,
            cwd=settings.BASE_DIR,
            env={"PYTHONDONTWRITEBYTECODE": "1"},  # no addresses, no keys
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("bomb") from error
    finally:
        _AT_ONCE.release()
    if done.returncode < 0:  # killed: out of processor time
        raise Refused("bomb")
    return unpack_result(done.stdout)  # nothing said: out of memory


def require_size(upload: UploadedFile) -> None:
    """Raise :class:`UploadEmpty` or :class:`UploadTooLarge`."""
    if (upload.size or 0) == 0:
        raise errors.UploadEmpty
    require_total(upload.size or 0)


def require_total(size: int) -> None:
    """Raise :class:`UploadTooLarge` for more bytes than a file may have."""
    if size > most_bytes():
        raise errors.UploadTooLarge(size=f"{size / _MEGABYTE:.0f}", limit=f"{most_bytes() / _MEGABYTE:.0f}")


def most_bytes() -> int:
    """How large a file may be."""
    return int(settings.UPLOAD_MAX_BYTES)


def plain_name(name: str) -> str:
    """Keep the last part of the name, without control characters, 120 characters at most."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:120] or "文件"
