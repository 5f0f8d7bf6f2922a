"""Background work of the services room."""

import datetime as dt

from django.utils import timezone
from procrastinate.contrib.django import app

from common.jobs import daily
from identity.actor import SYSTEM
from services.searching.actions import forget_misses

KEEP_MISSES = dt.timedelta(days=180)


@app.periodic(cron=daily("00:50"), periodic_id="forget_search_misses")
@app.task(queue="clock")
def forget_search_misses(timestamp: int) -> None:
    """Forget what was asked in vain half a year ago."""
    forget_misses(SYSTEM, before=timezone.localdate() - KEEP_MISSES)
