"""System packages that pip cannot bring: what is missing, and installing it on Debian and Ubuntu as root.

Runs before the virtual environment exists, so it uses the standard library only.
Usage: ``python -m common.launch.system_parts run|test``.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# The shell first: without the parts a person would see, it starts, works and ends quicker.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = ("/Applications/Google Chrome.app", "/Applications/Chromium.app")
MAC_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")


@dataclass(frozen=True)
class Part:
    """Something the system must have: how to see it, and the packages of apt and brew that bring it."""

    purpose: str
    is_present: Callable[[], bool]
    apt: tuple[str, ...]
    brew: str


def _library(name: str, version: int) -> Callable[[], bool]:
    def is_present() -> bool:
        if sys.platform == "darwin":
            return any(Path(folder, f"{name}.{version}.dylib").exists() for folder in MAC_LIBRARIES)
        try:
            ctypes.CDLL(f"{name}.so.{version}")
        except OSError:
            return False
        return True

    return is_present


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) for name in names)


def _has_browser() -> bool:
    found = any(shutil.which(name) for name in BROWSERS)
    return found or any(Path(path).exists() for path in MAC_BROWSERS)


def _can_make_environments() -> bool:
    """Debian ships Python without the part of it that makes virtual environments."""
    return importlib.util.find_spec("ensurepip") is not None


RUN_PARTS = (
    Part("virtual environments", _can_make_environments, ("python3-venv",), "python@3.11"),
    Part("printing (Pango)", _library("libpango-1.0", 0), ("libpango-1.0-0",), "pango"),
    Part("printing (Pango FT2)", _library("libpangoft2-1.0", 0), ("libpangoft2-1.0-0",), "pango"),
    # Without it WeasyPrint subsets Chinese fonts in Python: 0.8 to 5.8 s a page instead of 0.1 s.
    Part("small PDF fonts", _library("libharfbuzz-subset", 0), ("libharfbuzz-subset0",), "harfbuzz"),
)
TEST_PARTS = (
    Part("journeys in a browser", _has_browser, ("chromium-headless-shell",), "--cask chromium"),
    Part("reading PDFs", _programs("pdfsig", "pdftoppm", "pdftotext"), ("poppler-utils",), "poppler"),
    Part("a hardware module in software", _programs("softhsm2-util"), ("softhsm2",), "softhsm"),
    Part("a second PDF viewer", _programs("gs"), ("ghostscript",), "ghostscript"),
)


def missing(parts: tuple[Part, ...]) -> list[Part]:
    """Return the parts that this machine lacks."""
    return [part for part in parts if not part.is_present()]


def ensure(parts: tuple[Part, ...]) -> str:
    """Install what is missing where we may; return "" or one line that says what to install by hand."""
    lacking = missing(parts)
    if lacking and os.getuid() == 0 and shutil.which("apt-get"):
        packages = sorted({package for part in lacking for package in part.apt})
        sys.stdout.write(f"Installing system packages: {' '.join(packages)}\n")
        sys.stdout.flush()
        _apt_install(packages)
        lacking = missing(parts)
    return _advice(lacking) if lacking else ""


def _apt_install(packages: list[str]) -> None:
    """Install quietly; a fresh container has no package lists yet, an old machine has stale ones."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if subprocess.run(install, env=environment, capture_output=True, check=False).returncode == 0:
        return
    subprocess.run(["apt-get", "update", "-qq"], env=environment, capture_output=True, check=False)
    result = subprocess.run(install, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.stderr.write(result.stderr)


def _advice(lacking: list[Part]) -> str:
    purposes = ", ".join(part.purpose for part in lacking)
    apt = " ".join(sorted({package for part in lacking for package in part.apt}))
    brew = " ".join(sorted({part.brew for part in lacking}))
    command = f"brew install {brew}" if sys.platform == "darwin" else f"sudo apt-get install {apt}"
    other = f"Debian/Ubuntu: {apt}" if sys.platform == "darwin" else f"macOS: brew install {brew}"
    return f"This machine lacks what is needed for {purposes}. Run: {command}   ({other})"


def main(arguments: list[str]) -> int:
    """Check the parts for ``run`` or ``test``; exit status 1 with one line when some are missing."""
    wanted = RUN_PARTS + TEST_PARTS if arguments == ["test"] else RUN_PARTS
    problem = ensure(wanted)
    if problem:
        sys.stderr.write(f"{problem}\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
