"""Background work of the catalogue: thin, each calls an action."""

import datetime as dt
from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from common.jobs import ask_once, daily
from identity.actor import SYSTEM
from services.bundles import checking
from services.bundles import editing as bundles
from services.editing import directory, publishing
from services.exchange import desk, first_load
from services.lint import store
from services.lint.queries import open_run
from services.searching.actions import forget_misses

_LOST = dt.timedelta(hours=1)  # without a chunk: the load is not going on
KEEP_MISSES = dt.timedelta(days=180)
_RETRY = RetryStrategy(max_attempts=5, exponential_wait=3)


@app.periodic(cron=daily("00:50"), periodic_id="forget_search_misses")
@app.task(queue="clock")
def forget_search_misses(timestamp: int) -> None:
    """Forget what was asked in vain half a year ago."""
    forget_misses(SYSTEM, before=timezone.localdate() - KEEP_MISSES)


@app.periodic(cron=daily("00:01"), periodic_id="catalogue_takes_effect")
@app.task(queue="clock")
def catalogue_takes_effect(timestamp: int) -> None:
    """Put in force what was decided for today: directory first, then items and operations on them, then bundles.

    Before that, the catalogue gets back the indexes of a first load that was lost and that nobody went on with.
    """
    first_load.make_all_again(before=timezone.now() - _LOST)
    today = timezone.localdate()
    directory.take_effect(today=today)
    publishing.take_effect(today=today)
    bundles.take_effect(today=today)


@app.task(retry=_RETRY, queue="catalogue")
def propose_directory_change(entry_id: str) -> None:
    """Draft a version for every implementation that follows an earlier version of the entry."""
    directory.propose_change(entry_id=UUID(entry_id))


@app.task(retry=_RETRY, queue="catalogue")
def check_catalogue(run_id: str) -> None:
    """Check every published item; goes on where a lost worker stopped."""
    while store.go_on(UUID(run_id)):
        pass


@app.periodic(cron=daily("01:40"), periodic_id="check_catalogue_nightly")
@app.task(queue="catalogue")
def check_catalogue_nightly(timestamp: int) -> None:
    """Refresh the stored findings: certificate types, data elements and waivers change beside the items."""
    store.start_run(SYSTEM)


@app.periodic(cron="*/15 * * * *", periodic_id="resume_catalogue_check")
@app.task(queue="catalogue")
def resume_catalogue_check(timestamp: int) -> None:
    """Ask again for a check whose worker was lost."""
    run = open_run()
    if run:
        ask_once(check_catalogue, f"check-catalogue:{run.pk}", run_id=str(run.pk))


@app.task(retry=_RETRY, queue="catalogue")
def check_exchange(batch_id: str) -> None:
    """Try out an uploaded file; goes on where a lost worker stopped."""
    desk.check(batch_id=UUID(batch_id))


@app.task(retry=_RETRY, queue="catalogue")
def run_exchange(batch_id: str) -> None:
    """Apply an import or make an export; goes on where a lost worker stopped."""
    desk.run(batch_id=UUID(batch_id))


@app.periodic(cron="*/15 * * * *", periodic_id="resume_exchange")
@app.task(queue="catalogue")
def resume_exchange(timestamp: int) -> None:
    """Ask again for exchanges whose worker was lost."""
    for pk, is_check in desk.waiting():
        task = check_exchange if is_check else run_exchange
        ask_once(task, f"exchange:{pk}", batch_id=str(pk))


@app.task(retry=_RETRY, queue="catalogue")
def check_bundles_with(entry_id: str) -> None:
    """Check the bundles that name an entry: an item of it says something else now, or is not there any more."""
    checking.check_all(entry_id=UUID(entry_id))


@app.periodic(cron=daily("02:10"), periodic_id="check_bundles_nightly")
@app.task(queue="catalogue")
def check_bundles_nightly(timestamp: int) -> None:
    """Check every bundle in force against the items as they are now."""
    checking.check_all()
