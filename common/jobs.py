"""Background work is asked for by name and queued only when the transaction commits.

The name is text, so that an action never imports the task that calls it back. A name that no ``tasks.py``
declares is refused when the job is queued; ``tests/architecture`` checks every name in the source.
"""

from functools import partial

from django.db import transaction
from procrastinate.contrib.django import app


def after_commit(task: str, **arguments: str) -> None:
    """Queue ``task`` (dotted path, e.g. ``cases.tasks.finish_case``) with JSON arguments after the commit."""
    transaction.on_commit(partial(_queue, task, arguments))


def _queue(task: str, arguments: dict[str, str]) -> None:
    app.configure_task(task, allow_unknown=False).defer(**arguments)
