"""Calculations of the cases room, without a database."""

import datetime as dt

from common.checksums import decimal_check


def case_number(*, region: str, day: dt.date, item_type: str, serial: int) -> str:
    """Compose a 办件编号 of 21 digits: region (6), yymmdd, item type (2), serial (6), check digit."""
    body = f"{region[:6]}{day:%y%m%d}{item_type}{serial:06d}"
    return body + decimal_check(body)


def is_case_number(text: str) -> bool:
    """Tell whether ``text`` has the form and check digit of a case number."""
    return len(text) == 21 and text.isascii() and text.isdigit() and decimal_check(text[:20]) == text[20]
