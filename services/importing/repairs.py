"""Bringing codes of published lists to standard form, as pure functions that name what they did."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from common.checksums import USCC_ALPHABET, org_code_check, uscc_check
from services.codes import ItemType
from services.importing import reasons
from services.importing.reasons import Finding, Reason

_USCC = re.compile(f"[{USCC_ALPHABET}]{{18}}")
_ORG_CODE = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_TYPE_BY_NAME = {str(label): value for value, label in ItemType.choices}
_INTERNAL_ID = re.compile(r"[0-9]{1,8}|[0-9]{16,}")  # a row number or a generated key of some system


@dataclass(frozen=True, slots=True)
class Repaired:
    """A value in standard form, empty when there is none, with what was found on the way."""

    value: str
    findings: list[Finding] = field(default_factory=list)


def is_uscc(code: str) -> bool:
    """Tell whether this is a unified social credit code with a fitting check character."""
    return bool(_USCC.fullmatch(code)) and uscc_check(code[:17]) == code[17]


def item_type(code: str, name: str) -> Repaired:
    """Return the two-digit item type code; by its name where the code says nothing."""
    code = unicodedata.normalize("NFKC", code).strip()
    padded = code.zfill(2) if code else ""
    if padded in ItemType.values:
        found = [Finding(reasons.TYPE_PADDED, f"{code} → {padded}")] if padded != code else []
        return Repaired(padded, found)
    by_name = _TYPE_BY_NAME.get(name.strip())
    if by_name:
        return Repaired(by_name, [Finding(reasons.TYPE_FROM_NAME, name.strip())])
    return Repaired("", [Finding(reasons.TYPE_UNKNOWN, code or name or "—")])


def region_code(text: str) -> str:
    """Return the shortest form of a region code: 6 digits to county, 9 for a township, 12 for a village.

    Raises ValueError when it is none.
    """
    digits = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"[1-9][0-9]{5}([0-9]{3}){0,2}", digits):
        raise ValueError(text)
    while len(digits) > 6 and digits.endswith("000"):
        digits = digits[:-3]
    return digits


def usccs_by_org_code(codes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Learn from a whole list which USCC an organisation code belongs to: ``(department code, item code)`` pairs.

    Item codes of a list often carry the USCC that its department column lost. An organisation code found in two
    different USCCs stays unknown.
    """
    pairs = list(codes)
    wanted = {_plain_org_code(code) for code, _item_code in pairs} - {""}
    found: dict[str, set[str]] = {}
    for _code, item_code in pairs:
        for start in range(len(item_code) - 17):
            candidate = item_code[start : start + 18]
            if candidate[8:17] in wanted and is_uscc(candidate):
                found.setdefault(candidate[8:17], set()).add(candidate)
    return {org_code: next(iter(usccs)) for org_code, usccs in found.items() if len(usccs) == 1}


def department_code(text: str, *, usccs: Mapping[str, str]) -> Repaired:
    """Return the department's USCC, or nothing when the text does not yield one; never a guess.

    ``usccs`` maps nine-character organisation codes to USCCs (:func:`usccs_by_org_code`).
    """
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if not code:
        return Repaired("", [Finding(reasons.DEPARTMENT_MISSING)])
    findings = [Finding(reasons.DEPARTMENT_CASE, code)] if code != text else []
    bare = re.sub(r"_[0-9]+$", "", code)
    if bare != code:
        findings.append(Finding(reasons.DEPARTMENT_SUFFIX, bare))
    if is_uscc(bare):
        return Repaired(bare, findings)
    org_code = _plain_org_code(bare)
    if org_code and org_code_check(org_code[:8]) == org_code[8]:
        uscc = usccs.get(org_code, "")
        reason = reasons.DEPARTMENT_ORG_CODE if uscc else reasons.DEPARTMENT_ORG_CODE_ONLY
        return Repaired(uscc, [*findings, Finding(reason, uscc or org_code)])
    return Repaired("", [*findings, Finding(_why_no_code(bare), bare)])


def _plain_org_code(text: str) -> str:
    """Return an organisation code without its hyphen; empty when the text is none."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    return code.replace("-", "") if _ORG_CODE.fullmatch(code) else ""


def _why_no_code(code: str) -> Reason:
    if _INTERNAL_ID.fullmatch(code):
        return reasons.DEPARTMENT_INTERNAL
    return reasons.DEPARTMENT_CHECK if _USCC.fullmatch(code) or _ORG_CODE.fullmatch(code) else reasons.DEPARTMENT_LENGTH
