"""The demonstration's settings on a database and a file store of the benchmark's own."""

import tempfile
from pathlib import Path

from portal.settings.demo import *  # noqa: F403
from portal.settings.demo import STORAGES

MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="onestop-bench-"))
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
