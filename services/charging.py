"""What an item charges online, written so that an editor can read it and a computer can count with it. Pure.

One rule a line; a fee without rules is only told in the guide and paid as it says there::

    时间：受理后                                   (or 送达前)
    每件：50.00                                    one price a case
    每单位：10.00，数量：copies，单位：份            a price for each, the quantity is that answer
    分段：数量：area，单位：平方米                    several prices, each for its part of the quantity
    段：至 100，每单位 1.00
    段：以上，每单位 0.50
    减免：小微企业，收 0%，情形：size=small，依据：财税〔2014〕122号
    减免：残疾人，收 50%，证照：disability-card，依据：残疾人保障法第五十条
    减免：低保对象到期换领，收 0%，情形：reason=expired，证照：low-income，依据：…   both have to be so

Amounts are yuan with two decimals; a sum is rounded half up to 分 once, after the last step.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

CENT = Decimal("0.01")
MOST = Decimal("9999999999.99")  # what a fee can come to; far above any standard
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?")
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_SPLIT = re.compile(r"[，,]")
_LONGEST_BASIS = 200
_NUMBERS = frozenset({"integer", "decimal", "money"})  # types of form fields


class Moment(StrEnum):
    """When the fee notice is issued: on acceptance, or with an approval, before it is handed over."""

    ACCEPTANCE = "acceptance"
    DELIVERY = "delivery"


_MOMENTS = {"受理后": Moment.ACCEPTANCE, "送达前": Moment.DELIVERY}


class ChargingUnclear(ValueError):
    """A line cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the quantity: up to ``until`` (None: all the rest) each unit costs ``price``."""

    until: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Reduction:
    """Who pays less: ``percent`` of the sum is left; it rests on a certificate, an answer or situation, or both."""

    name: str
    percent: Decimal
    basis: str
    certificate: str = ""  # key of a certificate type
    key: str = ""  # of a situation or a form field
    value: str = ""


@dataclass(frozen=True, slots=True)
class Charging:
    """The rules of one fee. Without ``quantity`` the one step is the price of a case."""

    moment: Moment
    steps: tuple[Step, ...]
    quantity: str = ""
    unit: str = ""
    reductions: tuple[Reduction, ...] = field(default=())


def parse(text: str) -> Charging | None:
    """Read the rules of a fee; None for a fee without any. Raises :class:`ChargingUnclear`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    found = Charging(Moment.ACCEPTANCE, ())
    is_stepped = False
    for line in lines:
        head, _colon, rest = line.replace(":", "：", 1).partition("：")
        rest = rest.strip()
        if head == "时间" and rest in _MOMENTS:
            found = replace(found, moment=_MOMENTS[rest])
        elif head in ("每件", "每单位") and not found.steps and not is_stepped:
            found = _priced(found, head, rest, line)
        elif head == "分段" and not found.steps and not is_stepped:
            found, is_stepped = _with_quantity(found, _SPLIT.split(rest), line), True
        elif head == "段" and is_stepped:
            found = replace(found, steps=(*found.steps, _step(rest, line)))
        elif head == "减免":
            found = replace(found, reductions=(*found.reductions, _reduction(rest, line)))
        else:
            raise ChargingUnclear(_("看不懂这一行：%(line)s") % {"line": line[:60]})
    _check_steps(found)
    return found


def _priced(found: Charging, head: str, rest: str, line: str) -> Charging:
    first, *others = _SPLIT.split(rest)
    if head == "每单位":
        found = _with_quantity(found, others, line)
    elif others:
        raise ChargingUnclear(_("“每件”后面只写一个金额：%(line)s") % {"line": line[:60]})
    return replace(found, steps=(Step(None, _amount(first, line)),))


def _with_quantity(found: Charging, parts: Iterable[str], line: str) -> Charging:
    given = _named(parts, {"数量", "单位"}, line)
    if not _KEY.fullmatch(given.get("数量", "")) or not 0 < len(given.get("单位", "")) <= 20:
        raise ChargingUnclear(_("要写明数量来自哪个栏目、单位是什么：%(line)s") % {"line": line[:60]})
    return replace(found, quantity=given["数量"], unit=given["单位"])


