"""What a case owes by its item's rules, with the reduction that costs the applicant least.

A line is ``{name, standard, basis, quantity, unit, gross, reduction, reduction_basis, amount}``, amounts as text.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q, prefetch_related_objects

from cases.fees.errors import QuantityMissing
from cases.models import Case
from certificates.models import Certificate
from services.charging import MOST, Charging, Moment, Reduction, gross, parse, payable

Line = dict[str, str]


def lines_of(case: Case, moment: Moment, *, today: dt.date) -> list[Line]:
    """The lines a case owes at a moment, in the item's order. Raises :class:`QuantityMissing`."""
    return [_line(case, fee, charging, today) for fee, charging in _due(case, moment)]


def foreseen(cases: Sequence[Case], *, today: dt.date) -> list[tuple[Case, Line]]:
    """What cases would owe as they are filled in now, for who is about to submit them; lines tell their ``moment`` too.

    A line whose quantity cannot be counted yet has no ``amount``. The fee notice counts anew and is what holds.
    """
    prefetch_related_objects([case.item_version for case in cases], "fees")
    return [
        (case, {**_foreseen(case, fee, charging, today), "moment": charging.moment.value})
        for case in cases
        for moment in Moment
        for fee, charging in _due(case, moment)
    ]


def _foreseen(case: Case, fee: Any, charging: Charging, today: dt.date) -> Line:
    try:
        return _line(case, fee, charging, today)
    except QuantityMissing:
        return {"name": fee.name, "standard": fee.standard, "basis": fee.basis, "amount": ""}


def total_of(lines: list[Line]) -> Decimal:
    """The sum of the lines."""
    return sum((Decimal(line["amount"]) for line in lines), Decimal("0.00"))


def _due(case: Case, moment: Moment) -> Iterator[tuple[Any, Charging]]:
    for fee in case.item_version.fees.all():
        charging = parse(fee.charging)
        if charging is not None and charging.moment == moment:
            yield fee, charging


def _line(case: Case, fee: Any, charging: Charging, today: dt.date) -> Line:
    quantity = _quantity(case, charging)
    total = gross(charging, quantity)
    entitled = [one for one in charging.reductions if _is_entitled(case, one, today)]
    reduction = min(entitled, key=lambda one: one.percent, default=None)
    amount = payable(total, reduction)
    if amount > MOST:
        raise QuantityMissing(key=charging.quantity)
    return {
        "name": fee.name,
        "standard": fee.standard,
        "basis": fee.basis,
        "quantity": "" if quantity is None else f"{quantity.normalize():f}",
        "unit": charging.unit,
        "gross": str(payable(total, None)),
        "reduction": reduction.name if reduction else "",
        "reduction_basis": reduction.basis if reduction else "",
        "amount": str(amount),
    }


def _quantity(case: Case, charging: Charging) -> Decimal | None:
    if not charging.quantity:
        return None
    answer = str(_answer(case, charging.quantity)).strip()
    try:
        number = Decimal(answer or 0)  # not asked in this situation: none
    except InvalidOperation as error:
        raise QuantityMissing(key=charging.quantity) from error
    if not number.is_finite() or not 0 <= number <= MOST:
        raise QuantityMissing(key=charging.quantity)
    return number


def _answer(case: Case, key: str) -> Any:
    if key in case.situation:
        return case.situation[key]
    return case.answers.get(key, {}).get("value", "")


def _is_entitled(case: Case, reduction: Reduction, today: dt.date) -> bool:
    """Whether everything that the reduction rests on is so: the answer, and a valid certificate of the applicant."""
    if reduction.key and str(_answer(case, reduction.key)) != reduction.value:
        return False
    if not reduction.certificate:
        return True
    valid = Certificate.objects.filter(holder_id=case.applicant_id, type__key=reduction.certificate)
    term = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    return valid.filter(term, state=Certificate.State.VALID).exists()


def words_of(line: Line) -> str:
    """A line as the notice prints it."""
    parts = [f"{line['name']}：{line['amount']} 元", f"标准：{line['standard']}", f"依据：{line['basis']}"]
    if line["quantity"]:
        parts.insert(1, f"数量：{line['quantity']} {line['unit']}")
    if line["reduction"]:
        parts.append(f"原应缴 {line['gross']} 元，因{line['reduction']}减免，依据：{line['reduction_basis']}")
    return "；".join(parts)
