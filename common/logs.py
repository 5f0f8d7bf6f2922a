"""What of a library's log reaches ours."""

import logging


class FailedJobs(logging.Filter):
    """Let warnings through, and a failed job that will be tried again as one.

    procrastinate calls that failure mere information until the last try, which may be an hour away.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide about one record, and raise a failed try to WARNING."""
        if getattr(record, "action", "") == "job_error_retry":
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return record.levelno >= logging.WARNING
