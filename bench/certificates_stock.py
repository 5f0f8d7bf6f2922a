"""Existing stock: how many rows of a department's export are checked, and entered in the register, in a second.

``ONESTOP_BENCH_STOCK`` is the number of rows; holders are a tenth as many, and registered before.
"""

import csv
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from certificates.models import Certificate, CertificateType
from certificates.stock.actions import check_stock, import_stock
from common.checksums import id_number_check
from identity.actions import register_person
from identity.actor import SYSTEM
from identity.models import Department

HEADING = ["证照编号", "持证人名称", "持证人代码", "颁发日期", "有效期至", "姓名"]
HOLDERS = 1_000


def stock_figures(kind: CertificateType, *, quick: bool) -> dict[str, object]:
    """Figures: rows in the file, rows checked a second (dry run), rows entered a second, all on one connection."""
    rows = int(os.environ.get("ONESTOP_BENCH_STOCK") or (2_000 if quick else 100_000))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stock.csv"
        _write(path, rows, min(HOLDERS, rows // 10))
        checked = _rate(rows, lambda: check_stock(SYSTEM, kind=kind, issuer=kind.definer, path=path, report=_nothing))
        before = Certificate.objects.count()
        entered = _rate(rows, lambda: import_stock(SYSTEM, kind=kind, issuer=_issuer(kind), path=path, report=_nothing))
        assert Certificate.objects.count() == before + rows
    return {"stock_rows": rows, "stock_checked_per_s": checked, "stock_rows_per_s": entered}


def _issuer(kind: CertificateType) -> Department:
    return Department.objects.select_related("region").get(pk=kind.definer_id)


def _nothing(line: int, outcome: str, problem: str) -> None:
    """Nobody reads the report of a benchmark."""


def _rate(rows: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(rows / (time.perf_counter() - began), 1)


def _write(path: Path, rows: int, holders: int) -> None:
    people = []
    for serial in range(holders):
        digits = f"51990219{60 + serial // 365 % 40}{serial // 28 % 12 + 1:02d}{serial % 28 + 1:02d}{serial % 1000:03d}"
        number = digits + id_number_check(digits)
        people.append((register_person(SYSTEM, name="李清荷", id_number=number, assurance_level=4).name, number))
    with path.open("w", newline="", encoding="utf-8") as target:
        sheet = csv.writer(target)
        sheet.writerow(HEADING)
        for row in range(rows):
            name, number = people[row % holders]
            sheet.writerow([f"ST{row:08d}", name, number, "2020-01-02", "2099-01-01", name])