def _step(rest: str, line: str) -> Step:
    first, *others = [part.strip() for part in _SPLIT.split(rest)]
    if len(others) != 1 or not others[0].startswith("每单位"):
        raise ChargingUnclear(_("分段要写成“段：至 100，每单位 1.00”：%(line)s") % {"line": line[:60]})
    until = None if first == "以上" else _amount(first.removeprefix("至"), line)
    return Step(until, _amount(others[0].removeprefix("每单位"), line))


def _reduction(rest: str, line: str) -> Reduction:
    first, *others = [part.strip() for part in _SPLIT.split(rest)]
    share = next((part for part in others if re.fullmatch(r"收\s*\d{1,2}\s*%", part)), "")
    given = _named([part for part in others if part != share], {"情形", "证照", "依据"}, line)
    key, _equals, value = given.get("情形", "").partition("=")
    is_answer = bool(_KEY.fullmatch(key) and value)
    is_held = bool(_KEY.fullmatch(given.get("证照", "")))
    is_clear = is_answer == ("情形" in given) and is_held == ("证照" in given) and (is_answer or is_held)
    if not 0 < len(first) <= 60 or not share or not is_clear or not given.get("依据"):
        raise ChargingUnclear(
            _("减免要写明谁、收百分之几、凭什么情形或者证照（都写的要都符合）、依据：%(line)s") % {"line": line[:60]}
        )
    if len(given["依据"]) > _LONGEST_BASIS or len(value) > _LONGEST_BASIS:
        raise ChargingUnclear(_("减免的依据太长：%(line)s") % {"line": line[:60]})
    percent = Decimal(re.sub(r"\D", "", share))
    return Reduction(first, percent, given["依据"], given.get("证照", ""), key, value)


def _named(parts: Iterable[str], known: set[str], line: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in parts:
        name, _colon, value = part.replace(":", "：", 1).partition("：")
        if name.strip() not in known or name.strip() in given:
            raise ChargingUnclear(_("看不懂“%(part)s”：%(line)s") % {"part": part[:30], "line": line[:60]})
        given[name.strip()] = value.strip()
    return given


def _amount(text: str, line: str) -> Decimal:
    if not _AMOUNT.fullmatch(text.strip()):
        raise ChargingUnclear(_("“%(text)s”不是两位小数以内的数：%(line)s") % {"text": text[:20], "line": line[:60]})
    return Decimal(text.strip())


def _check_steps(found: Charging) -> None:
    if not found.steps:
        raise ChargingUnclear(_("没有写收多少：要有“每件”“每单位”或者“分段”"))
    limits = [step.until for step in found.steps]
    bounded = [limit for limit in limits if limit is not None]
    if limits[-1] is not None or len(bounded) != len(limits) - 1 or bounded != sorted(set(bounded)):
        raise ChargingUnclear(_("分段要从小到大，最后一段写“以上”"))


def gross(charging: Charging, quantity: Decimal | None) -> Decimal:
    """The sum before reductions, exact; ``quantity`` None for a price a case."""
    if not charging.quantity:
        return charging.steps[0].price
    left, start, total = quantity or Decimal(0), Decimal(0), Decimal(0)
    for step in charging.steps:
        width = left if step.until is None else min(left, step.until - start)
        total += width * step.price
        left, start = left - width, step.until or start
    return total


def payable(total: Decimal, reduction: Reduction | None) -> Decimal:
    """What is left to pay, in whole 分."""
    share = reduction.percent if reduction else Decimal(100)
    return (total * share / 100).quantize(CENT, ROUND_HALF_UP)


def problems_of(name: str, text: str, asked: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a fee's rules; ``asked`` are the item's situations and form fields: {key: type}."""
    try:
        charging = parse(text)
    except ChargingUnclear as problem:
        yield _("收费“%(name)s”：%(problem)s") % {"name": name[:40], "problem": problem}
        return
    if charging is None:
        return
    used = {charging.quantity, *(one.key for one in charging.reductions)} - {""}
    if charging.quantity in asked and asked[charging.quantity] not in _NUMBERS:
        yield _("收费“%(name)s”：“%(key)s”不是填数的栏目") % {"name": name[:40], "key": charging.quantity}
    for key in sorted(used - asked.keys()):
        yield _("收费“%(name)s”：申请表和办理情形里没有“%(key)s”") % {"name": name[:40], "key": key[:60]}
