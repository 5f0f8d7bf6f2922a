"""Tests: a PostgreSQL of their own, keys made anew for each process, quick hashing."""

import base64
import os
import secrets as token
import tempfile
from pathlib import Path

import dj_database_url

from common.launch import embedded
from portal.settings.base import *  # noqa: F403
from portal.settings.base import VAR_DIR

SECRET_KEY = token.token_urlsafe(64)
FIELD_KEYS = {"test": base64.b64encode(token.token_bytes(32)).decode()}
BLIND_INDEX_KEY = base64.b64encode(token.token_bytes(32)).decode()
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL") or embedded.url(VAR_DIR))}
# What tests commit is thrown away after each: nobody waits until it is on the disk.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c synchronous_commit=off")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="onestop-test-media-"))
STATIC_ROOT = Path(tempfile.mkdtemp(prefix="onestop-test-static-"))
STORAGES = {
    "default": {"BACKEND": "common.storage.EncryptedStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
STAFF_MFA_REQUIRED = False
UPLOADS_IN_CHILD = False  # a third of a second for each file; tests that are about it set it
STAFF_STEP_UP_MINUTES = None  # tests that are about it set it
DEMO = True
SSO_ALLOW_LOOPBACK = True
SAMPLE_APP_FILE = MEDIA_ROOT / "department-app.json"
# The only setting that points outside the project: a real district's published list, when it is there.
SAMPLE_ITEMS_FILE = Path(
    os.environ.get("ONESTOP_SAMPLE_ITEMS", BASE_DIR.parent / "shared/data/district-511602-items.jsonl")  # noqa: F405
)
