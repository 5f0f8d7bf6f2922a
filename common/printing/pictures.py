"""The first page of a PDF as a picture, by poppler's ``pdftoppm`` where it is there: phones show no embedded PDF."""

import shutil
import subprocess

PROGRAM = "pdftoppm"
_SECONDS = 10


def is_possible() -> bool:
    """Whether the program is there."""
    return shutil.which(PROGRAM) is not None


def first_page(pdf: bytes, *, dots: int = 96) -> bytes | None:
    """The page as PNG at so many dots an inch; None without the program, or when it fails or takes too long."""
    if not is_possible():
        return None
    command = [PROGRAM, "-r", str(dots), "-l", "1", "-singlefile", "-png", "-"]
    try:
        drawn = subprocess.run(command, input=pdf, capture_output=True, check=True, timeout=_SECONDS)
    except (subprocess.SubprocessError, OSError):
        return None
    return drawn.stdout or None
