"""Identity documents of natural persons: kinds (GB/T 36903 App. A, GA/T 2000.156), formats and checks.

Eighteen-character numbers carry their own check character (GB 11643, MOD 11-2) and say by their first digits what
they are: 1–7 a citizen's, 81 and 82 Hong Kong and Macao residents', 83 Taiwan residents', 9 a foreign permanent
resident's (the card in use since December 2023; the older one has 15 characters).
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import crypto
from common.checksums import id_number_check
from identity.errors import DocumentInvalid, DocumentOfOtherKind, IdNumberInvalid
from identity.persons import countries

_PURPOSE = "identity.id_number"


class Kind(StrEnum):
    """证件类型: the codes that stand with the number on certificates and in exchanges."""

    CITIZEN = "111"
    PASSPORT = "414"
    TAIWAN_PERMIT = "511"
    HK_MACAO_PERMIT = "516"
    HK_MACAO_RESIDENCE = "551"
    TAIWAN_RESIDENCE = "552"
    FOREIGN_RESIDENCE = "553"


NAMES: dict[str, Promise] = {
    Kind.CITIZEN: gettext_lazy("居民身份证"),
    Kind.HK_MACAO_PERMIT: gettext_lazy("港澳居民来往内地通行证"),
    Kind.TAIWAN_PERMIT: gettext_lazy("台湾居民来往大陆通行证"),
    Kind.HK_MACAO_RESIDENCE: gettext_lazy("港澳居民居住证"),
    Kind.TAIWAN_RESIDENCE: gettext_lazy("台湾居民居住证"),
    Kind.FOREIGN_RESIDENCE: gettext_lazy("外国人永久居留身份证"),
    Kind.PASSPORT: gettext_lazy("护照"),
}
_RULES: dict[str, Promise] = {
    Kind.CITIZEN: IdNumberInvalid.message,
    Kind.HK_MACAO_PERMIT: gettext_lazy("通行证号码是 1 个字母（香港 H、澳门 M）加 8 位数字，请对照证件核对。"),
    Kind.TAIWAN_PERMIT: gettext_lazy("台湾居民来往大陆通行证号码是 8 位数字，请对照证件核对。"),
    Kind.HK_MACAO_RESIDENCE: gettext_lazy("港澳居民居住证号码是 18 位，以 81 或 82 开头，请对照证件逐位核对。"),
    Kind.TAIWAN_RESIDENCE: gettext_lazy("台湾居民居住证号码是 18 位，以 83 开头，请对照证件逐位核对。"),
    Kind.FOREIGN_RESIDENCE: gettext_lazy(
        "外国人永久居留身份证号码是 9 开头的 18 位数字，或者 3 个字母加 12 位数字，请对照证件逐位核对。"
    ),
    Kind.PASSPORT: gettext_lazy("护照号码是 5 到 9 位字母和数字，请对照护照核对。"),
}
_OLD_NUMBER = gettext_lazy("15 位的旧号码已经停用，请填现在的身份证上的 18 位号码。")
_WIDE = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
MAINLAND = frozenset([*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)])
PROVINCES = MAINLAND | {71, 81, 82}  # GB/T 2260


@dataclass(frozen=True, slots=True)
class IdDocument:
    """A checked document: its kind, its number in normal form, and the country or region it names or was issued by."""

    kind: str
    number: str = field(repr=False)
    issuer: str = countries.CHINA

    @property
    def index(self) -> bytes:
        """The blind index of kind and number.

        An 18-character number says its kind itself; a passport's number is unique only in the country that issued it.
        """
        if len(self.number) == _LONG:
            return crypto.blind_index(self.number, purpose=_PURPOSE)
        issuer = self.issuer if self.kind == Kind.PASSPORT else ""
        return crypto.blind_index(f"{self.kind}:{issuer}:{self.number}", purpose=_PURPOSE)

    @property
    def born(self) -> dt.date | None:
        """The birth date in the number; None for kinds whose number has none."""
        return _date(self.number[6:14]) if len(self.number) == _LONG else None

    @property
    def gender(self) -> str:
        """男 or 女 by the 17th digit (odd is male) of numbers by GB 11643; empty for other kinds."""
        if self.kind not in {Kind.CITIZEN, Kind.HK_MACAO_RESIDENCE, Kind.TAIWAN_RESIDENCE}:
            return ""
        return "男" if int(self.number[16]) % 2 else "女"


_LONG = 18
_FIRST_BIRTH = dt.date(1880, 1, 1)


def check(kind: str, number: str, *, issuer: str = "", name: str = "id_number") -> IdDocument:
    """Return the document in normal form; ``issuer`` counts for passports only (three letters, GB/T 2659.1).

    ``name`` is the form field that a refusal is shown at. Raises :class:`DocumentInvalid` with what is wrong,
    or :class:`DocumentOfOtherKind` naming what the number looks like.
    """
    if kind not in NAMES:
        raise DocumentInvalid(fields={"document_kind": _("请选择证件类型。")})
    found = _read(kind, _plain(number), issuer)
    if found is not None:
        return found
    others = [other for other in _recognised(_plain(number)) if other != kind]
    if others:
        message = DocumentOfOtherKind.message
        params = {"looks": " / ".join(str(NAMES[other]) for other in others), "kind": str(NAMES[kind])}
        raise DocumentOfOtherKind(fields={name: str(message) % params}, **params)
    if kind == Kind.CITIZEN:
        is_old = re.fullmatch(r"[0-9]{15}", _plain(number)) is not None
        raise IdNumberInvalid(fields={name: _OLD_NUMBER if is_old else IdNumberInvalid.message})
    if kind == Kind.PASSPORT and not countries.is_country(issuer):
        raise DocumentInvalid(fields={"issuer": _("请选择签发护照的国家。")})
    raise DocumentInvalid(fields={name: _RULES[kind]})


def recognise(number: str, *, name: str = "id_number") -> IdDocument:
    """Return the document that a bare number is, where it says so itself: every kind but passports.

    Raises :class:`IdNumberInvalid` for what is none, or :class:`DocumentOfOtherKind` for a passport's number.
    """
    plain = _plain(number)
    for kind in NAMES:
        found = _read(kind, plain, "")
        if found is not None:
            return found
    return check(Kind.CITIZEN, number, name=name)  # refuses, in the words for what it looks like


def check_born(document: IdDocument, stated: dt.date | None) -> dt.date:
    """Return the birth date, the number's own or else the stated one; raises :class:`DocumentInvalid` without one."""
    born = document.born or stated
    if born is None:
        raise DocumentInvalid(fields={"birth_date": _("这种证件的号码里没有出生日期，请填写。")})
    if not _FIRST_BIRTH <= born <= timezone.localdate():
        raise DocumentInvalid(fields={"birth_date": _("请填真实的出生日期。")})
    return born


