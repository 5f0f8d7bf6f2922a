"""The demonstration's archive: closed stories are sealed by the worker, once it has made their documents."""

from django.utils import timezone
from procrastinate.contrib.django import app

from cases.archive.queries import to_seal

_PATIENCE = {"minutes": 3}


def load() -> int:
    """Ask for every closed case to be sealed in a few minutes; returns how many. The night tries any left again."""
    closed = to_seal(closed_before=timezone.now())
    for pk in closed:
        app.configure_task("cases.tasks.seal_case", schedule_in=_PATIENCE).defer(case_id=str(pk))
    return len(closed)
