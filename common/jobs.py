"""Background work: asked for by name after the commit, and asked for again when a job was lost with its worker.

The name is text, so that an action never imports the task that calls it back. A name that no ``tasks.py``
declares is refused when the job is queued; ``tests/architecture`` checks every name in the source.
"""

import datetime as dt
from functools import partial

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

PATIENCE = dt.timedelta(minutes=15)  # how long work may take before somebody asks for it again


def after_commit(task: str, **arguments: str) -> None:
    """Queue ``task`` (dotted path, e.g. ``cases.tasks.finish_case``) with JSON arguments after the commit."""
    transaction.on_commit(partial(_queue, task, arguments))


def _queue(task: str, arguments: dict[str, str]) -> None:
    app.configure_task(task, allow_unknown=False).defer(**arguments)


def ask_once(task: Task, lock: str, **arguments: str) -> bool:
    """Queue a task unless one with this lock is waiting already; tell whether it was queued."""
    try:
        with transaction.atomic():
            task.configure(queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
