"""Background workers for one journey after another, without the seconds it takes to import what they run.

A program that has imported it waits: for each worker it makes a copy of itself, which goes on as ``manage.py
procrastinate worker``. On standard input ``start LOG`` is answered with a number, ``stop NUMBER`` with its status.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.first_start import ROOT


class Nursery:
    """The waiting program, seen from the tests."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    @contextmanager
    def worker(self, log: Path) -> Iterator[None]:
        """Run a background worker that writes to ``log``."""
        number = self._ask(f"start {log}")
        try:
            yield
        finally:
            self._ask(f"stop {number}")

    def _ask(self, words: str) -> str:
        assert self._program.stdin
        assert self._program.stdout
        self._program.stdin.write(f"{words}\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline().strip()
        assert answer, f"no answer to {words}"
        return answer


@contextmanager
def opened(environment: dict[str, str]) -> Iterator[Nursery]:
    """Start the program with the environment of its workers; it ends with its input."""
    command = [sys.executable, "-m", "tests.journeys.nursery"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    ) as program:  # fmt: skip
        yield Nursery(program)


def main() -> None:
    """Import what a worker does, and serve."""
    import django
    import weasyprint  # noqa: F401  # what the first document would import
    from django.core.management import execute_from_command_line

    django.setup()
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "start":
            number = os.fork()
            if not number:
                _become_worker(Path(rest), lambda: execute_from_command_line(["manage.py", "procrastinate", "worker"]))
            print(number, flush=True)
        else:
            os.kill(int(rest), signal.SIGTERM)
            print(os.waitpid(int(rest), 0)[1], flush=True)


def _become_worker(log: Path, run: Callable[[], None]) -> None:
    status = 1
    try:
        os.setsid()
        with log.open("ab") as output, open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        run()
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
