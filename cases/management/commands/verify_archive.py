"""``manage.py verify_archive``: whether archive packages are what was sealed, in words."""

import io
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from cases.archive import queries
from cases.archive.verifying import Report, verify
from certificates.signing.keys_in_use import default_keystore
from certificates.signing.keystore import pem_certificates
from common.errors import DomainError


class Command(BaseCommand):
    """A file is verified without the database; a number is looked up in it first."""

    help = "Verify archive packages: files, or numbers of archives or cases. Exit code 1 when anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """See ``--help``."""
        parser.add_argument("packages", nargs="+", metavar="FILE|NUMBER")
        parser.add_argument(
            "--certificate", type=Path, metavar="PEM", help="root certificate to trust; without it those of KEY_DIR"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify each and say what was found."""
        with override("zh-hans"):
            try:
                roots = _roots(options["certificate"])
            except (OSError, DomainError) as error:
                raise CommandError(f"读不到要信任的证书：{getattr(error, 'text', error)}") from error
            wrong = 0
            for name in options["packages"]:
                report = _verify(name, roots)
                wrong += not report.is_good
                self._tell(name, report)
        if wrong:
            raise CommandError(f"{wrong} 份有问题，共 {len(options['packages'])} 份。")

    def _tell(self, name: str, report: Report) -> None:
        if report.is_good:
            stamped = f"，{report.stamped_at:%Y-%m-%d %H:%M:%S} UTC 盖时间戳" if report.stamped_at else ""
            self.stdout.write(f"{name}：完好。档号 {report.number}，办件 {report.case_number}，{report.parts} 个部分，")
            self.stdout.write(f"  由“{report.signer}”签名{stamped}。")
            return
        self.stdout.write(f"{name}：有问题。")
        for problem in report.problems:
            self.stdout.write(f"  {problem.text} [{problem.code}]")


def _roots(certificate: Path | None) -> Any:
    if certificate is None:
        return default_keystore().trust_roots()
    return pem_certificates(certificate.read_bytes(), name=certificate.name)


def _verify(name: str, roots: Any) -> Report:
    path = Path(name)
    if path.is_file():
        with path.open("rb") as file:
            return verify(file, roots=roots)
    report = Report()
    package = queries.find_sealed(name)
    if package is None:
        report.add("archive.not_found", "没有这个文件，也没有这个档号或者办件编号的档案。")
        return report
    try:
        content = queries.stored(package)
    except DomainError as error:
        report.add(error.code, error.text)
        return report
    return verify(io.BytesIO(content), roots=roots)
