"""Files in an object store (S3 or what speaks like it), encrypted before they leave this machine.

No public URL and no key of the store's own is needed: what lies there is opened by ``FIELD_KEYS`` alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile, File
from django.db import connection
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from common import crypto
from common.storage import CONTEXT

_LOCK = 0x6F6E6573_746F7003  # advisory: erasing an object and replacing it exclude each other, also across machines
_LONGEST_MARK = 256
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})


def _config() -> Config:
    """Short patience, few retries, and no checksum extension that other makers' stores do not know."""
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=5,
        read_timeout=20,
        retries={"max_attempts": 3, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


class EncryptedS3Storage(S3Storage):
    """AES-GCM over the whole file, as on disk. Erasing takes every version of an object, so that nothing is left."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"client_config": _config(), "file_overwrite": False, "default_acl": None, **options})

    @property
    def place(self) -> str:
        """What the storage is called in reports."""
        return f"s3 {self.bucket_name}"

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        cleaned = str(clean_name(name))
        self._put(cleaned, crypto.encrypt(content.read(), context=CONTEXT))
        return cleaned

    def _open(self, name: str, mode: str = "rb") -> File:
        try:
            token = self._get(name)
        except ClientError as error:
            if _is_gone(error):
                raise FileNotFoundError(name) from error
            raise
        return ContentFile(crypto.decrypt(token, context=CONTEXT), name=name)

    def delete(self, name: str) -> None:
        """Erase a file with all versions the bucket keeps; a rotation that is at work on it does not bring it back."""
        with _exclusive():
            self._forget(self._normalize_name(clean_name(name)), but_newest=False)

    def url(self, name: Any, parameters: Any = None, expire: Any = None, http_method: Any = None) -> NoReturn:
        raise NotImplementedError("Stored files have no URL; a view serves them after a permission check.")

    def names_after(self, position: str | None) -> Iterator[str]:
        """Names of all objects after one, in the store's fixed order."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket_name, **({"StartAfter": position} if position else {})):
            for entry in page.get("Contents", ()):
                yield entry["Key"]

    def key_of(self, name: str) -> str:
        """The id of the key an object stands under; empty for one that is not ours or went meanwhile."""
        try:
            part = self._client.get_object(Bucket=self.bucket_name, Key=name, Range=f"bytes=0-{_LONGEST_MARK - 1}")
        except ClientError as error:
            if _is_gone(error) or _status(error) == 416:  # empty
                return ""
            raise
        return crypto.key_id_of(part["Body"].read())

    def rotate(self, name: str) -> bool:
        """Bring one object to the newest key; tell whether it was changed. One that is erased meanwhile stays erased.

        Raises :class:`common.crypto.CannotDecrypt`.
        """
        if self.key_of(name) == crypto.newest_key_id():
            return False
        try:
            token = self._get(name)
        except ClientError as error:
            if _is_gone(error):
                return False
            raise
        sealed = crypto.encrypt(crypto.decrypt(token, context=CONTEXT), context=CONTEXT)
        with _exclusive():
            if not self.exists(name):
                return False
            self._put(name, sealed)
            self._forget(name, but_newest=True)  # else the bucket would keep it under the old key
        return True

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _put(self, name: str, sealed: bytes) -> None:
        self._client.put_object(
            Bucket=self.bucket_name, Key=self._normalize_name(name), Body=sealed, ContentType="application/octet-stream"
        )

    def _get(self, name: str) -> bytes:
        found = self._client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(clean_name(name)))
        return bytes(found["Body"].read())

    def _forget(self, key: str, *, but_newest: bool) -> None:
        """Delete the versions of an object and what marks it as deleted; a bucket without versions has one."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.bucket_name, Prefix=key)
        for page in pages:
            for entry in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                if entry["Key"] == key and not (but_newest and entry["IsLatest"]):
                    self._client.delete_object(Bucket=self.bucket_name, Key=key, VersionId=entry["VersionId"])


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _is_gone(error: ClientError) -> bool:
    return str(error.response.get("Error", {}).get("Code", "")) in _GONE or _status(error) == 404


@contextmanager
def _exclusive() -> Iterator[None]:
    """The lock is the database's: web processes on several machines see it, and it ends with a killed one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
