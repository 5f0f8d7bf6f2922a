"""Calculations of the certificates room, without a database."""

import datetime as dt
import hashlib
from calendar import monthrange

from common.checksums import certificate_check

OID_ROOT = "1.2.156.3005.2"


def identifier(*, type_code: str, issuer_code: str, serial: str, version: int) -> str:
    """Compose the 证照标识 (GB/T 36904): root.type(21).issuer(18).serial.version(3).check.

    The check character covers the four parts without dots, by ISO/IEC 7064 MOD 37,36.
    """
    number = serial_of(serial)
    version_text = f"{version:03d}"
    check = certificate_check(f"{type_code}{issuer_code}{number}{version_text}")
    return f"{OID_ROOT}.{type_code}.{issuer_code}.{number}.{version_text}.{check}"


def serial_of(number: str) -> str:
    """The 流水号 in an identifier: digits and capital letters of the certificate's number.

    Where Chinese characters tell numbers apart (浙（2026）…第0001号), a free serial made from the whole number.
    """
    if any(character.isalnum() and not character.isascii() for character in number):
        return hashlib.sha256(number.encode()).hexdigest()[:20].upper()
    return "".join(character for character in number.upper() if character.isalnum())


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day ``months`` later, or the month's last day where there is no such day."""
    month_index = day.month - 1 + months
    year, month = day.year + month_index // 12, month_index % 12 + 1
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))


def valid_until(valid_from: dt.date, months: int | None) -> dt.date | None:
    """Return the last valid day of a term of ``months`` that begins on ``valid_from``; None is long-term."""
    return None if months is None else add_months(valid_from, months) - dt.timedelta(days=1)


def is_fresh(verified_on: dt.date, fresh_days: int | None, today: dt.date) -> bool:
    """Tell whether a verified copy is still inside its freshness rule (calendar days; None: no limit)."""
    return fresh_days is None or verified_on + dt.timedelta(days=fresh_days) >= today
