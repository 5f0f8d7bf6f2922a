"""``manage.py prepare_fonts``: convert the printing fonts once, so that the first document does not wait."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.printing.errors import FontsFailed
from common.printing.fonts import ensure_fonts, has_fast_subsetting


class Command(BaseCommand):
    """Converts what is missing from the cache; a second run is instant."""

    requires_system_checks: list[str] = []  # set-up calls this before there is a database
    help = "Convert the fonts that documents are printed with (half a minute, once)."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            fonts = ensure_fonts()
        except FontsFailed as error:
            raise CommandError(f"{error.text}{error.what_to_do}") from error
        if options["verbosity"]:
            self.stdout.write("\n".join(str(path) for path in fonts.files))
        if not has_fast_subsetting():
            self.stderr.write(
                "未找到系统库 libharfbuzz-subset，打印中文文书会慢十倍以上。"
                "请安装：Debian/Ubuntu 用 apt-get install libharfbuzz-subset0，macOS 用 brew install harfbuzz。"
            )
