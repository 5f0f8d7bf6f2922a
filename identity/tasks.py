"""Background work of the identity room."""

from django.utils import timezone
from procrastinate.contrib.django import app

from identity.mandates import actions


@app.periodic(cron="5 0 * * *", periodic_id="expire_mandates")
@app.task(queue="clock")
def expire_mandates(timestamp: int) -> None:
    """Write down which mandates ended with yesterday."""
    while actions.expire_due(today=timezone.localdate()):
        pass
