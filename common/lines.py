"""Lines of tables that leave the house: no cell is one that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(value: str) -> str:
    """The value, quoted as text where a spreadsheet would take it for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def csv_line(values: Iterable[str]) -> str:
    """One line of a CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([as_text(value) for value in values])
    return buffer.getvalue()
