"""``manage.py token_keys``: the published keys that prove QR tokens; a new one for a demonstration; withdrawing one."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.models import TokenKey
from certificates.proofs import keys
from certificates.signing.demo_ca import DEMO_SEALS, renew
from certificates.signing.keystore import TOKENS
from common.errors import DomainError
from identity.actor import SYSTEM


class Command(BaseCommand):
    """Without options it lists the keys."""

    help = "List the published keys of QR tokens; --renew (demonstration) makes one; --withdraw KID ends one."

    def add_arguments(self, parser: CommandParser) -> None:
        """See ``--help``."""
        parser.add_argument("--renew", action="store_true", help="a new key in KEY_DIR; restart web and workers after")
        parser.add_argument("--withdraw", metavar="KID", help="what this key signed proves nothing any more")
        parser.add_argument("--reason", default="", help="why, for the audit log; needed with --withdraw")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of the three."""
        try:
            if options["renew"]:
                self._renew()
            elif options["withdraw"]:
                self._withdraw(options["withdraw"], options["reason"].strip())
            else:
                self._list()
        except DomainError as error:
            raise CommandError(f"{error.text}{error.what_to_do}") from error

    def _renew(self) -> None:
        if not settings.DEMO or settings.PKCS11:
            raise CommandError("--renew 仅用于演示环境。正式环境请由电子认证机构换发，步骤见 docs/operations.md。")
        renew(Path(settings.KEY_DIR), TOKENS, DEMO_SEALS[TOKENS])
        self.stdout.write("已换新密钥。请重启网站和后台进程；旧密钥仍然公布，旧二维码继续有效。")

    def _withdraw(self, kid: str, reason: str) -> None:
        if not reason:
            raise CommandError("请用 --reason 写明原因。")
        keys.withdraw(SYSTEM, kid=kid, reason=reason)
        self.stdout.write(f"已停用 {kid}。它签过的二维码和凭证不再被认可，请给这些证照换发文件。")

    def _list(self) -> None:
        for row in TokenKey.objects.order_by("created_at", "pk"):
            state = f"withdrawn {row.withdrawn_at:%Y-%m-%d}" if row.withdrawn_at else "published"
            self.stdout.write(f"{row.kid}  {row.created_at:%Y-%m-%d}  {state}  {row.issuer}")
