"""``manage.py exchange_export FOLDER``: the whole catalogue as exchange tables."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common.ids import uuid7
from services.exchange.export import export_catalogue
from services.exchange.sinks import FORMATS


class Command(BaseCommand):
    """Write what is published into an empty folder; what the tables have no columns for goes beside them."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.description = _("把全部已发布的事项导出成国家交换表，放进一个空文件夹。")
        parser.add_argument("folder", type=Path, help=_("空文件夹，没有就新建"))
        parser.add_argument("--format", choices=FORMATS, default="jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export and say how many items there were."""
        folder: Path = options["folder"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise CommandError(_("文件夹 %(folder)s 不是空的。") % {"folder": folder})
            count = export_catalogue(folder, file_format=options["format"], batch=uuid7().hex, progress=self._show)
        except OSError as error:
            raise CommandError(_("写不进去：%(problem)s") % {"problem": error}) from error
        self.stdout.write(_("导出了 %(count)s 个事项，在 %(folder)s。") % {"count": count, "folder": folder})

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done}/{total} ", ending="")
