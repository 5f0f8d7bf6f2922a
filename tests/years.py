"""Working days of the years tests run in: the library knows a year only when its days off are arranged.

Tests pin a day, or count from today; neither may fail from a New Year on until the library's next release.
"""

import datetime as dt

from chinese_calendar.constants import holidays

from common import workdays

_AHEAD = 2  # years that a validity or a long limit reaches
_FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


def know() -> None:
    """Add what the library lacks, from its last year to two years from now; what it has stays as it is."""
    last = max(holidays).year
    for year in range(last + 1, dt.date.today().year + _AHEAD + 1):
        holidays.update({dt.date(year, month, day): "fixed" for month, day in _FIXED})
    workdays._PACKAGE_YEARS = frozenset(day.year for day in holidays)
