"""How fast certificates are registered, printed, signed, checked and looked up, and how large their files are."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from django.utils.safestring import mark_safe

from bench.certificates_rows import register_figures
from certificates.face import Face
from certificates.rendering import render_face
from certificates.signing.demo_ca import make_demo_ca
from certificates.signing.keystore import Pkcs12KeyStore
from certificates.signing.pades import check_pdf, sign_pdf
from common.printing.fonts import ensure_fonts
from common.printing.pdf import render_pdf
from common.printing.qr import qr_svg
from common.printing.seal import seal_svg

URL = "https://zwfw.example.gov.cn/verify/8F3K2Q9X"
Result = TypeVar("Result")
ISSUER = "示范市湖滨区市场监督管理局"


def run(quick: bool) -> dict[str, object]:
    """Print, sign and check; figures are medians in ms, sizes in KB of 1,024 bytes."""
    rounds = 5 if quick else 40
    ensure_fonts()
    figures: dict[str, object] = {"rounds": rounds}
    files = {}
    for template in ("licence", "card", "proof"):
        files[template], spent = _measure(lambda look=template: render_face(_face(look)), rounds)
        figures[f"{template}_ms"] = round(spent, 1)
        figures[f"{template}_kb"] = round(len(files[template]) / 1024, 1)
    notice, spent = _measure(_notice, rounds)
    figures["notice_ms"], figures["notice_kb"] = round(spent, 1), round(len(notice) / 1024, 1)
    figures["licences_per_s"] = round(1000 / float(str(figures["licence_ms"])), 1)
    figures["notices_per_s"] = round(1000 / spent, 1)
    with tempfile.TemporaryDirectory() as folder:
        make_demo_ca(Path(folder))
        keys = Pkcs12KeyStore(Path(folder))
        signed, spent = _measure(
            lambda: sign_pdf(files["licence"], reason="颁发", location="示范市", field_name="Seal", keystore=keys),
            rounds,
        )
        figures["sign_ms"], figures["file_kb"] = round(spent, 1), round(len(signed) / 1024, 1)
        report, spent = _measure(lambda: check_pdf(signed, keystore=keys), rounds)
        assert report.valid
        figures["check_ms"] = round(spent, 1)
        figures["files_per_s"] = round(_files_per_s(Path(folder), rounds), 1)
    figures["render_sign_p50_ms"] = round(float(str(figures["licence_ms"])) + float(str(figures["sign_ms"])), 1)
    figures.update(register_figures(quick))
    return figures


def _files_per_s(folder: Path, rounds: int) -> float:
    """Licences printed and signed by two processes at once, each second; the first of each process is not counted."""
    with get_context("fork").Pool(2) as pool:
        pool.map(_file, [folder] * 2, chunksize=1)
        start = time.perf_counter()
        pool.map(_file, [folder] * 2 * rounds, chunksize=1)
        return 2 * rounds / (time.perf_counter() - start)


def _file(folder: Path) -> int:
    face = render_face(_face("licence"))
    return len(sign_pdf(face, reason="颁发", location="示范市", field_name="Seal", keystore=_keys(folder)))


@cache
def _keys(folder: Path) -> Pkcs12KeyStore:
    return Pkcs12KeyStore(folder)


def _measure(work: Callable[[], Result], rounds: int) -> tuple[Result, float]:
    """The last result and the median time in ms, after one call that fills the caches."""
    result = work()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        result = work()
        times.append((time.perf_counter() - started) * 1000)
    return result, statistics.median(times)


def _face(template: str) -> Face:
    return Face(
        type_name="食品经营许可证",
        type_code="11100000MB03271699031",
        number="JY13301060123456",
        identifier="1.2.156.3005.2.11100000MB03271699031.113301060024956789.JY13301060123456.001.K",
        holder_name="示范市湖滨区老张家常菜馆",
        holder_code="92330106MA2ABCDE1X",
        holder_code_type="001",
        issuer_name=ISSUER,
        issuer_code="113301060024956789",
        issued_on=date(2026, 11, 21),
        valid_from=date(2026, 11, 21),
        valid_until=date(2031, 11, 20),
        rows=(("法定代表人", "张伟"), ("经营场所", "示范市湖滨区解放路128号"), ("经营项目", "热食类食品制售")),
        verify_url=URL,
        template=template,
        seal_caption="电子证照专用章",
    )


def _notice() -> bytes:
    context = {
        "title": "受理通知书",
        "document_number": "示市监受〔2026〕123号",
        "department_name": ISSUER,
        "addressee": "示范市湖滨区老张家常菜馆",
        "paragraphs": ["您提出的食品经营许可申请，材料齐全、符合法定形式，决定予以受理。"],
        "facts": [("办件编号", "330106202611210001234"), ("事项名称", "食品经营许可（新办）")],
        "issued_on": date(2026, 11, 21),
        "seal_svg": mark_safe(seal_svg(ISSUER, caption="行政审批专用章")),
        "qr_svg": mark_safe(qr_svg(URL)),
        "verify_url": URL,
    }
    return render_pdf("documents/notice.html", context, title="受理通知书", author=ISSUER)
