"""Background work of the identity room."""

from django.utils import timezone
from procrastinate.contrib.django import app

from identity.actor import SYSTEM
from identity.mandates import actions
from identity.persons import search_actions


@app.periodic(cron="5 0 * * *", periodic_id="expire_mandates")
@app.task(queue="clock")
def expire_mandates(timestamp: int) -> None:
    """Write down which mandates ended with yesterday."""
    while actions.expire_due(today=timezone.localdate()):
        pass


@app.periodic(cron="20 2 * * *", periodic_id="find_duplicates")
@app.task(queue="clock")
def find_duplicates(timestamp: int) -> None:
    """Report persons who may be registered twice."""
    after = search_actions.index_people(SYSTEM)
    while after is not None:
        after = search_actions.index_people(SYSTEM, after=after)
    search_actions.report_duplicates(SYSTEM)
