"""Background work of the identity room."""

from django.utils import timezone
from procrastinate.contrib.django import app

from identity.mandates import actions, reminders


@app.periodic(cron="5 0 * * *", periodic_id="expire_mandates")
@app.task(queue="clock")
def expire_mandates(timestamp: int) -> None:
    """Write down which mandates ended with yesterday."""
    while actions.expire_due(today=timezone.localdate()):
        pass


@app.periodic(cron="0 1 * * *", periodic_id="remind_of_mandates")
@app.task(queue="clock")
def remind_of_mandates(timestamp: int) -> None:
    """Send what is due about mandates, at nine in the morning (the queue's clock is UTC), when phones may ring."""
    reminders.remind_of_end(today=timezone.localdate())
    reminders.remind_of_offers(today=timezone.localdate())
