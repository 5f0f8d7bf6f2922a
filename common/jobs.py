"""Background work: asked for by name after the commit, and asked for again when a job was lost with its worker.

The name is text, so that an action never imports the task that calls it back. A name that no ``tasks.py``
declares is refused when the job is queued; ``tests/architecture`` checks every name in the source.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.tasks import Task

from common.acts import gathering

_log = logging.getLogger("onestop.jobs")
PATIENCE = dt.timedelta(minutes=15)  # how long work may take before somebody asks for it again


def after_commit(task: str, **arguments: str) -> None:
    """Queue ``task`` (dotted path, e.g. ``cases.tasks.finish_case``) with JSON arguments after the commit.

    A job of an act (:mod:`common.acts`) is written at its end, and begins when that is committed.
    """
    act = gathering()
    if act is None:
        transaction.on_commit(partial(_queue, task, arguments))
    else:
        act.jobs.append(_known(task).make_new_job(**arguments))


def _known(task: str) -> JobDeferrer:
    return app.configure_task(task, allow_unknown=False)


def _queue(task: str, arguments: dict[str, str]) -> None:
    _known(task).defer(**arguments)


def for_each(keys: Iterable[UUID], act: Callable[[UUID], bool]) -> int:
    """Do nightly work row by row, each in ``act``'s own transaction; a row that fails is logged and does not
    keep the others waiting. Returns how many rows ``act`` changed.
    """
    done = 0
    for key in keys:
        try:
            done += act(key)
        except Exception:
            _log.exception("%s failed for %s; the other rows go on", getattr(act, "__qualname__", act), key)
    return done


def ask_once(task: Task, lock: str, **arguments: str) -> bool:
    """Queue a task unless one with this lock is waiting already; tell whether it was queued."""
    try:
        with transaction.atomic():
            task.configure(queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def daily(clock: str) -> str:
    """The cron line for a time of day in Beijing, e.g. ``"00:05"``.

    The queue counts in UTC, and China has no summer time.
    """
    hour, minute = clock.split(":")
    return f"{int(minute)} {(int(hour) - 8) % 24} * * *"
