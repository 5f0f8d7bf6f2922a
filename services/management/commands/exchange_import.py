"""``manage.py exchange_import FOLDER``: exchange tables into the catalogue."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common.errors import DomainError
from services.exchange import runs
from services.exchange.abnormal import lines
from services.models import ExchangeBatch

_LABELS = ("created", "revised", "changed", "unchanged", "kept", "rejected")


class Command(BaseCommand):
    """Every row is taken or refused for itself; stopped half way, ``--resume`` goes on where it ended."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.description = _("导入国家交换表（JSONL、CSV、XLSX 文件，或者放这些文件的文件夹）。")
        parser.add_argument("folder", type=Path, nargs="?", help=_("文件夹或者一个文件"))
        parser.add_argument("--dry-run", action="store_true", help=_("只核对，不写入"))
        parser.add_argument("--resume", type=UUID, metavar=_("批次号"), help=_("接着导没有导完的批次"))
        parser.add_argument("--report", type=Path, help=_("把有问题的行写到这个 CSV 文件（dn_audit_abnormal 的列）"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and print what became of the rows."""
        try:
            batch = self._resumed(options["resume"]) if options["resume"] else self._imported(options)
        except DomainError as error:
            raise CommandError(f"{error.text}{error.what_to_do}（{error.code}）") from error
        counts = "，".join(f"{name} {batch.counts[name]}" for name in _LABELS if batch.counts.get(name))
        self.stdout.write(f"{_('批次')} {batch.pk}：{batch.total} {_('行')}：{counts}")
        if options["dry_run"]:
            self.stdout.write(_("这是试运行，什么也没有写入。"))
        self._tell(batch, options)

    def _imported(self, options: dict[str, Any]) -> ExchangeBatch:
        if options["folder"] is None:
            raise CommandError(_("请给出文件夹，或者用 --resume 接着导。"))
        return runs.import_folder(options["folder"], is_dry_run=options["dry_run"], progress=self._show)

    def _resumed(self, batch_id: UUID) -> ExchangeBatch:
        batch = ExchangeBatch.objects.filter(pk=batch_id, kind=ExchangeBatch.Kind.IMPORT).first()
        if batch is None:
            raise CommandError(_("没有这个批次。"))
        while runs.go_on(batch.pk):
            batch.refresh_from_db()
            self._show(batch.done, batch.total)
        batch.refresh_from_db()
        return batch

    def _tell(self, batch: ExchangeBatch, options: dict[str, Any]) -> None:
        rows = getattr(batch, "dry_problems", None) or runs.problem_rows(batch).values(
            "table", "number", "guid", "problems", "outcome"
        )
        if options["report"]:
            with options["report"].open("w", encoding="utf-8-sig", newline="") as stream:
                csv.writer(stream).writerows(lines(batch, rows))
            self.stdout.write(_("有问题的行：%(path)s") % {"path": options["report"]})
            return
        for row in rows[:20]:
            for one in row["problems"]:
                self.stdout.write(f"  {row['table']} {row['number']}: {one['message']} [{one['code']}]")

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done}/{total} ", ending="")
