"""Gap-free numbers and how documents write them: a series stays locked until the transaction that takes one ends."""

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


def document_number(mark: str, *, year: int, serial: int) -> str:
    """A document's number as GB/T 9704-2012, 7.2.5 writes it: whole year in 〔〕, the serial without 第 and zeros.

    Numbers issued before as ``…〔2026〕第000001号`` stay what they are: a number is stored, and never made anew.
    """
    return f"{mark}〔{year}〕{serial}号"
