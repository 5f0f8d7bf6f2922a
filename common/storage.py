"""Files on disk, encrypted. There is no public URL: a view decides who may read and records it."""

from typing import Any, NoReturn

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from common import crypto

_CONTEXT = "storage"


class EncryptedStorage(FileSystemStorage):
    """AES-GCM over the whole file; uploads are limited to tens of megabytes, so a file fits in memory."""

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        sealed = ContentFile(crypto.encrypt(content.read(), context=_CONTEXT))
        return str(super()._save(name, sealed))  # type: ignore[misc]  # the documented hook is not in the stubs

    def _open(self, name: str, mode: str = "rb") -> File:
        with open(self.path(name), "rb") as stored:
            return ContentFile(crypto.decrypt(stored.read(), context=_CONTEXT), name=name)

    def url(self, name: Any) -> NoReturn:
        raise NotImplementedError("Stored files have no URL; a view serves them after a permission check.")
