"""An act: a transaction whose audit rows and jobs are written together, in one statement each, as the last thing in it.

They stand or fall with the act as before, and a job can no longer be lost between the commit and its queueing.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from common.models import AuditEvent

_P = ParamSpec("_P")
_R = TypeVar("_R")
_here = threading.local()


class Gathered:
    """What an act leaves behind at its end. Only what belongs to the act as a whole is gathered (:func:`gathering`)."""

    def __init__(self) -> None:
        self.savepoints = _savepoints()
        self.events: list[AuditEvent] = []
        self.jobs: list[Job] = []
        self.read: dict[object, object] = {}

    def write(self) -> None:
        """Two statements at most."""
        if self.events:
            AuditEvent.objects.bulk_create(self.events)
        if self.jobs:
            app.job_manager.batch_defer_jobs(self.jobs)


def act(action: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run ``action`` in a transaction (a savepoint within one), and write what it gathered before that ends."""

    @wraps(action)
    def acted(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with transaction.atomic(), _gathered():
            return action(*args, **kwargs)

    return acted


def part_of_act(action: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run ``action`` as a part of the act under way, or alone in a transaction of its own.

    As a part it has no savepoint: whoever catches its errors has the whole act rolled back all the same.
    """

    @wraps(action)
    def done(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with transaction.atomic(savepoint=gathering() is None):
            return action(*args, **kwargs)

    return done


def gathering() -> Gathered | None:
    """Where to leave what is written at the end of the act under way.

    None outside of an act, and within a savepoint inside of it: what is rolled back alone is written at once, so that
    it goes with it.
    """
    gathered: Gathered | None = getattr(_here, "gathered", None)
    return gathered if gathered is not None and gathered.savepoints == _savepoints() else None


def once(key: object, read: Callable[[], _R]) -> _R:
    """What ``read`` returns, asked for once in an act: for what no act changes. Outside of one it is read each time."""
    gathered: Gathered | None = getattr(_here, "gathered", None)
    if gathered is None:
        return read()
    if key not in gathered.read:
        gathered.read[key] = read()
    return cast("_R", gathered.read[key])


@contextmanager
def _gathered() -> Iterator[None]:
    before, now = getattr(_here, "gathered", None), Gathered()
    _here.gathered = now
    try:
        yield
        now.write()
    finally:
        _here.gathered = before


def _savepoints() -> list[str]:
    return [name for name in transaction.get_connection().savepoint_ids if name is not None]
