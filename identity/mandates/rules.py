"""What may stand in a mandate, as pure functions."""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.formatting import format_date
from identity.errors import MandateInvalid
from identity.mandates.capacity import FULL_AGE
from identity.models import Mandate, Person
from identity.persons.documents import IdDocument
from identity.rules import years_between
from identity.scope import Scope

MAX_YEARS = 3
DEFAULT_YEARS = 1
MAX_ITEMS = 20
FOREVER = dt.date.max  # the last day of what only a ruling ends
_LATEST_START = 90  # days from today


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate says: its scope (:class:`Mandate.Scope`), why, and its first and last day.

    ``may_use_wallet``: whether the agent may open the wallet and the locker; None leaves it to the kind.
    """

    scope: str
    starts_on: dt.date
    ends_on: dt.date
    item_codes: tuple[str, ...] = ()
    case_number: str = ""
    purpose: str = ""
    may_use_wallet: bool | None = None


def wallet_of(terms: Terms, kind: str) -> bool:
    """Whether a mandate of this kind with these terms opens the wallet: guardians and managers unless it says no."""
    if terms.may_use_wallet is None:
        return kind in {Mandate.Kind.MANAGER, Mandate.Kind.GUARDIAN}
    return terms.may_use_wallet


def years_later(day: dt.date, years: int) -> dt.date:
    """Return the same day some years later, 28 February for a 29th that is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day(starts_on: dt.date, years: int = DEFAULT_YEARS) -> dt.date:
    """Return the last day of a mandate that lasts whole years."""
    return years_later(starts_on, years) - dt.timedelta(days=1)


def check_terms(terms: Terms, *, kind: str, today: dt.date) -> None:
    """Raise :class:`MandateInvalid` with what is wrong by field. The longest is three years."""
    problems: dict[str, str | Promise] = {}
    if not today <= terms.starts_on <= today + dt.timedelta(days=_LATEST_START):
        problems["starts_on"] = _("开始日期请填今天到 %(days)s 天以内。") % {"days": _LATEST_START}
    limit = last_day(terms.starts_on, MAX_YEARS)
    if terms.ends_on < terms.starts_on:
        problems["ends_on"] = _("结束日期不能早于开始日期。")
    elif terms.ends_on > limit:
        problems["ends_on"] = _("最晚可以填到 %(day)s。") % {"day": format_date(limit)}
    problems |= _scope_problems(terms, kind)
    if problems:
        raise MandateInvalid(fields=problems)


def terms_again(old: Mandate, today: dt.date) -> Terms:
    """The terms of a renewal made today: the same, as long after the old last day as it lasted, three years at most."""
    ends_on = max(today, old.ends_on) + (old.ends_on - old.starts_on)
    return Terms(
        scope=old.scope,
        starts_on=today,
        ends_on=min(ends_on, last_day(today, MAX_YEARS)),
        item_codes=tuple(old.item_codes),
        case_number=old.case_number,
        purpose=old.purpose,
        may_use_wallet=old.may_use_wallet,
    )


def end_of_guardianship(ward_born: dt.date | None, today: dt.date) -> dt.date:
    """The last day of a guardianship: the day before the eighteenth birthday (民法典第三十九条), or none."""
    if ward_born is None or years_between(ward_born, today) >= FULL_AGE:
        return FOREVER
    birthday = years_later(ward_born, FULL_AGE)
    while years_between(ward_born, birthday) < FULL_AGE:  # born on 29 February
        birthday += dt.timedelta(days=1)
    return birthday - dt.timedelta(days=1)


def is_grown_up(mandate: Mandate, day: dt.date) -> bool:
    """Whether this is the guardianship of a minor who is none any more, whatever last day is written in it."""
    if mandate.kind != Mandate.Kind.GUARDIAN or not mandate.proof or mandate.ends_on == FOREVER:
        return False
    born = mandate.principal.person.born
    return born is not None and years_between(born, day) >= FULL_AGE


def _scope_problems(terms: Terms, kind: str) -> dict[str, str | Promise]:
    scopes = Mandate.Scope
    if terms.scope not in scopes.values:
        return {"scope": _("请选择委托范围。")}
    if terms.may_use_wallet and terms.scope != scopes.ALL:
        return {"wallet": _("只委托一部分事项的，不能同时打开证照和材料。")}
    if kind in {Mandate.Kind.MANAGER, Mandate.Kind.GUARDIAN} and terms.scope != scopes.ALL:
        return {"scope": _("管理员和监护人的范围是全部事项。")}
    if terms.scope == scopes.ITEMS and not 0 < len(terms.item_codes) <= MAX_ITEMS:
        return {"items": _("请选 1 到 %(most)s 个事项。") % {"most": MAX_ITEMS}}
    if terms.scope == scopes.CASE and not terms.case_number:
        return {"case_number": _("请选择一件办件。")}
    return {}


def check_sides(*, principal: Person | None, agent: IdDocument, today: dt.date) -> None:
    """Nobody mandates to themselves, and whoever acts for others is of full age. Raises :class:`MandateInvalid`.

    ``principal`` is None for an organisation; an agent whose document's number has no birth date passes here.
    """
    if principal is not None and bytes(principal.id_number_index) == agent.index:
        raise MandateInvalid(fields={"id_number": _("不能委托给自己。")})
    if agent.born and years_between(agent.born, today) < FULL_AGE:
        raise MandateInvalid(fields={"id_number": _("代理人要年满十八周岁。")})


def scope_of(mandate: Mandate) -> Scope:
    """How far this mandate reaches."""
    return Scope(
        item_codes=frozenset(mandate.item_codes),
        case_number=mandate.case_number,
        may_use_wallet=mandate.may_use_wallet,
    )


def state_on(mandate: Mandate, day: dt.date) -> Mandate.State:
    """The state on ``day``: past its last day a mandate is over before the nightly run says so."""
    state = Mandate.State(mandate.state)
    if state in {Mandate.State.PROPOSED, Mandate.State.ACCEPTED} and mandate.ends_on < day:
        return Mandate.State.ENDED
    return state
