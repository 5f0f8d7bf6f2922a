"""The demonstration's archive: closed stories are sealed by the worker, once it has made their documents.

Two that came to nothing are put so far back that their term is over: somebody can propose to destroy them.
"""

import datetime as dt

from django.db.models import F
from django.utils import timezone
from procrastinate.contrib.django import app

from cases.archive.queries import to_seal
from cases.models import Case
from services.codes import Retention
from services.retention import retention_of

_PATIENCE = {"minutes": 3}
_OLD = 2
_YEARS = {Retention.TEN: 12, Retention.THIRTY: 32}
_MOMENTS = ("submitted_at", "received_on", "accepted_at", "accepted_on", "decided_at", "closed_at")


def load() -> int:
    """Ask for every closed case to be sealed in a few minutes; returns how many. The night tries any left again."""
    _age()
    closed = to_seal(closed_before=timezone.now())
    for pk in closed:
        app.configure_task("cases.tasks.seal_case", schedule_in=_PATIENCE).defer(case_id=str(pk))
    return len(closed)


def _age() -> None:
    """Let two cases without a result have ended before their term began to run out; once."""
    long_ago = timezone.now() - dt.timedelta(days=366 * 10)
    if Case.objects.filter(closed_at__lt=long_ago).exists():
        return
    found = Case.objects.filter(closed_at__isnull=False, certificate__isnull=True).select_related(
        "item", "item_version"
    )
    for case in found.order_by("closed_at", "pk"):
        term = retention_of(case.item_version.retention, item_type=case.item.item_type, city={"": Retention.TEN})
        if term not in _YEARS:
            continue
        back = dt.timedelta(days=366 * _YEARS[term])
        known = [name for name in _MOMENTS if getattr(case, name) is not None]
        Case.objects.filter(pk=case.pk).update(**{name: F(name) - back for name in known})
        if Case.objects.filter(closed_at__lt=long_ago).count() == _OLD:
            return
