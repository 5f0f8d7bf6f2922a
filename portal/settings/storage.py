"""Where encrypted files lie: an object store when one is named completely, else the file system."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_NEEDED = {
    "ONESTOP_S3_BUCKET": "bucket_name",
    "ONESTOP_S3_ENDPOINT": "endpoint_url",
    "ONESTOP_S3_REGION": "region_name",
    "ONESTOP_S3_ACCESS_KEY": "access_key",
    "ONESTOP_S3_SECRET_KEY": "secret_key",
}


def s3_from_environment(environment: Mapping[str, str]) -> dict[str, Any] | None:
    """The storage for ``STORAGES["default"]``; None without any of the variables. Half of them stop the start."""
    given = {name: environment.get(name, "").strip() for name in _NEEDED}
    if not any(given.values()):
        return None
    if missing := [name for name, value in given.items() if not value]:
        raise ImproperlyConfigured(f"The object store is half configured; not set: {', '.join(missing)}.")
    address = urlsplit(given["ONESTOP_S3_ENDPOINT"])
    if address.scheme != "https" or not address.hostname or address.path.strip("/") or address.query:
        raise ImproperlyConfigured("ONESTOP_S3_ENDPOINT must be the https address of the store, without a path.")
    options = {option: given[name] for name, option in _NEEDED.items()}
    return {"BACKEND": "common.object_storage.EncryptedS3Storage", "OPTIONS": options}
