"""What of the background worker's log people see."""

import logging

import pytest

from common.logs import FailedJobs


def a_record(level: int, action: str = "") -> logging.LogRecord:
    record = logging.LogRecord("procrastinate.worker", level, __file__, 1, "Job ended", None, None)
    if action:
        record.action = action
    return record


def test_a_failed_try_is_a_warning_although_it_will_be_tried_again():
    record = a_record(logging.INFO, "job_error_retry")

    assert FailedJobs().filter(record)
    assert (record.levelno, record.levelname) == (logging.WARNING, "WARNING")


@pytest.mark.parametrize(
    ("level", "action", "is_shown"),
    [(logging.INFO, "job_success", False), (logging.INFO, "", False), (logging.ERROR, "job_error", True)],
)
def test_the_rest_keeps_its_level(level, action, is_shown):
    record = a_record(level, action)

    assert FailedJobs().filter(record) is is_shown
    assert record.levelno == level
