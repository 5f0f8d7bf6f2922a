"""The first start of the city, the way a newcomer does it: made once, every worker begins with copies of it.

``make test`` makes it beside the checks that only read: ``python -m tests.journeys.first_start FOLDER``.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common.launch import demo, embedded, server_state
from common.launch.files import file_lock, is_last_holder
from common.launch.server_state import DATABASE, ROLE

ROOT = Path(__file__).resolve().parents[2]
MADE_IN = "ONESTOP_FIRST_START"  # names the folder of a first start that is there already
_FONTS = (
    Path(os.environ.get("ONESTOP_VAR_DIR") or ROOT / "var") / "fonts"
)  # converted once on a machine; the same files for every run
_START_SECONDS = 300


@dataclass(frozen=True)
class City:
    """A worker's own city: its folder, and its database on the server of the first start, whose folder is ``first``."""

    first: Path
    var: Path
    database: str

    def begin_anew(self) -> None:
        """Put the first city in place: database and files. Connections to the one before are cut."""
        with server_state.load_or_create(self.first).connect(admin=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {self.database} TEMPLATE {DATABASE} OWNER {ROLE}")
        shutil.rmtree(self.var / "media")
        shutil.copytree(self.first / "media", self.var / "media")

    def environment(self, port: int) -> dict[str, str]:
        """What a program of this city is told."""
        server = server_state.load_or_create(self.first).url.removesuffix(f"/{DATABASE}")
        return _environment(self.var, port) | {"DATABASE_URL": f"{server}/{self.database}"}


@contextmanager
def copied(folder: Path, var: Path, database: str) -> Iterator[City]:
    """Use the first start in ``folder`` for a city in ``var``: made if it is not there, removed by the last user.

    Another folder that the environment names was made before, and is removed by who made it.
    """
    named = os.environ.get(MADE_IN)
    first = Path(named) if named else folder
    with file_lock(first.with_suffix(".users"), shared=True) as users:
        with file_lock(first.with_suffix(".lock")):
            if not _is_made(first):
                make(first)
        shutil.copytree(first, var, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("pg", "*.log"))
        with embedded.session(first):
            yield City(first, var, database)
        if not named and is_last_holder(users):
            remove(first)


def make(first: Path) -> None:
    """``make run``, from nothing to the page, and Ctrl-C; what is left stays as it is from then on."""
    remove(first)
    first.mkdir(parents=True)
    _FONTS.mkdir(parents=True, exist_ok=True)
    (first / "fonts").symlink_to(_FONTS)
    log = first / "run.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "common.launch", "run"]
        environment = _environment(first, free_port())
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_until_up(process, log)
        _wait_until_done(first)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    _mark(first).touch()


def remove(first: Path) -> None:
    """Delete a first start, and its database wherever that lies."""
    if first.exists():
        embedded.remove(first)
        shutil.rmtree(first)


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_made(first: Path) -> bool:
    return _mark(first).exists()


def _mark(first: Path) -> Path:
    return first / "made"


def _environment(var: Path, port: int) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return environment | {
        "ONESTOP_VAR_DIR": str(var), "PORT": str(port), "DJANGO_SETTINGS_MODULE": demo.SETTINGS,
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def _wait_until_up(process: subprocess.Popen, log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        text = log.read_text(encoding="utf-8", errors="replace")
        if "Ctrl-C stops everything" in text:
            assert "answers 5" not in text, text
            return
        assert process.poll() is None, text
        time.sleep(0.5)
    raise AssertionError(f"not up after {_START_SECONDS} s:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _wait_until_done(first: Path) -> None:
    """Let the worker do what the demonstration gave it: no journey has to wait until it did that once more."""
    waiting = (
        "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        " AND coalesce(scheduled_at, now()) <= now()"
    )
    give_up = time.monotonic() + _START_SECONDS
    with server_state.load_or_create(first).connect() as connection:
        while connection.execute(waiting).fetchone() != (0,):
            assert time.monotonic() < give_up, f"the worker is not done after {_START_SECONDS} s"
            time.sleep(0.5)


if __name__ == "__main__":
    make(Path(sys.argv[1]).absolute())
