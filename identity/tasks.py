"""Background work of the identity room."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from common.jobs import PATIENCE, ask_once
from identity.mandates import actions
from identity.privacy import closing_actions, export_actions
from identity.privacy.queries import exports_waiting


@app.periodic(cron="5 0 * * *", periodic_id="expire_mandates")
@app.task(queue="clock")
def expire_mandates(timestamp: int) -> None:
    """Write down which mandates ended with yesterday."""
    while actions.expire_due(today=timezone.localdate()):
        pass


@app.task(retry=RetryStrategy(max_attempts=8, exponential_wait=3), queue="documents", pass_context=False)
def produce_export(export_id: str) -> None:
    """Make a copy of somebody's data; safe to run twice."""
    export_actions.produce_file(export_id=UUID(export_id))


@app.periodic(cron="*/10 * * * *", periodic_id="make_missing_exports")
@app.task(queue="documents")
def make_missing_exports(timestamp: int) -> None:
    """Ask again for copies whose job was lost with its worker or gave up."""
    for pk in exports_waiting(before=timezone.now() - PATIENCE):
        ask_once(produce_export, f"export:{pk}", export_id=str(pk))


@app.periodic(cron="25 0 * * *", periodic_id="erase_personal_data")
@app.task(queue="clock")
def erase_personal_data(timestamp: int) -> None:
    """Erase copies that are a week old, and what no law keeps of accounts closed fifteen days ago."""
    export_actions.expire_due(now=timezone.now())
    closing_actions.expire_due(now=timezone.now())
