"""Formats of identifiers and names, as pure functions."""

import datetime as dt
import re
import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.checksums import org_code_check, uscc_check
from identity.errors import IdNumberInvalid, NameInvalid, PhoneInvalid, UsccInvalid
from identity.persons import documents

MAX_PERSON_NAME = 60
MAX_ORGANISATION_NAME = 200
_DOTS = re.compile(r"\s*[·•‧∙⋅・᛫⸱●]\s*")  # what keyboards offer for the middle dot of minority names
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_DOT_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\.(?=[{_HAN}])")
_PERSON_SIGNS = frozenset("· -'’.,")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")


def normal_id_number(text: str, *, today: dt.date) -> str:
    """Return the citizen ID number in normal form (capital X); raise :class:`IdNumberInvalid`.

    Checks length, province, a real birth date not after ``today`` and the check character (GB 11643-1999). What is
    the number of another kind of document is refused by name (:class:`DocumentOfOtherKind`).
    """
    number = documents.check(documents.Kind.CITIZEN, text).number
    if birth_date(number) > today:
        raise IdNumberInvalid(fields={"id_number": IdNumberInvalid.message})
    return number


def birth_date(id_number: str) -> dt.date:
    """Return the birth date in an 18-character ID number; ValueError when it is no date."""
    return dt.date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def years_between(born: dt.date, day: dt.date) -> int:
    """Return the age in completed years on ``day``."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_on(id_number: str, day: dt.date) -> int:
    """Return the age in completed years on ``day`` of whoever has this 18-character number."""
    return years_between(birth_date(id_number), day)


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


def normal_name(text: str, *, field: str = "name", is_organisation: bool = False) -> str:
    """Return a name as it is stored: NFKC, one middle dot (U+00B7), no blanks between Chinese characters.

    Refuses with :class:`NameInvalid` at ``field``: nothing, too long, NUL and other control characters, marks that
    turn the reading direction or are not seen, private characters, letters of another script inside a Chinese
    name (they look like something they are not), and in a person's name digits and signs.
    """
    shown = _BETWEEN_HAN.sub("", unicodedata.normalize("NFKC", text).strip())
    shown = _DOT_BETWEEN_HAN.sub("·", _DOTS.sub("·", shown))
    problem = _name_problem(text, shown, is_organisation)
    if problem:
        raise NameInvalid(fields={field: problem})
    return shown


def name_key(text: str) -> str:
    """What two spellings of one name have in common, for comparing; never for showing."""
    shown = _DOT_BETWEEN_HAN.sub("·", _DOTS.sub("·", unicodedata.normalize("NFKC", text).strip()))
    return " ".join(_BETWEEN_HAN.sub("", shown).replace("’", "'").casefold().split())


def is_same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: width, middle dots, blanks and capitals do not count."""
    return name_key(one) == name_key(other)


def _name_problem(raw: str, shown: str, is_organisation: bool) -> str | Promise:
    limit = MAX_ORGANISATION_NAME if is_organisation else MAX_PERSON_NAME
    if not shown:
        return _("请填写名称。") if is_organisation else _("请填写姓名。")
    if len(shown) > limit:
        return _("最多 %(limit)s 个字，请核对。") % {"limit": limit}
    bad = next((c for c in raw.strip() + shown if not _is_printed(c)), "")
    if bad:
        return _("有看不见或者不能识别的字符（%(code)s），请删掉重新填写。") % {"code": f"U+{ord(bad):04X}"}
    scripts = {_script(c) for c in shown if unicodedata.category(c)[0] == "L" and not _is_han(c)}
    foreign = scripts & {"CYRILLIC", "GREEK"} if is_organisation else scripts
    if any(_is_han(c) for c in shown) and foreign:
        letter = next(c for c in shown if _script(c) in foreign and not _is_han(c))
        return _("中文里夹着外文字母“%(letter)s”，请换成证件上的字。") % {"letter": letter}
    if len(scripts) > 1:
        return _("夹着几种文字的字母，请按证件上的拼写填写。")
    if not is_organisation:
        sign = next((c for c in shown if not _may_stand_in_person_name(c)), "")
        if sign or not any(unicodedata.category(c)[0] == "L" or _is_han(c) for c in shown):
            return _("姓名里不能有“%(sign)s”，请对照证件填写。") % {"sign": sign or shown[0]}
    return ""


def _is_han(character: str) -> bool:
    return re.match(f"[{_HAN}]", character) is not None


def _is_printed(character: str) -> bool:
    """Whether a character can stand on a document: no control, format, private, or half of a character."""
    if _is_han(character):  # rare characters newer than this interpreter's tables too
        return True
    category = unicodedata.category(character)
    is_filler = character in "\u115f\u1160\u3164\uffa0\u2800\u034f"  # letters by class, but nothing is seen
    is_radical = "\u2e80" <= character <= "\u2fdf" and unicodedata.normalize("NFKC", character) == character
    return (category[0] in "LMNPS" and not (is_filler or is_radical)) or category == "Zs"


def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split()[0]


def _may_stand_in_person_name(character: str) -> bool:
    return _is_han(character) or unicodedata.category(character)[0] in "LM" or character in _PERSON_SIGNS
