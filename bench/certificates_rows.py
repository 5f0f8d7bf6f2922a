"""The register at size: issues a second, and whether a look-up by identifier stays flat as it grows.

``ONESTOP_BENCH_ROWS`` gives the sizes, e.g. ``10000,10000000``; rows are made inside PostgreSQL.
"""

import os
import statistics
import threading
import time

from django.db import connections

from bench.certificates_stock import stock_figures
from bench.register_rows import fill_certificates
from certificates.actions import issue
from certificates.models import CertificateType
from certificates.queries import verify
from common.checksums import id_number_check
from identity.actions import register_person
from identity.actor import SYSTEM
from identity.models import Department, Person, Region
from identity.rules import make_uscc

LOOKS = 400
THREADS = 2  # as many as the machine has cores


def register_figures(quick: bool) -> dict[str, object]:
    """Figures: issues a second on two threads, look-up in ms at each size, and the largest over the smallest."""
    sizes = os.environ.get("ONESTOP_BENCH_ROWS") or ("1000,10000" if quick else "10000,1000000")
    kind, holder = cast()
    figures: dict[str, object] = {"issue_per_s": round(_issues(kind, holder, 20 if quick else 150), 1)}
    pattern = issue(SYSTEM, certificate_type=kind, holder=holder.party, issuer=kind.definer, face={"name": "x"})
    medians, filled, began = [], 0, time.perf_counter()
    for size in sorted(int(size) for size in sizes.split(",")):
        fill_certificates(pattern.pk, filled + 1, size, {}, {})
        filled = size
        figures[f"fill_s_{size}"] = round(time.perf_counter() - began, 1)
        medians.append(_look_up(size))
        figures[f"verify_ms_{size}"] = round(medians[-1], 3)
    figures["verify_flatness"] = round(medians[-1] / medians[0], 2)
    figures.update(stock_figures(kind, quick=quick))
    return figures


def cast() -> tuple[CertificateType, Person]:
    """An authority with a type of certificate, and somebody who holds them."""
    region = Region.objects.create(code="519900000000", name="示范市", level=Region.Level.CITY)
    office = Department.objects.create(
        name="示范市市场监督管理局", uscc=make_uscc(prefix="11", region="519900", body="00000001"), region=region
    )
    kind = CertificateType.objects.create(
        key="bench", type_code=f"{office.uscc}001", name="居住证", definer=office, holder_kind="person",
        is_single_instance=False, template="card", seal_caption="专用章", fields=[{"key": "name", "label": "姓名"}],
    )  # fmt: skip
    digits = "51990219800101102"
    return kind, register_person(SYSTEM, name="李清荷", id_number=digits + id_number_check(digits), assurance_level=4)


def _issues(kind: CertificateType, holder: Person, each: int) -> float:
    def work() -> None:
        try:
            for _round in range(each):
                issue(
                    SYSTEM, certificate_type=kind, holder=holder.party, issuer=kind.definer, face={"name": holder.name}
                )
        finally:
            connections.close_all()

    issue(SYSTEM, certificate_type=kind, holder=holder.party, issuer=kind.definer, face={"name": holder.name})
    threads = [threading.Thread(target=work) for _thread in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return THREADS * each / (time.perf_counter() - started)


def _look_up(size: int) -> float:
    times = []
    for step in range(LOOKS):
        wanted = f"BENCH.{1 + step * 7919 % size}"
        began = time.perf_counter()
        found = verify(wanted)
        times.append((time.perf_counter() - began) * 1000)
        assert found is not None
    return statistics.median(times)
