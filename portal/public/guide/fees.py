"""What an item charges in plain words: how much, who pays less, and when it is to be paid."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.formatting import format_money
from services.charging import Charging, ChargingUnclear, Moment, Reduction, parse, payable
from services.models import FeeItem
from services.queries import Guide


@dataclass(frozen=True, slots=True)
class FeeWords:
    """A fee as one would explain it: its name, and one sentence for each thing to know."""

    name: str
    sentences: list[str]


def fees_in_words(guide: Guide) -> list[FeeWords]:
    """The fees that have rules for counting; any other is told by its standard alone."""
    return [
        FeeWords(fee.name, list(_sentences(charging))) for fee in guide.fees if (charging := _rules(fee)) is not None
    ]


def _rules(fee: FeeItem) -> Charging | None:
    try:
        return parse(fee.charging)
    except ChargingUnclear:  # a draft shown to its editor
        return None


def _sentences(charging: Charging) -> Iterator[str]:
    price = charging.steps[0].price
    if not charging.quantity:
        yield _("办一次 %(amount)s。") % {"amount": format_money(price)}
    elif len(charging.steps) == 1:
        words = _("每%(unit)s %(amount)s，按您填的数量算。")
        yield words % {"unit": charging.unit, "amount": format_money(price)}
    else:
        yield from _steps(charging)
    for one in charging.reductions:
        yield _reduced(one, price if not charging.quantity else None)
    if charging.moment == Moment.ACCEPTANCE:
        yield _("提交的时候不用缴，受理以后缴。缴费不影响审批，缴清以后把结果给您。")
    else:
        yield _("批准以后才缴，不批准不收。缴清以后把结果给您。")


def _steps(charging: Charging) -> Iterator[str]:
    start = Decimal(0)
    for step in charging.steps:
        told = {"unit": charging.unit, "amount": format_money(step.price), "from": f"{start.normalize():f}"}
        if step.until is None:
            yield _("超过 %(from)s %(unit)s的部分，每%(unit)s %(amount)s。") % told
        else:
            told["until"] = f"{step.until.normalize():f}"
            yield _("%(from)s 到 %(until)s %(unit)s的部分，每%(unit)s %(amount)s。") % told
            start = step.until


def _reduced(reduction: Reduction, price: Decimal | None) -> str:
    told = {"name": reduction.name, "percent": f"{reduction.percent:f}"}
    if not reduction.percent:
        return _("%(name)s的，不收。") % told
    if price is None:
        return _("%(name)s的，只收 %(percent)s%%。") % told
    return _("%(name)s的，收 %(amount)s。") % {**told, "amount": format_money(payable(price, reduction))}
