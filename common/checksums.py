"""Check characters of the national codes, as pure functions.

Sources: GB 11643-1999 (citizen ID), GB 32100-2015 (unified social credit code), GB 11714-1997
(organisation code), GB/T 36904-2018 with ISO/IEC 7064 MOD 37,36 (certificate identifier).
"""

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def id_number_check(first17: str) -> str:
    """Return the 18th character of a citizen ID number (GB 11643-1999)."""
    return _ID_CHECKS[sum(int(c) * w for c, w in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def uscc_check(first17: str) -> str:
    """Return the 18th character of a unified social credit code (GB 32100-2015, MOD 31-3)."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first17, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def org_code_check(first8: str) -> str:
    """Return the ninth character of an organisation code (GB 11714-1997)."""
    remainder = 11 - sum(_ALNUM.index(c) * w for c, w in zip(first8, _ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def certificate_check(body: str) -> str:
    """Return the check character over digits and capital letters (ISO/IEC 7064 MOD 37,36; GB/T 36904)."""
    product = 36
    for character in body:
        product = (product + _ALNUM.index(character)) % 36 or 36
        product = product * 2 % 37
    return _ALNUM[(37 - product) % 36]


def decimal_check(digits: str) -> str:
    """Return the check digit over decimal digits (ISO/IEC 7064 MOD 11,10), used in case numbers."""
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)
