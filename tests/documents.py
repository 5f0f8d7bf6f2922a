"""Looks at PDF files with programs other than the ones that made them: poppler, pdfium, Ghostscript."""

import io
import subprocess
from pathlib import Path

import pypdfium2
from PIL import Image

SCALE = 2.0  # 144 dots an inch


def text_of(pdf: bytes, *, page: int | None = None) -> str:
    """Text as poppler reads it, without spaces and line breaks."""
    pages = ["-f", str(page), "-l", str(page)] if page else []
    result = subprocess.run(["pdftotext", *pages, "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(result.stdout.decode().split())


def page_count(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))


def pictures(pdf: bytes, folder: Path) -> dict[str, Image.Image]:
    """The first page in grey, drawn by each viewer at 144 dots an inch."""
    source = folder / "viewed.pdf"
    source.write_bytes(pdf)
    dots = str(int(72 * SCALE))
    poppler = _run(["pdftoppm", "-r", dots, "-l", "1", "-singlefile", "-png", str(source)])
    ghost = folder / "ghost.png"
    _run(
        ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=png16m", f"-r{dots}", "-dLastPage=1", f"-o{ghost}", str(source)]
    )
    pdfium = pypdfium2.PdfDocument(pdf)[0].render(scale=SCALE).to_pil()
    drawn = {"poppler": Image.open(io.BytesIO(poppler)), "pdfium": pdfium, "ghostscript": Image.open(ghost)}
    return {viewer: picture.convert("L") for viewer, picture in drawn.items()}


def ink(picture: Image.Image) -> int:
    """How many dots are dark."""
    return sum(picture.histogram()[:128])


def _run(command: list[str]) -> bytes:
    return subprocess.run(command, capture_output=True, check=True).stdout
