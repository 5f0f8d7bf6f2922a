"""What is left of jobs over many cases: those whose worker died, those nobody began, files nobody fetched."""

import datetime as dt
from uuid import UUID

from django.utils import timezone

from cases.lists.models import BulkJob
from common.jobs import PATIENCE

KEEP_PREPARED = dt.timedelta(days=1)
KEEP_FILE = dt.timedelta(days=7)


def abandoned(*, limit: int = 50) -> list[UUID]:
    """Running jobs of which nothing was heard for a while: somebody runs them again."""
    silent = BulkJob.objects.filter(state=BulkJob.State.RUNNING, updated_at__lt=timezone.now() - PATIENCE)
    return list(silent.order_by("updated_at").values_list("pk", flat=True)[:limit])


def sweep() -> int:
    """Remove jobs that nobody began within a day and files a week old; returns how many."""
    now = timezone.now()
    BulkJob.objects.filter(state=BulkJob.State.PREPARED, updated_at__lt=now - KEEP_PREPARED).delete()
    old = BulkJob.objects.filter(state=BulkJob.State.DONE, ended_at__lt=now - KEEP_FILE).exclude(file="")
    done = 0
    for job in old[:500]:
        job.file.delete(save=True)
        done += 1
    return done