def normal_of_any(number: str) -> str:
    """Return the normal form of any kind's number, passports too; raises :class:`IdNumberInvalid`.

    For forms that ask for the number of somebody's document without asking for its kind.
    """
    plain = _plain(number)
    if Kind.PASSPORT in _recognised(plain):
        return plain
    return recognise(number).number


def choices() -> list[tuple[str, str]]:
    """(code, name) of every kind, the citizen ID first."""
    return [(kind, str(name)) for kind, name in NAMES.items()]


def index_of(kind: str, number: str, issuer: str) -> bytes:
    """The blind index of a stored document."""
    return IdDocument(kind, number, issuer).index


def _plain(text: str) -> str:
    return re.sub(r"[\s\-‐-―]", "", text.translate(_WIDE)).upper()[:40]


def _read(kind: str, number: str, issuer: str) -> IdDocument | None:
    match kind:
        case Kind.PASSPORT:
            is_good = re.fullmatch(r"[A-Z0-9]{5,9}", number, re.ASCII) and re.search(r"[0-9].*[0-9]", number)
            return IdDocument(kind, number, issuer) if is_good and countries.is_country(issuer) else None
        case Kind.TAIWAN_PERMIT:
            return IdDocument(kind, number, countries.TAIWAN) if re.fullmatch(r"[0-9]{8}", number) else None
        case Kind.HK_MACAO_PERMIT:  # two more digits on cards before 2013 counted the renewals
            found = re.fullmatch(r"([HM][0-9]{8})(?:[0-9]{2})?", number)
            region = countries.HONG_KONG if number[:1] == "H" else countries.MACAO
            return IdDocument(kind, found[1], region) if found else None
        case Kind.FOREIGN_RESIDENCE:
            return _foreign(number)
        case _:
            return _long(kind, number)


def _long(kind: str, number: str) -> IdDocument | None:
    if not _is_dated(number) or kind != _kind_by_prefix(number):
        return None
    regions = {"81": countries.HONG_KONG, "82": countries.MACAO, "83": countries.TAIWAN}
    return IdDocument(kind, number, regions.get(number[:2], countries.CHINA))


def _kind_by_prefix(number: str) -> str:
    if number[:2] in {"81", "82"}:
        return Kind.HK_MACAO_RESIDENCE
    if number[:2] == "83":
        return Kind.TAIWAN_RESIDENCE
    return Kind.CITIZEN if int(number[:2]) in MAINLAND | {71} else ""


def _foreign(number: str) -> IdDocument | None:
    if len(number) == _LONG:
        nation = countries.from_digits(number[3:6])
        is_good = number[0] == "9" and _is_dated(number) and nation
        return IdDocument(Kind.FOREIGN_RESIDENCE, number, nation) if is_good else None
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number) and countries.is_country(number[:3]):
        year = f"20{number[7:9]}", f"19{number[7:9]}"  # the century stands only on the card
        if any(_date(century + number[9:13]) for century in year):
            return IdDocument(Kind.FOREIGN_RESIDENCE, number, number[:3])
    return None


def _is_dated(number: str) -> bool:
    """Whether this is 17 digits and their check character around a birth date that has been."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number, re.ASCII):
        return False
    born = _date(number[6:14])
    return born is not None and born <= timezone.localdate() and id_number_check(number[:17]) == number[17]


def _date(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _recognised(number: str) -> list[str]:
    """The kinds whose number this may be, for saying what it looks like."""
    found = [kind for kind in NAMES if kind != Kind.PASSPORT and _read(kind, number, "")]
    if not found and re.fullmatch(r"[A-Z]{1,2}[0-9]{6,8}|[0-9]{9}", number):
        found = [Kind.PASSPORT]
    return found
