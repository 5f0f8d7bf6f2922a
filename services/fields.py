"""How each type of answer is checked and brought to normal form; pure functions.

Names of any length the field allows and characters outside the basic plane (𠮷) are fine; control characters,
NUL bytes and half surrogates are refused, since neither the database nor a printed form can hold them.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from identity import rules as identity_rules
from identity.errors import IdNumberInvalid, PhoneInvalid, UsccInvalid
from identity.persons import documents

SHORT = 200
DEFAULT_LENGTHS = {"text": SHORT, "address": SHORT, "longtext": 2000}
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_FIRST_YEAR = 1900
_LAST_YEAR = 2200


def longest_of(kind: str) -> int:
    """The longest answer of a type in characters, where nothing shorter was said."""
    return DEFAULT_LENGTHS.get(kind, SHORT)


def is_day(text: str) -> bool:
    """Whether a text is a real date as it is stored: 2026-01-31."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class Refusal(ValueError):
    """An answer that does not fit: a stable reason and a message for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message


def empty(*, required: bool) -> str:
    """Return the empty answer, or refuse it."""
    if required:
        raise Refusal("required", _("这一项必须填写。"))
    return ""


def plain_text(raw: Any, *, lines: bool = False) -> str:
    """Return stripped text in composed form; ``lines`` allows line breaks. Anything but text or a number is refused."""
    if raw is None:
        return ""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Refusal("not_text", _("这一项的格式不对，请重新填写。"))
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n")
    allowed = "\n\t" if lines else ""
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in allowed for char in text.strip()):
        raise Refusal("control_character", _("内容里有不能保存的特殊字符，请删掉后重新填写。"))
    return unicodedata.normalize("NFC", text.strip())


def clean_choice(text: str, values: Sequence[str]) -> str:
    """Return the chosen value; refuse one that was not offered."""
    if text not in values:
        raise Refusal("not_offered", _("请从列出的选项里选一个。"))
    return text


def clean_choices(raw: Any, *, choices: Sequence[str], required: bool) -> list[str]:
    """Return the chosen values in the order offered, each once."""
    given = raw if isinstance(raw, list | tuple) else [raw]
    chosen = {clean_choice(text, choices) for text in (plain_text(value) for value in given) if text}
    if not chosen and required:
        raise Refusal("required", _("请至少选一项。"))
    return [choice for choice in choices if choice in chosen]


def short(text: str, limit: int) -> str:
    """Return the text; refuse one that is too long."""
    if len(text) > limit:
        raise Refusal(
            "too_long", _("最多填 %(limit)s 个字，现在是 %(given)s 个。") % {"limit": limit, "given": len(text)}
        )
    return text


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")


def _integer(text: str, limit: int) -> int:
    digits = _half_width(text).replace(",", "")
    if not re.fullmatch(r"[0-9]{1,12}", digits):
        raise Refusal("not_integer", _("请填整数，例如 12。"))
    return int(digits)


def _number(text: str, places: int) -> str:
    digits = _half_width(text).replace(",", "")
    if not re.fullmatch(rf"[0-9]{{1,12}}(\.[0-9]{{1,{places}}})?", digits):
        raise Refusal(
            "not_number", _("请填数字，最多 %(places)s 位小数，例如 120.5，不要带单位。") % {"places": places}
        )
    return format(Decimal(digits), "f")


def _date(text: str, limit: int) -> str:
    found = _DATE.fullmatch(_half_width(text))
    try:
        day = dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise Refusal("not_date", _("请填真实的日期，例如 2026-01-31。"))
    return day.isoformat()


def clean_phone(text: str, limit: int = SHORT) -> str:
    """Return a mobile number or a landline with its area code."""
    number = _half_width(text)
    try:
        return identity_rules.normal_phone(number)
    except PhoneInvalid:
        if _LANDLINE.fullmatch(number):
            return number
        raise Refusal("not_phone", _("请填 11 位手机号码，或者带区号的固定电话。")) from None


def _id_number(text: str, limit: int) -> str:
    try:
        return documents.normal_of_any(_half_width(text))  # of whatever document somebody has
    except IdNumberInvalid as error:
        raise Refusal("not_id_number", error.text) from error


def clean_uscc(text: str, limit: int = SHORT) -> str:
    """Return a unified social credit code."""
    try:
        return identity_rules.normal_uscc(_half_width(text))
    except UsccInvalid as error:
        raise Refusal("not_uscc", error.text) from error


CLEANERS: dict[str, Callable[[str, int], Any]] = {
    "text": short,
    "longtext": short,
    "integer": _integer,
    "decimal": lambda text, limit: _number(text, 4),
    "money": lambda text, limit: _number(text, 2),
    "date": _date,
    "phone": clean_phone,
    "id_number": _id_number,
    "uscc": clean_uscc,
}
SIMPLE = frozenset([*CLEANERS, "choice", "multichoice", "yesno"])
COMPOSED = frozenset(["address", "person", "organisation", "group", "file"])
TYPES = SIMPLE | COMPOSED
COLUMNS = SIMPLE - {"multichoice"}  # what the columns of a table may be


def check_bounds(value: Any, *, least: str, most: str, is_date: bool) -> None:
    """Refuse a number or a date outside the bounds given, which are text; empty is no bound."""
    measure: Callable[[Any], Any] = str if is_date else lambda number: Decimal(str(number))
    if least and measure(value) < measure(least):
        raise Refusal("too_small", _("不能小于 %(least)s。") % {"least": least})
    if most and measure(value) > measure(most):
        raise Refusal("too_large", _("不能大于 %(most)s。") % {"most": most})


def check_pattern(text: str, pattern: str, message: str) -> None:
    """Refuse a text that does not have the form its data element prescribes."""
    if re.fullmatch(pattern, text) is None:
        raise Refusal("pattern", message or _("格式不对，请对照说明重新填写。"))
