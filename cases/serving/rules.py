"""Calculations of delivery, without a database."""

import datetime as dt

REMIND_AFTER = 5  # working days a notice may lie unread before its reader is reminded
OTHER_WAY_AFTER = 10  # working days after which it is delivered otherwise
PUBLIC_DAYS = 30  # 民事诉讼法第九十五条: thirty days after the publication it counts as delivered


def deemed_on(published_on: dt.date) -> dt.date:
    """The day with which a public notice counts as delivered: the day of publication does not count."""
    return published_on + dt.timedelta(days=PUBLIC_DAYS)
