"""How long a certificate is valid: the type's rule, the day it starts, what its face says and when its holder was born.

A rule is ``{"kind": …}`` with what the kind needs; ``{}`` follows the type's months (none: long-term).

- ``long``: without an end
- ``months``: ``months`` from the first day
- ``field``: until the date in the face's ``field``
- ``age``: until the day before the holder is ``age`` years old
- ``by_age``: ``steps`` of ``[under age, months or null]`` in rising order; the last ``[null, …]`` is for all others
  (居民身份证法第五条: 5 years under 16, 10 until 25, 20 until 45, long-term from 46)
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from certificates import rules
from certificates.errors import ValidityInvalid
from certificates.models import Certificate, CertificateType

KINDS = ("long", "months", "field", "age", "by_age")
MOST_MONTHS = 1200


def last_day(
    kind: CertificateType, *, day: dt.date, face: Mapping[str, str], born: Callable[[], dt.date | None]
) -> dt.date | None:
    """The last valid day of a certificate that begins on ``day``; None is long-term. Raises ValidityInvalid.

    ``born`` is asked for the holder's birth date only by rules that count from it.
    """
    rule = kind.validity or {"kind": "months", "months": kind.validity_months}
    return last_day_by(rule, day=day, face=face, born=born)


def last_day_by(
    rule: Mapping[str, Any], *, day: dt.date, face: Mapping[str, str], born: Callable[[], dt.date | None]
) -> dt.date | None:
    """The last valid day by a rule that was checked. Raises :class:`ValidityInvalid` when its base is missing."""
    match rule["kind"]:
        case "long":
            return None
        case "months":
            return rules.valid_until(day, rule["months"])
        case "field":
            return _not_before(day, _date(face.get(rule["field"], "")))
        case "age":
            return _not_before(day, birthday(_known(born()), rule["age"]) - dt.timedelta(days=1))
        case _:
            return rules.valid_until(day, _months_at(rule["steps"], age_on(_known(born()), day)))


def renewed_face(former: Certificate, face: Mapping[str, str], *, first: dt.date) -> dict[str, str]:
    """The face of a renewal from ``first`` on; a term that is printed on it and is over goes on for as long as it was.

    For who renews without a department's word on the new term.
    """
    rule = former.type.validity
    if rule.get("kind") != "field" or former.valid_until is None or _is_from(face.get(rule["field"], ""), first):
        return dict(face)
    began, day_after = _began(former), former.valid_until + dt.timedelta(days=1)
    months = (day_after.year - began.year) * 12 + day_after.month - began.month
    if rules.add_months(began, months) == day_after:
        last = rules.valid_until(first, months)
    else:
        last = first + (former.valid_until - began)
    return {**face, rule["field"]: last.isoformat() if last else ""}


def _is_from(text: str, first: dt.date) -> bool:
    try:
        return _date(text) >= first
    except ValidityInvalid:
        return False


def _began(certificate: Certificate) -> dt.date:
    """The first day of a term: changes and corrections within it are later versions with the same last day."""
    while certificate.former and certificate.former.valid_until == certificate.valid_until:
        certificate = certificate.former
    return certificate.valid_from


def age_on(born: dt.date, day: dt.date) -> int:
    """Full years (周岁) on a day: a year is full on the birthday itself, on 1 March for 29 February."""
    return day.year - born.year - (day < birthday(born, day.year - born.year))


def birthday(born: dt.date, age: int) -> dt.date:
    """The day somebody is ``age`` years old; who was born on 29 February, on 1 March of other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return dt.date(born.year + age, 3, 1)


def check_rule(rule: Mapping[str, Any], *, fields: frozenset[str]) -> None:
    """Raise :class:`ValidityInvalid` for a rule that is not of this language or names a field the type has not."""
    problem = _problem(rule, fields) if rule else ""
    if problem:
        raise ValidityInvalid(problem=problem, fields={"validity": problem})


def _problem(rule: Mapping[str, Any], fields: frozenset[str]) -> str:
    match rule:
        case {"kind": "long", **rest} if not rest:
            return ""
        case {"kind": "months", "months": months, **rest} if not rest and _is_term(months):
            return ""
        case {"kind": "field", "field": str(field), **rest} if not rest:
            return "" if field in fields else _("照面里没有 %(field)s 这一栏。") % {"field": field}
        case {"kind": "age", "age": int(age), **rest} if not rest and 1 <= age <= 120:
            return ""
        case {"kind": "by_age", "steps": list(steps), **rest} if not rest and _are_steps(steps):
            return ""
    return _("规则写得不对。")


def _is_term(months: Any) -> bool:
    return isinstance(months, int) and not isinstance(months, bool) and 1 <= months <= MOST_MONTHS


def _are_steps(steps: list[Any]) -> bool:
    if not steps or any(not isinstance(step, list) or len(step) != 2 for step in steps):
        return False
    ages, terms = [step[0] for step in steps], [step[1] for step in steps]
    whole = all(isinstance(age, int) and 1 <= age <= 150 for age in ages[:-1]) and ages[-1] is None
    return whole and ages[:-1] == sorted(set(ages[:-1])) and all(term is None or _is_term(term) for term in terms)


def _months_at(steps: list[list[int | None]], age: int) -> int | None:
    return next(months for under, months in steps if under is None or age < under)


def _known(born: dt.date | None) -> dt.date:
    if born is None:
        raise ValidityInvalid(problem=_("不知道持证人的出生日期。"))
    return born


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(text).strip())
    except ValueError as error:
        raise ValidityInvalid(problem=_("“%(text)s”不是日期。") % {"text": str(text)[:20]}) from error


def _not_before(day: dt.date, until: dt.date) -> dt.date:
    if until < day:
        raise ValidityInvalid(problem=_("最后一天早于第一天。"))
    return until
