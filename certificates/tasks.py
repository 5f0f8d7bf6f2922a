"""Background work of the certificates room."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from certificates import actions, queries
from certificates.stock.actions import attach_waiting
from common.jobs import PATIENCE, ask_once, daily


@app.task(retry=RetryStrategy(max_attempts=8, exponential_wait=3), queue="documents", pass_context=False)
def produce_certificate_file(certificate_id: str) -> None:
    """Make the signed PDF; safe to run twice."""
    actions.produce_file(certificate_id=UUID(certificate_id))


@app.periodic(cron="*/10 * * * *", periodic_id="make_missing_certificate_files")
@app.task(queue="documents")
def make_missing_certificate_files(timestamp: int) -> None:
    """Ask again for files whose job was lost with its worker or gave up; a file that is there is not made twice."""
    for pk in queries.without_file(before=timezone.now() - PATIENCE):
        ask_once(produce_certificate_file, f"certificate-file:{pk}", certificate_id=str(pk))


@app.periodic(cron=daily("00:10"), periodic_id="expire_certificates")
@app.task(queue="clock")
def expire_certificates(timestamp: int) -> None:
    """Expire what ran out yesterday."""
    while actions.expire_due(today=timezone.localdate()):
        pass


@app.periodic(cron="*/10 * * * *", periodic_id="attach_waiting_stock")
@app.task(queue="clock")
def attach_waiting_stock(timestamp: int) -> None:
    """Register what waited for its holder, now that they are registered."""
    while attach_waiting():
        pass
