"""The demonstration's settings on a database and a file store of the benchmark's own."""

import os
import tempfile
from pathlib import Path

from portal.settings.demo import *  # noqa: F403
from portal.settings.demo import STORAGES

# A program that a benchmark starts keeps its files where the benchmark does.
MEDIA_ROOT = Path(os.environ.get("ONESTOP_BENCH_FILES") or tempfile.mkdtemp(prefix="onestop-bench-"))
os.environ["ONESTOP_BENCH_FILES"] = str(MEDIA_ROOT)
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = MEDIA_ROOT / "static"  # empty: no page of a benchmark loads what it links to
STATIC_ROOT.mkdir(exist_ok=True)
