"""The fonts documents are printed with: converted once, cached under VAR_DIR/fonts, shared by processes.

The wheel ``pylopdf-fonts-zh-cn`` carries a serif (song, body text) and a sans (hei, headings). Characters of
names that it lacks, such as 𠮷, come from fallback fonts: the wheel ``noto-cjk-sans-jp-regular`` when it is
installed, and any file named in ``settings.PRINT_EXTRA_FONTS`` (GB 18030-2022 asks for more characters
than any free font has; an authority can register its licensed one there).
"""

import ctypes.util
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from django.conf import settings
from fontTools.ttLib import TTFont

from common.printing.errors import FontsFailed

FALLBACK_PACKAGE = "noto_cjk_sans_jp_regular"
CONVERTER = Path(__file__).with_name("outlines.py")
# Invisible by definition: joiners, direction marks, variation selectors, byte order mark.
INVISIBLE = frozenset([*range(0x20), 0x7F, *range(0x200B, 0x2010), *range(0xFE00, 0xFE10), 0xFEFF])


@dataclass(frozen=True)
class FontSet:
    """Paths of the TrueType files: `serif`, `sans`, and `extra` (asked in order when both lack a character)."""

    serif: Path
    sans: Path
    extra: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file, in order of preference."""
        return (self.serif, self.sans, *self.extra)

    @cached_property
    def characters(self) -> frozenset[int]:
        """Code points that at least one of the fonts can show."""
        return frozenset(code for path in self.files for code in TTFont(path, lazy=True).getBestCmap())

    def missing(self, text: str) -> str:
        """Characters of `text` that no font can show, each once, in order of code point."""
        return "".join(map(chr, sorted({ord(c) for c in text} - self.characters - INVISIBLE)))


def missing_characters(text: str) -> str:
    """Characters of `text` that cannot be printed, for forms that want to say so early. Empty when all can."""
    return ensure_fonts().missing(text)


def has_fast_subsetting() -> bool:
    """True when libharfbuzz-subset is present; without it a Chinese page takes 0.8–5.8 s instead of 0.06 s."""
    return ctypes.util.find_library("harfbuzz-subset") is not None


@lru_cache(maxsize=1)
def ensure_fonts() -> FontSet:
    """Convert what is not in the cache yet (half a minute, once) and return the paths.

    Safe to call from several processes: the first converts, the others wait for it.
    Raises FontsFailed when a source is missing or cannot be converted.
    """
    folder = Path(settings.VAR_DIR) / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    plan = _plan(folder)
    if not all(target.exists() for _, target, _ in plan):
        with _only_one(folder):
            _convert([job for job in plan if not job[1].exists()])
    serif, sans, *extra = (target for _, target, _ in plan)
    return FontSet(serif=serif, sans=sans, extra=tuple(extra))


Job = tuple[Path, Path, Sequence[Path]]  # source, target, fonts whose characters are not needed again


def _extra_sources() -> list[Path]:
    named = [Path(path) for path in getattr(settings, "PRINT_EXTRA_FONTS", ())]
    found = importlib.util.find_spec(FALLBACK_PACKAGE)
    if found and found.origin:
        named += sorted(Path(found.origin).parent.glob("*.otf"))
    return named


def _plan(folder: Path) -> list[Job]:
    """Name each target after everything that decides its content, so that a stale file is never used."""
    base = [pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path()]
    jobs: list[Job] = []
    for source in (*base, *_extra_sources()):
        covered = [] if source in base else base
        digest = hashlib.sha256()
        for part in (CONVERTER, source, *covered):
            digest.update(_digest(part))
        jobs.append((source, folder / f"{source.stem}-{digest.hexdigest()[:16]}.ttf", covered))
    return jobs


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise FontsFailed(names=str(path)) from error


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _tell(text: str) -> None:
    """Write over the current line of a terminal; a log stays free of progress."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text}")
        sys.stderr.flush()


def _convert(jobs: Sequence[Job]) -> None:
    """Run one converter a font, side by side, and show on a terminal how far they are."""
    if not jobs:
        return
    started = time.monotonic()
    running = [(job, _start(job)) for job in jobs]
    shares = [0.0] * len(running)
    while any(process.poll() is None for _, process in running):
        shares = [_share(process, old) for (_, process), old in zip(running, shares, strict=True)]
        share, seconds = sum(shares) / len(shares), time.monotonic() - started
        _tell(f"正在准备打印字库（仅首次）{share:4.0%}，已用 {seconds:.0f} 秒")
        time.sleep(0.5)
    failed = [source.name for (source, target, _), process in running if not _finish(target, process)]
    if failed:
        raise FontsFailed(names="、".join(failed))
    _tell(f"打印字库已就绪，用时 {time.monotonic() - started:.0f} 秒。{' ' * 20}\n")


def _partial(target: Path) -> Path:
    return target.with_suffix(".part")


def _start(job: Job) -> subprocess.Popen[bytes]:
    source, target, covered = job
    root = Path(__file__).resolve().parents[2]
    paths = [str(path) for path in (source, _partial(target), *covered)]
    process = subprocess.Popen(
        [sys.executable, "-m", "common.printing.outlines", *paths], stdout=subprocess.PIPE, cwd=root
    )
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    return process


def _share(process: subprocess.Popen[bytes], before: float) -> float:
    """How much of its font a converter has done, 0–1, from the last ``done total`` line it printed."""
    assert process.stdout is not None
    lines = (process.stdout.read() or b"").split(b"\n")
    if len(lines) < 2:
        return before
    done, total = lines[-2].split()
    return int(done) / int(total)


def _finish(target: Path, process: subprocess.Popen[bytes]) -> bool:
    """Put the file in its place in one step, so that no reader ever sees half a font."""
    with process:
        done = process.wait() == 0
    if done:
        _partial(target).replace(target)
    else:
        _partial(target).unlink(missing_ok=True)
    return done
