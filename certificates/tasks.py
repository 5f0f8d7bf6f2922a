"""Background work of the certificates room."""

import datetime as dt
from functools import partial
from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from certificates import actions, erasure_actions, keeping, queries, scan_actions
from certificates.antivirus import ScannerDown
from certificates.stock import desk
from certificates.stock.actions import attach_waiting
from certificates.trays import queries as trays
from certificates.types import actions as types
from certificates.wallet.reminders import remind_of_expiry
from certificates.wallet.showing_actions import sweep_show_codes
from common.jobs import PATIENCE, ask_once, daily, for_each
from identity.actor import SYSTEM


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


@app.periodic(cron=daily("00:01"), periodic_id="certificate_types_take_effect")
@app.task(queue="clock")
def certificate_types_take_effect(timestamp: int) -> None:
    """Put versions of certificate types in force that were planned for today."""
    types.take_effect(SYSTEM, today=timezone.localdate())


@app.periodic(cron="*/10 * * * *", periodic_id="attach_waiting_stock")
@app.task(queue="clock")
def attach_waiting_stock(timestamp: int) -> None:
    """Register what waited for its holder, now that they are registered."""
    while attach_waiting():
        pass


@app.periodic(cron=daily("09:05"), periodic_id="remind_of_expiry")
@app.task(queue="clock")
def remind_of_expiring_certificates(timestamp: int) -> None:
    """Tell holders whose certificates end in 60, 30 or 7 days, at a time of day when people read messages."""
    remind_of_expiry(today=timezone.localdate())


@app.periodic(cron=daily("01:40"), periodic_id="sweep_show_codes")
@app.task(queue="clock")
def sweep_old_show_codes(timestamp: int) -> None:
    """Remove show codes that nobody can ask about any more."""
    sweep_show_codes(SYSTEM, now=timezone.now())


_SECOND_THOUGHTS = dt.timedelta(days=1)  # an upload or a page that is still open has ended by then


@app.periodic(cron=daily("01:20"), periodic_id="erase_removed_documents")
@app.task(queue="clock")
def erase_removed_documents(timestamp: int) -> None:
    """Erase files that their owners removed and no case needs any more, and files that no row stands for."""
    before, last = timezone.now() - _SECOND_THOUGHTS, None
    while batch := keeping.removed_documents(before=before, after=last):
        last = batch[-1]
        free = set(batch) - keeping.still_needed(set(batch))
        for_each(sorted(free), _erase)
    erasure_actions.sweep_orphans(SYSTEM, before=before)


def _erase(document_id: UUID) -> bool:
    return erasure_actions.erase_file(SYSTEM, document_id=document_id)


@app.periodic(cron="*/5 * * * *", periodic_id="scan_waiting_documents")
@app.task(queue="documents")
def scan_waiting_documents(timestamp: int) -> None:
    """Have documents looked at that came while the virus scanner was away; it stays away: they wait on."""
    for document_id in keeping.waiting_documents():
        try:
            scan_actions.scan_document(SYSTEM, document_id=document_id)
        except ScannerDown:
            return


_TRAY_DAYS, _PIECE_DAYS = 7, 2  # the pages and the help say so


@app.periodic(cron=daily("01:40"), periodic_id="sweep_trays")
@app.task(queue="clock")
def sweep_trays(timestamp: int) -> None:
    """Clear away pages that nobody handed in, and uploads that nobody went on with."""
    now = timezone.now()
    since = now - dt.timedelta(days=_PIECE_DAYS)
    while for_each(trays.stale_uploads(untouched_since=since), partial(_sweep_upload, since)):
        pass
    since = now - dt.timedelta(days=_TRAY_DAYS)
    while for_each(trays.stale_trays(untouched_since=since), partial(_sweep_tray, since)):
        pass


def _sweep_upload(since: dt.datetime, upload_id: UUID) -> bool:
    return erasure_actions.sweep_upload(SYSTEM, upload_id=upload_id, untouched_since=since)


def _sweep_tray(since: dt.datetime, tray_id: UUID) -> bool:
    return erasure_actions.sweep_tray(SYSTEM, tray_id=tray_id, untouched_since=since)


KEEP_UPLOADS = dt.timedelta(days=30)
_RETRY = RetryStrategy(max_attempts=5, exponential_wait=3)


@app.task(retry=_RETRY, queue="catalogue")
def check_stock_file(stock_id: str) -> None:
    """Judge every row of an uploaded file of existing stock."""
    desk.check_uploaded(stock_id=UUID(stock_id))


@app.task(retry=_RETRY, queue="catalogue")
def import_stock_file(stock_id: str) -> None:
    """Import an uploaded file of existing stock, or what is left of it."""
    desk.run_stock(stock_id=UUID(stock_id))


@app.periodic(cron="*/10 * * * *", periodic_id="resume_stock_imports")
@app.task(queue="catalogue")
def resume_stock_imports(timestamp: int) -> None:
    """Ask again for checks and imports whose worker was lost; erase files that nobody imported within a month."""
    for pk, state in desk.lost_imports(before=timezone.now() - PATIENCE):
        task = check_stock_file if state == "checking" else import_stock_file
        ask_once(task, f"stock:{pk}", stock_id=str(pk))
    desk.forget_uploads(before=timezone.now() - KEEP_UPLOADS)
