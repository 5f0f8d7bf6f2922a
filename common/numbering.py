"""Gap-free numbers: the series' row is locked until the transaction that takes the number ends."""

from django.db import connection


def next_number(series: str) -> int:
    """Return the next number of ``series``, starting at 1; a rollback gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_numberseries (series, last) VALUES (%s, 1) "
            "ON CONFLICT (series) DO UPDATE SET last = common_numberseries.last + 1 RETURNING last",
            [series],
        )
        row = cursor.fetchone()
    return int(row[0])
