"""What may stand in a mandate, as pure functions."""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.formatting import format_date
from identity.errors import MandateInvalid
from identity.models import Mandate
from identity.rules import years_between
from identity.scope import Scope

MAX_YEARS = 3
DEFAULT_YEARS = 1
MAX_ITEMS = 20
FULL_AGE = 18  # 民法典第十七条、第十八条
_LATEST_START = 90  # days from today


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate says: its scope (:class:`Mandate.Scope`), why, and its first and last day."""

    scope: str
    starts_on: dt.date
    ends_on: dt.date
    item_codes: tuple[str, ...] = ()
    case_number: str = ""
    purpose: str = ""


def years_later(day: dt.date, years: int) -> dt.date:
    """Return the same day some years later, 28 February for a 29th that is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day(starts_on: dt.date, years: int = DEFAULT_YEARS) -> dt.date:
    """Return the last day of a mandate that lasts whole years."""
    return years_later(starts_on, years) - dt.timedelta(days=1)


def check_terms(terms: Terms, *, kind: str, today: dt.date, ward_born: dt.date | None = None) -> None:
    """Raise :class:`MandateInvalid` with what is wrong by field.

    The longest is three years; guardianship of a minor ends the day before the eighteenth birthday (民法典第三十四条).
    """
    problems: dict[str, str | Promise] = {}
    if not today <= terms.starts_on <= today + dt.timedelta(days=_LATEST_START):
        problems["starts_on"] = _("开始日期请填今天到 %(days)s 天以内。") % {"days": _LATEST_START}
    limit = latest_end(terms.starts_on, kind=kind, ward_born=ward_born)
    if terms.ends_on < terms.starts_on:
        problems["ends_on"] = _("结束日期不能早于开始日期。")
    elif terms.ends_on > limit:
        problems["ends_on"] = _("最晚可以填到 %(day)s。") % {"day": format_date(limit)}
    problems |= _scope_problems(terms, kind)
    if problems:
        raise MandateInvalid(fields=problems)


def latest_end(starts_on: dt.date, *, kind: str, ward_born: dt.date | None = None) -> dt.date:
    """Return the last day a mandate may have."""
    if kind == Mandate.Kind.GUARDIAN and ward_born and years_between(ward_born, starts_on) < FULL_AGE:
        return last_day(ward_born, FULL_AGE)
    return last_day(starts_on, MAX_YEARS)


def _scope_problems(terms: Terms, kind: str) -> dict[str, str | Promise]:
    scopes = Mandate.Scope
    if terms.scope not in scopes.values:
        return {"scope": _("请选择委托范围。")}
    if kind in {Mandate.Kind.MANAGER, Mandate.Kind.GUARDIAN} and terms.scope != scopes.ALL:
        return {"scope": _("管理员和监护人的范围是全部事项。")}
    if terms.scope == scopes.ITEMS and not 0 < len(terms.item_codes) <= MAX_ITEMS:
        return {"items": _("请选 1 到 %(most)s 个事项。") % {"most": MAX_ITEMS}}
    if terms.scope == scopes.CASE and not terms.case_number:
        return {"case_number": _("请选择一件办件。")}
    return {}


def check_ages(*, kind: str, principal_born: dt.date | None, agent_born: dt.date | None, today: dt.date) -> None:
    """Both sides of a mandate are of full age, save the ward. Raises :class:`MandateInvalid`.

    A birth date is None for an organisation, and where neither the document's number nor the register has one.
    """
    if agent_born and years_between(agent_born, today) < FULL_AGE:
        raise MandateInvalid(fields={"id_number": _("代理人要年满十八周岁。")})
    is_ward = kind == Mandate.Kind.GUARDIAN
    if principal_born and not is_ward and years_between(principal_born, today) < FULL_AGE:
        raise MandateInvalid(fields={"kind": _("未满十八周岁的，由监护人带户口簿到窗口登记监护关系。")})


def scope_of(mandate: Mandate) -> Scope:
    """How far this mandate reaches."""
    return Scope(item_codes=frozenset(mandate.item_codes), case_number=mandate.case_number)


def state_on(mandate: Mandate, day: dt.date) -> Mandate.State:
    """The state on ``day``: past its last day a mandate is over before the nightly run says so."""
    state = Mandate.State(mandate.state)
    if state in {Mandate.State.PROPOSED, Mandate.State.ACCEPTED} and mandate.ends_on < day:
        return Mandate.State.ENDED
    return state
