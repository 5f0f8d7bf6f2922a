"""``manage.py import_items FILE``: import a published list of service items."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common.errors import DomainError
from identity.actor import SYSTEM
from services.importing.errors import RegionUnknown
from services.importing.regions import parse_options
from services.importing.report import summary, write_report
from services.importing.run import ImportOptions, ImportResult, import_file

_WIDTH = 30


class Command(BaseCommand):
    """Import a list; the catalogue changes as a whole or not at all."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.description = _("导入事项清单（JSONL、CSV、XLSX 或存放 CSV 的文件夹），逐行说明接受、修正或拒绝的原因。")
        parser.add_argument("file", type=Path, help=_("清单文件"))
        parser.add_argument("--dry-run", action="store_true", help=_("只核对，不写入"))
        parser.add_argument("--region", default="", help=_("没有 area_code 的行属于哪个行政区划"))
        parser.add_argument(
            "--create-region", action="append", default=[], metavar=_("代码:名称"), help=_("先登记这个行政区划，可重复")
        )
        parser.add_argument("--encoding", default="utf-8", help=_("文件编码，默认 utf-8"))
        parser.add_argument("--report", type=Path, help=_("把逐行结果写到 .csv 或 .json 文件"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import and print its account."""
        bar = _Bar(sys.stderr)
        try:
            chosen = ImportOptions(
                region=options["region"],
                create_regions=parse_options(options["create_region"]),
                encoding=options["encoding"],
                is_dry_run=options["dry_run"],
            )
            result = import_file(SYSTEM, path=options["file"], options=chosen, progress=bar.show)
        except DomainError as error:
            advice = error.advice if isinstance(error, RegionUnknown) else str(error.what_to_do)
            raise CommandError(f"{error.text}{advice}（{error.code}）") from error
        except OSError as error:
            raise CommandError(_("文件读不出来：%(problem)s") % {"problem": error}) from error
        finally:
            bar.close()
        self.stdout.write(summary(result))
        if result.batch is None:
            self.stdout.write(_("这是试运行，什么也没有写入。"))
        if options["report"]:
            self._report(result, options["report"])

    def _report(self, result: ImportResult, path: Path) -> None:
        try:
            write_report(result, path)
        except OSError as error:
            raise CommandError(_("逐行结果没有写成：%(problem)s") % {"problem": error}) from error
        self.stdout.write(_("逐行结果：%(path)s") % {"path": path})


class _Bar:
    """A progress bar on a terminal; elsewhere silent, so that logs stay readable."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream if stream.isatty() else None
        self._started = time.monotonic()
        self._last = 0.0

    def show(self, label: str, done: int, total: int) -> None:
        """Draw how far ``label`` has come, at most ten times a second."""
        now = time.monotonic()
        if self._stream is None or (done < total and now - self._last < 0.1):
            return
        self._last = now
        filled = _WIDTH * done // max(1, total)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        self._stream.write(f"\r{label} {bar} {done}/{total}  {now - self._started:.0f} s ")
        self._stream.flush()

    def close(self) -> None:
        """Leave the line."""
        if self._stream is not None and self._last:
            self._stream.write("\n")
