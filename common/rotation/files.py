"""Encrypted files: which there are, under which keys they stand, and one brought to the newest key."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages

from common import crypto
from common.object_storage import EncryptedS3Storage
from common.storage import CONTEXT, EncryptedStorage, exclusive

_LONGEST_MARK = 256  # one byte of length, 255 of name
_WORK = ".rotating-"


def encrypted_storages() -> list[EncryptedStorage | EncryptedS3Storage]:
    """The configured storages whose files are encrypted, each place once."""
    made = [storages[alias] for alias in settings.STORAGES]
    found = {one.place: one for one in made if isinstance(one, EncryptedStorage | EncryptedS3Storage)}
    return [found[place] for place in sorted(found)]


def names_after(storage: EncryptedStorage | EncryptedS3Storage, position: str | None) -> Iterator[str]:
    """Names of the stored files after one, in the storage's fixed order."""
    if isinstance(storage, EncryptedS3Storage):
        return storage.names_after(position)
    place = Path(storage.location)
    return (str(path.relative_to(place)) for path in files_after(place, position))


def key_of_name(storage: EncryptedStorage | EncryptedS3Storage, name: str) -> str:
    """The id of the key a stored file stands under; empty for one that is not ours."""
    if isinstance(storage, EncryptedS3Storage):
        return storage.key_of(name)
    return key_of(Path(storage.location) / name)


def rotate_name(storage: EncryptedStorage | EncryptedS3Storage, name: str) -> bool:
    """Bring one stored file to the newest key; tell whether it was changed. Raises CannotDecrypt."""
    if isinstance(storage, EncryptedS3Storage):
        return storage.rotate(name)
    return rotate_file(storage, Path(storage.location) / name)


def tidy(storage: EncryptedStorage | EncryptedS3Storage) -> None:
    """Clear away what a killed run left half-written; an object store takes an object whole or not at all."""
    if isinstance(storage, EncryptedStorage):
        sweep(Path(storage.location))


def files_after(folder: Path, position: str | None) -> Iterator[Path]:
    """Files below ``folder`` after a position (a path relative to it), in one fixed order."""
    start = Path(position).parts if position else ()
    yield from _walk(folder, folder, start)


def _walk(root: Path, folder: Path, start: tuple[str, ...]) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):
        for entry in sorted(os.scandir(folder), key=lambda item: item.name):
            path = Path(entry.path)
            parts = path.relative_to(root).parts
            if entry.is_dir(follow_symlinks=False):
                if parts >= start[: len(parts)]:
                    yield from _walk(root, path, start)
            elif parts > start and not entry.name.startswith("."):
                yield path


def sweep(folder: Path) -> None:
    """Remove the half-written copies of a run that was killed; only while no other run is at work."""
    for place, _folders, names in os.walk(folder):
        for name in names:
            if name.startswith(_WORK):
                Path(place, name).unlink(missing_ok=True)


def key_of(path: Path) -> str:
    """The id of the key a file stands under; empty for a file that is not one of ours."""
    with open(path, "rb") as stored:
        return crypto.key_id_of(stored.read(_LONGEST_MARK))


def rotate_file(storage: EncryptedStorage, path: Path) -> bool:
    """Bring one file to the newest key; tell whether it was changed. Readers see the old file or the new one.

    A file that is erased meanwhile stays erased. Raises :class:`common.crypto.CannotDecrypt`.
    """
    try:
        if key_of(path) == crypto.newest_key_id():
            return False
        token = path.read_bytes()
    except FileNotFoundError:
        return False
    sealed = crypto.encrypt(crypto.decrypt(token, context=CONTEXT), context=CONTEXT)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_WORK)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(sealed)
            target.flush()
            os.fsync(target.fileno())
        os.chmod(name, path.stat().st_mode & 0o777)
        with exclusive(storage):  # whoever erases the file waits, or has erased it before
            if not path.exists():
                return False
            os.replace(name, path)
    except FileNotFoundError:
        return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
    return True
