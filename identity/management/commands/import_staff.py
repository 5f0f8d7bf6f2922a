"""Import regions, departments, posts, staff and holdings from a spreadsheet."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import DomainError
from identity.actor import SYSTEM
from identity.staff.actions.imports import apply_sheet, check_sheet
from identity.staff.sheets.reading import Problem
from identity.staff.sheets.writing import report, template

_SHOWN = 20


class Command(BaseCommand):
    """``import_staff FILE [--dry-run] [--report out.xlsx]``: XLSX or CSV; running it again changes nothing."""

    help = "Import regions, departments, posts, staff and holdings from XLSX or CSV; any wrong row stops everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and the options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check and report only")
        parser.add_argument("--report", type=Path, help="write the report to this XLSX file")
        parser.add_argument("--template", action="store_true", help="write the empty template to FILE instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, report, and apply unless told not to."""
        path: Path = options["file"]
        if options["template"]:
            path.write_bytes(template())
            return
        try:
            content = path.read_bytes()
            plan = check_sheet(SYSTEM, content=content)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["report"]:
            lines = [[c.sheet, str(c.row), c.kind, c.text] for c in plan.changes]
            options["report"].write_bytes(report(plan.problems, lines))
        counts = " ".join(f"{key}={value}" for key, value in plan.counts().items())
        self.stdout.write(f"{path.name}: {counts}")
        self._refuse(plan.problems)
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")
            return
        started = time.monotonic()
        self._refuse(apply_sheet(SYSTEM, content=content, tell=self._tell))
        self.stdout.write(f"{len(plan.steps)} rows applied in {time.monotonic() - started:.1f} s.")

    def _tell(self, done: int, total: int) -> None:
        self.stdout.write(f"{done}/{total}")

    def _refuse(self, problems: list[Problem]) -> None:
        for problem in problems[:_SHOWN]:
            place = f"{problem.sheet} {problem.row} {problem.column}"
            self.stderr.write(f"{place}: {problem.code}: {problem.message}")
        if problems:
            raise CommandError(f"{len(problems)} problems; rows without a problem are not applied either.")
