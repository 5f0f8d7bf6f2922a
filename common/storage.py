"""Files on disk, encrypted. There is no public URL: a view decides who may read and records it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from common import crypto

CONTEXT = "storage"


class EncryptedStorage(FileSystemStorage):
    """AES-GCM over the whole file; uploads are limited to tens of megabytes, so a file fits in memory."""

    @property
    def place(self) -> str:
        """What the storage is called in reports."""
        return str(self.location)

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        sealed = ContentFile(crypto.encrypt(content.read(), context=CONTEXT))
        return str(super()._save(name, sealed))  # type: ignore[misc]  # the documented hook is not in the stubs

    def _open(self, name: str, mode: str = "rb") -> File:
        with open(self.path(name), "rb") as stored:
            return ContentFile(crypto.decrypt(stored.read(), context=CONTEXT), name=name)

    def delete(self, name: str) -> None:
        """Erase a file; a rotation of keys that is at work on it does not bring it back."""
        with exclusive(self):
            super().delete(name)

    def url(self, name: Any) -> NoReturn:
        raise NotImplementedError("Stored files have no URL; a view serves them after a permission check.")


@contextmanager
def exclusive(storage: EncryptedStorage) -> Iterator[None]:
    """Hold the store's lock for a moment: erasing a file and replacing it exclude each other, also across processes."""
    place = Path(storage.location)
    place.mkdir(parents=True, exist_ok=True)
    with open(place / ".lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
