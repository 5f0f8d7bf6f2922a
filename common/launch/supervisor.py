"""One process that keeps the web server and the background worker running, and stops both with itself."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from common.launch.console import say

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
QUIET_SECONDS = 60.0  # a child that lived this long starts with a clean slate
DEATHS_ALLOWED = 5
STOP_SECONDS = 10.0


class ChildFailedError(RuntimeError):
    """A child died again and again; the message names it."""


@dataclass
class Child:
    """A program to keep alive. ``deaths`` counts those without a quiet minute between them."""

    name: str
    command: list[str]
    environment: dict[str, str] | None = None
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = 0.0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        """Start the program in a process group of its own, so that Ctrl-C reaches only the supervisor."""
        self.process = subprocess.Popen(self.command, env=self.environment, start_new_session=True)
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start the program again if it died, later each time; ChildFailedError after too many deaths."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.restart_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.signal_group(signal.SIGKILL)  # what the dead program left behind would keep its port
        self.deaths = 1 if now - self.started > QUIET_SECONDS else self.deaths + 1
        if self.deaths >= DEATHS_ALLOWED:
            raise ChildFailedError(
                f"{self.name} ended {self.deaths} times in a row (status {status}); its output is above."
            )
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        say(f"{self.name} ended with status {status}; starting it again in {pause:g} s")
        self.process, self.restart_at = None, now + pause

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the program and everything it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def supervise(children: list[Child], stopping: threading.Event) -> None:
    """Keep ``children`` running until ``stopping`` is set, then stop them. Raises ChildFailedError."""
    try:
        while not stopping.wait(0.2):
            for child in children:
                child.look_after()
    finally:
        stop_all(children)


def stop_all(children: list[Child]) -> None:
    """Ask every child to end, wait, and kill what is left of its group."""
    for child in children:
        child.signal_group(signal.SIGTERM)
    give_up = time.monotonic() + STOP_SECONDS
    for child in children:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=max(0.1, give_up - time.monotonic()))
            child.signal_group(signal.SIGKILL)
            child.process.wait()


@contextlib.contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Yield an event that SIGINT, SIGTERM and SIGHUP set, so that stopping is not itself interrupted."""
    stopping = threading.Event()
    with _handling_signals(lambda *_: stopping.set()):
        yield stopping


@contextlib.contextmanager
def interrupt_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, once: a second one would cut short the stopping itself."""
    came: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        came.append(number)
        if len(came) == 1:
            raise KeyboardInterrupt

    with _handling_signals(interrupt):
        yield


@contextlib.contextmanager
def _handling_signals(handler: Callable[..., None]) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
