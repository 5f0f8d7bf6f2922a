"""One line per step on the terminal, with the seconds it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    """Write one line to standard output at once, also when it is a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say the name of a step and how long it took, when it succeeded."""
    start = time.monotonic()
    yield
    say(f"  {name:<28}{time.monotonic() - start:6.1f} s")
