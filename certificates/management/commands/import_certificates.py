"""``manage.py import_certificates FILE``: existing stock (存量证照) of a department, checked first, then imported."""

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.models import CertificateType
from certificates.stock.actions import check_stock, import_stock
from common.errors import DomainError
from identity.actor import SYSTEM
from identity.models import Department

_SHOWN = 20


class Command(BaseCommand):
    """Rows that are wrong are left out and listed; the same file again goes on where it stopped."""

    help = "Import a department's existing certificates from CSV or XLSX; --check only tells what would be done."

    def add_arguments(self, parser: CommandParser) -> None:
        """See ``--help``."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--type", required=True, help="the type's key or its 21-character code")
        parser.add_argument("--department", required=True, help="the issuer's credit code")
        parser.add_argument("--check", action="store_true", help="a dry run: nothing is written")
        parser.add_argument("--report", type=Path, help="write a line for each row here, CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the check or the import."""
        found = CertificateType.objects.filter(key=options["type"]) | CertificateType.objects.filter(
            type_code=options["type"]
        )
        kind = found.select_related("definer").first()
        issuer = Department.objects.select_related("region").filter(uscc=options["department"]).first()
        if kind is None or issuer is None:
            raise CommandError("没有这个证照类型或者部门。")
        if not options["file"].is_file():
            raise CommandError("没有这个文件。")
        try:
            self._run(kind, issuer, options)
        except DomainError as error:
            raise CommandError(f"{error.text}{error.what_to_do}") from error

    def _run(self, kind: CertificateType, issuer: Department, options: dict[str, Any]) -> None:
        wrong = 0
        with ExitStack() as stack:
            lines = None
            if options["report"]:
                target = stack.enter_context(options["report"].open("w", newline="", encoding="utf-8-sig"))
                lines = csv.writer(target)
                lines.writerow(["行", "结果", "说明"])

            def report(line: int, outcome: str, problem: str) -> None:
                nonlocal wrong
                if lines:
                    lines.writerow([line, outcome, problem])
                if outcome == "wrong":
                    wrong += 1
                    if wrong <= _SHOWN:
                        self.stdout.write(f"第 {line} 行：{problem}")

            if options["check"]:
                counts: Any = check_stock(SYSTEM, kind=kind, issuer=issuer, path=options["file"], report=report)
            else:
                counts = import_stock(
                    SYSTEM,
                    kind=kind,
                    issuer=issuer,
                    path=options["file"],
                    report=report,
                    tell=lambda done: self.stdout.write(f"已处理到第 {done} 行") if done % 10_000 < 200 else None,
                ).counts
        names = {"new": "入库", "known": "已在库", "waiting": "等持证人登记", "wrong": "有误"}
        self.stdout.write("，".join(f"{names[key]} {counts.get(key, 0)}" for key in names))
