"""Formats of identifiers, as pure functions."""

import datetime as dt
import re

from common.checksums import id_number_check, org_code_check, uscc_check
from identity.errors import IdNumberInvalid, PhoneInvalid, UsccInvalid

PROVINCES = frozenset(
    [
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
    ]
)
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")


def normal_id_number(text: str, *, today: dt.date) -> str:
    """Return the ID number in normal form (capital X); raise :class:`IdNumberInvalid`.

    Checks length, province, a real birth date not after ``today`` and the check character (GB 11643-1999).
    """
    number = text.strip().upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or int(number[:2]) not in PROVINCES:
        raise IdNumberInvalid(fields={"id_number": IdNumberInvalid.message})
    try:
        born = birth_date(number)
    except ValueError:
        born = None
    if born is None or born > today or id_number_check(number[:17]) != number[17]:
        raise IdNumberInvalid(fields={"id_number": IdNumberInvalid.message})
    return number


def birth_date(id_number: str) -> dt.date:
    """Return the birth date in an 18-character ID number; ValueError when it is no date."""
    return dt.date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def gender(id_number: str) -> str:
    """Return 男 or 女 by the 17th digit (odd is male)."""
    return "男" if int(id_number[16]) % 2 else "女"


def age_on(id_number: str, day: dt.date) -> int:
    """Return the age in completed years on ``day``."""
    born = birth_date(id_number)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def normal_uscc(text: str) -> str:
    """Return the unified social credit code in capitals; raise :class:`UsccInvalid` (GB 32100-2015)."""
    code = text.strip().upper()
    if not _USCC.fullmatch(code) or uscc_check(code[:17]) != code[17]:
        raise UsccInvalid(fields={"uscc": UsccInvalid.message})
    return code


def make_uscc(*, prefix: str, region: str, body: str) -> str:
    """Compose a code from its parts: two leading characters, 6-digit region, 8-character body; checks computed."""
    first17 = f"{prefix}{region[:6]}{body}{org_code_check(body)}"
    return first17 + uscc_check(first17)


def normal_phone(text: str) -> str:
    """Return a mainland mobile number as 11 digits; raise :class:`PhoneInvalid` when it is none."""
    digits = re.sub(r"[\s-]", "", text)
    digits = digits.removeprefix("+86")
    if not re.fullmatch(r"1[0-9]{10}", digits):
        raise PhoneInvalid(fields={"phone": PhoneInvalid.message})
    return digits
