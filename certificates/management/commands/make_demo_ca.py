"""``manage.py make_demo_ca``: keys for a demonstration site, made once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.signing.demo_ca import DEMO_SEALS, make_demo_ca
from common.errors import DomainError


class Command(BaseCommand):
    """Makes what is missing and leaves the rest alone; refuses to run outside a demonstration."""

    requires_system_checks: list[str] = []  # set-up calls this before there is a database
    help = "Make the demonstration's certification authority and seal certificates in KEY_DIR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seal",
            action="append",
            default=[],
            metavar="CODE=NAME",
            help="a further seal certificate, e.g. housing=示范市住房保障签章; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "DEMO", False):
            raise CommandError("make_demo_ca 仅用于演示环境。正式环境请使用依法设立的电子认证机构签发的证书。")
        try:
            written = make_demo_ca(Path(settings.KEY_DIR), {**DEMO_SEALS, **_seals(options["seal"])})
        except DomainError as error:
            raise CommandError(f"{error.text}{error.what_to_do}") from error
        if options["verbosity"]:
            made = [f"{settings.KEY_DIR}/{name}" for name in written]
            self.stdout.write("\n".join(made) or "演示签章证书已齐备。")


def _seals(arguments: list[str]) -> dict[str, str]:
    pairs = [argument.partition("=") for argument in arguments]
    if any(not name.strip() for _, _, name in pairs):
        raise CommandError("--seal 的写法是 代码=名称，例如 housing=示范市住房保障签章。")
    return {code: name.strip() for code, _, name in pairs}
