"""Nightly work runs at night, in Beijing."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from procrastinate.periodic import croniter

from common.jobs import daily


@pytest.mark.parametrize("clock", ["00:02", "00:40", "02:20", "08:00", "09:00", "23:59"])
def test_the_queue_runs_a_job_at_this_time_in_beijing(clock):
    start = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC).timestamp()
    run = dt.datetime.fromtimestamp(croniter.croniter(daily(clock)).get_next(start_time=start), tz=dt.UTC)
    assert f"{run.astimezone(ZoneInfo(settings.TIME_ZONE)):%H:%M}" == clock
