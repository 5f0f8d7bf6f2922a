"""Background work of the bottom layer."""

import datetime as dt

from django.utils import timezone
from procrastinate.contrib.django import app

from common.jobs import daily
from common.models import UsedRequest

KEEP_REQUEST_KEYS = dt.timedelta(days=30)  # no form stays open longer; a later press of its button is refused as stale


@app.periodic(cron=daily("00:40"), periodic_id="forget_used_requests")
@app.task(queue="clock")
def forget_used_requests(timestamp: int) -> None:
    """Forget request keys that nobody can send any more, so that the table does not grow for ever."""
    UsedRequest.objects.filter(created_at__lt=timezone.now() - KEEP_REQUEST_KEYS).delete()
