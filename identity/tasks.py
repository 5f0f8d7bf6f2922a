"""Background work of the identity room."""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from common.jobs import for_each
from identity.actor import SYSTEM
from identity.mandates import actions
from identity.staff.actions import holdings
from identity.staff.actions.imports import run_import
from identity.staff.queries import holdings_due


@app.periodic(cron="5 0 * * *", periodic_id="expire_mandates")
@app.task(queue="clock")
def expire_mandates(timestamp: int) -> None:
    """Write down which mandates ended with yesterday."""
    while actions.expire_due(today=timezone.localdate()):
        pass


@app.periodic(cron="2 0 * * *", periodic_id="end_posts")
@app.task(queue="clock")
def end_posts(timestamp: int) -> None:
    """End posts and substitutions whose last day was yesterday."""
    for_each(holdings_due(), lambda pk: holdings.end_due(SYSTEM, holding_id=pk))


@app.task(queue="documents")
def apply_staff_import(import_id: str) -> None:
    """Apply a spreadsheet of staff; safe to run twice."""
    run_import(SYSTEM, import_id=UUID(import_id))
