"""Asking for work again: a job can be lost with its worker, the need for it stays in the tables."""

import datetime as dt

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

PATIENCE = dt.timedelta(minutes=15)  # how long work may take before somebody asks for it again


def ask_once(task: Task, lock: str, **arguments: str) -> bool:
    """Queue a task unless one with this lock is waiting already; tell whether it was queued."""
    try:
        with transaction.atomic():
            task.configure(queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
