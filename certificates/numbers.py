"""Certificate numbers by the type's own pattern, gap-free, and unique however many issue at once.

A pattern is plain text with parts in braces: ``{prefix}`` the type's letters, ``{region}`` six digits of the
issuer's region, ``{yyyy}`` ``{yy}`` ``{mm}`` the day of issue, ``{seq:6}`` the running number of so many digits,
``{check}`` at the end, a check character over the letters and digits before it (ISO/IEC 7064 MOD 37,36). What stands
around the running number is the series: types whose numbers look alike share one, so that a number alone names one
certificate. A holder's identity number is never part of it: anybody may ask the register for a number.

The series' row stays locked until the issue's transaction ends: a number that was taken and not used goes back, so
there are no gaps; issuers of one series wait for each other for the length of one issue, those of others do not.
"""

import datetime as dt
import re
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from certificates.errors import NumberPatternInvalid
from certificates.models import Certificate, CertificateType
from common.checksums import certificate_check
from common.numbering import next_number
from common.written import Given, written
from identity.models import Department

DEFAULT = "{prefix}{region}{yyyy}{seq:6}"
MOST = 60  # the column
_PART = re.compile(r"\{([a-z]+)(?::(\d{1,2}))?\}")
_PLAIN = re.compile(r"[0-9A-Z\u4e00-\u9fff()（）〔〕第号字年\-/]*")
_LENGTHS = {"prefix": 10, "region": 6, "yyyy": 4, "yy": 2, "mm": 2, "check": 1}


def check_pattern(pattern: str) -> None:
    """Raise :class:`NumberPatternInvalid` for a pattern that is not of this language, too long, or not unique."""
    problem = _problem(pattern)
    if problem:
        raise NumberPatternInvalid(problem=problem, fields={"number_pattern": problem})


def _problem(pattern: str) -> str:
    parts = _PART.findall(pattern)
    names = [name for name, _digits in parts]
    if unknown := [name for name in names if name not in _LENGTHS and name != "seq"]:
        return _("不认识 {%(name)s}。") % {"name": unknown[0]}
    if not _PLAIN.fullmatch(_PART.sub("", pattern)):
        return _("只能用汉字、字母、数字、括号、连接号，和花括号里的部分。")
    if any(digits and name != "seq" for name, digits in parts):
        return _("只有流水号 {seq:6} 可以写位数。")
    if any(name == "seq" and not 3 <= int(digits or 6) <= 12 for name, digits in parts):
        return _("流水号 {seq} 要有 3 到 12 位。")
    if names.count("seq") > 1 or names.count("check") > 1:
        return _("流水号和校验位只能各有一个。")
    if "seq" not in names:
        return _("要有流水号，例如 {seq:6}。")
    if "check" in names and not pattern.endswith("{check}"):
        return _("校验位 {check} 要放在最后。")
    if _length(pattern) > MOST:
        return _("编号会超过 %(most)s 个字。") % {"most": MOST}
    return ""


def _length(pattern: str) -> int:
    variable = sum(_LENGTHS.get(name, int(digits or 6)) for name, digits in _PART.findall(pattern))
    return variable + len(_PART.sub("", pattern))


def compose(pattern: str, *, prefix: str, region: str, day: dt.date, serial: int | None) -> str:
    """The number with this serial; ``serial`` None gives the series it is counted in."""
    known = {
        "prefix": prefix,
        "region": region[:6],
        "yyyy": f"{day.year:04d}",
        "yy": f"{day.year % 100:02d}",
        "mm": f"{day.month:02d}",
        "check": "",
    }

    def fill(match: re.Match[str]) -> str:
        name, digits = match.groups()
        if name == "seq":
            return "#" if serial is None else f"{serial:0{int(digits or 6)}d}"
        return known[name]

    number = _PART.sub(fill, pattern)
    if serial is None or not pattern.endswith("{check}"):
        return number
    return number + certificate_check("".join(c for c in number.upper() if c.isascii() and c.isalnum()))


def may_meet(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two (pattern, prefix) of different series can give out the same number, as far as their digits go.

    The same text around the running number is one series, which counts on: that gives no number twice.
    """
    if _filled(*first) == _filled(*second):
        return False
    one, other = _places(*first), _places(*second)
    return len(one) == len(other) and all(a & b for a, b in zip(one, other, strict=True))


_DIGITS = frozenset("0123456789")
_CHECKS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*")


def _filled(pattern: str, prefix: str) -> str:
    return re.sub(r"\{seq(:\d+)?\}", "#", pattern.replace("{prefix}", prefix))


def _places(pattern: str, prefix: str) -> list[frozenset[str]]:
    """What can stand at each place of a number."""
    places: list[frozenset[str]] = []
    for text, name, digits in re.findall(r"([^{]+)|\{([a-z]+)(?::(\d{1,2}))?\}", pattern.replace("{prefix}", prefix)):
        if text:
            places += [frozenset({character}) for character in text]
        elif name == "check":
            places.append(_CHECKS)
        elif name == "mm":
            places += [frozenset("01"), _DIGITS]
        elif name == "yyyy":
            places += [frozenset("2"), frozenset("0"), _DIGITS, _DIGITS]
        else:
            places += [_DIGITS] * (int(digits or 6) if name == "seq" else _LENGTHS[name])
    return places


def next_for(kind: CertificateType, *, issuer: Department, day: dt.date) -> str:
    """Take the next number of the type's series; locks the series until the transaction ends."""
    pattern = kind.number_pattern or DEFAULT
    make = partial(compose, pattern, prefix=kind.number_prefix, region=issuer.region.code, day=day)
    series = make(serial=None).removesuffix("#")  # the name that the series of the default pattern always had
    # Numbers that came with existing stock are passed over.
    while _taken(number := make(serial=next_number(f"certificate:{series}"))):
        continue
    return number


@written
def _taken(number: Given) -> QuerySet[Certificate, Any]:
    return Certificate.objects.filter(number=number).order_by().values_list("pk", flat=True)[:1]
