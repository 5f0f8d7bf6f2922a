"""Countries and regions of identity documents (GB/T 2659.1, ISO 3166-1), from the locale data the site has anyway."""

import functools

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language

CHINA, HONG_KONG, MACAO, TAIWAN = "CHN", "HKG", "MAC", "TWN"
_OWN_PERMITS = frozenset({HONG_KONG, MACAO, TAIWAN})  # their residents travel and live here on permits of their own
_LETTERS = 3


@functools.cache
def _by_alias() -> dict[str, str]:
    """{three letters or three digits: two letters} of today's countries and regions."""
    real = {code for code in map(str, Locale("zh").territories) if len(code) == 2 and code.isalpha()}
    aliases = get_global("territory_aliases")
    return {
        alias: names[0]
        for alias, names in aliases.items()
        if len(alias) == _LETTERS and len(names) == 1 and names[0] in real
    }


@functools.cache
def _letters_of() -> dict[str, str]:
    """{two letters: three letters} of what has a number in the standard too (the others are nobody's country)."""
    numbered = {short for alias, short in _by_alias().items() if alias.isdigit()}
    return {
        short: alias
        for alias, short in _by_alias().items()
        if alias.isalpha() and short in numbered and alias not in _BEFORE
    }


_BEFORE = frozenset({"BUR", "ZAR", "DDR", "FXX", "TMP", "YMD"})  # codes of countries that were


def is_country(code: str) -> bool:
    """Whether ``code`` is the three-letter code of a country or region."""
    return code.isalpha() and code in _letters_of().values()


def from_digits(digits: str) -> str:
    """The three letters of a three-digit code (GB/T 2659.1); empty when there is no such country."""
    return _letters_of().get(_by_alias().get(digits, ""), "")


def name_of(code: str) -> str:
    """The name of a country or region in the page's language; the code itself when it is unknown."""
    return _names(_language()).get(code, code)


def foreign_choices() -> list[tuple[str, str]]:
    """(three-letter code, code and name) of every country that issues passports, by the code that they print."""
    names = _names(_language())
    return [(code, f"{code} {name}") for code, name in sorted(names.items()) if code not in _OWN_PERMITS]


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@functools.cache
def _names(language: str) -> dict[str, str]:
    territories = Locale(language).territories
    names = {letters: territories[short] for short, letters in _letters_of().items() if short in territories}
    ours = {HONG_KONG: "中国香港", MACAO: "中国澳门", TAIWAN: "中国台湾"}
    english = {HONG_KONG: "Hong Kong, China", MACAO: "Macao, China", TAIWAN: "Taiwan, China"}
    return names | (english if language == "en" else ours)
