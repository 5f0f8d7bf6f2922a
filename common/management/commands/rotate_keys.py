"""Bring everything that is encrypted at rest to the newest key of FIELD_KEYS."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import crypto
from common.rotation import run


class Command(BaseCommand):
    """The site may run meanwhile; a run that was killed goes on where it stopped."""

    help = "Re-encrypt every encrypted column and file with the last key of FIELD_KEYS (docs/operations.md, Keys)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count values and files by key")
        parser.add_argument("--batch", type=int, default=run.BATCH, help="rows in one transaction (1–10000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, then say which old keys may go; an exit code other than 0 says that none may go yet."""
        if options["dry_run"]:
            self._count()
            return
        if not 1 <= options["batch"] <= 10_000:
            raise CommandError("--batch: from 1 to 10000")
        start = time.monotonic()
        try:
            report = run.rotate(self._progress(), batch=options["batch"])
        except run.AlreadyRunning as error:
            raise CommandError("another rotate_keys is at work on this database") from error
        spent = max(time.monotonic() - start, 0.001)
        rate = f"{report.rows / spent:,.0f} rows/s"
        self.stdout.write(f"{report.rows:,} rows and {report.files:,} files re-encrypted in {spent:.1f} s ({rate})")
        self._conclude(report)

    def _count(self) -> None:
        newest = crypto.newest_key_id()
        for part, counted in run.count():
            for key, number in sorted(counted.items()):
                self.stdout.write(f"{part}  key {key or '?'}: {number:,}{'' if key == newest else '  to rotate'}")

    def _progress(self) -> run.Say:
        last = 0.0

        def say(part: str, done: int) -> None:
            nonlocal last
            if time.monotonic() - last >= 1:
                last = time.monotonic()
                self.stdout.write(f"{part}: {done:,} done")
                self.stdout.flush()

        return say

    def _conclude(self, report: run.Report) -> None:
        if report.removable:
            keys = ", ".join(report.removable)
            self.stdout.write(
                f"No longer used by this database and file store, may be removed from FIELD_KEYS: {keys}. "
                "Backups made before today still need them: keep them with the backups."
            )
        for part, number in sorted(report.unreadable.items()):
            self.stderr.write(f"{part}: {number:,} cannot be read with any key of FIELD_KEYS and were left as they are")
        if report.still_used:
            used = ", ".join(f"{key} ({number:,})" for key, number in report.still_used.items())
            raise CommandError(
                f"Still used, must stay in FIELD_KEYS: {used}. These values were in use, cannot be read, or were "
                "written by a process that does not know the new key: restart every process with it and run this again."
            )
        if report.unreadable:
            raise CommandError("Some values cannot be read; see above.")
