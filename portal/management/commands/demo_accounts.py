"""Print how to sign in to the demonstration."""

import unicodedata
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from identity.models import PostHolding
from portal.demo.people import PASSWORD
from portal.demo.reading import cast_rows, cast_settings
from portal.demo.staff import places

_SHOWN = ("zwzx", "jcj", "scjg", "xfj")  # the main walk; --all prints every department
_Row = tuple[str, str, str, str]


class Command(BaseCommand):
    """``demo_accounts``: who there is, the sign-in, the password and what to try."""

    help = "Print the demonstration's sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--all``."""
        parser.add_argument("--all", action="store_true", help="the staff of every department")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table, or refuse outside a demonstration."""
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (settings.DEMO is off): there are no demo accounts.")
        rows = [("身份", "登录名", "密码", "可以试试"), *_citizens(), *_staff(everybody=options["all"])]
        widths = [max(_columns(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            cells = (text + " " * (width - _columns(text)) for text, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
        if not options["all"]:
            kept = settings.SAMPLE_APP_FILE
            self.stdout.write("示例（各有 README.md）：")
            self.stdout.write(f"  部门应用 deploy/examples/department_app（编号和密钥在 {kept}）")
            self.stdout.write("  上级身份认证 deploy/examples/identity_service")
            self.stdout.write("  支付平台 deploy/examples/payment_gateway（先启动它，居民赵明哲的 20 元就能在网上缴）")
            self.stdout.write("其他部门的人员：manage.py demo_accounts --all")


def _citizens() -> list[_Row]:
    rows = (row for row in cast_rows("persons") if row["phone"])
    return [(f"居民 {row['name']}", row["phone"], PASSWORD, row["try"]) for row in rows]


def _staff(*, everybody: bool) -> list[_Row]:
    tips = cast_settings("staff")["try"]
    return [
        (f"{place.department} · {place.post} {place.name}", place.number, PASSWORD, tips[PostHolding.Role(place.role)])
        for place in places()
        if everybody or place.department_key in _SHOWN
    ]


def _columns(text: str) -> int:
    """The width on a terminal: Chinese characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
