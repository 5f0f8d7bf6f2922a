"""A fee as both surfaces show it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.fees import calculation
from cases.fees.models import FeeNotice, Payment
from cases.models import Case

TONES = {
    FeeNotice.State.UNPAID: "amber",
    FeeNotice.State.PAID: "jade",
    FeeNotice.State.WAIVED: "jade",
    FeeNotice.State.CANCELLED: "plain",
    FeeNotice.State.REFUNDED: "plain",
}


def foreseen_fees(cases: Sequence[Case]) -> dict[str, Any] | None:
    """What cases about to be submitted will cost: lines with amounts as numbers and their sum, None for nothing.

    The sum is None while a line cannot be counted.
    """
    lines = []
    for case, line in calculation.foreseen(cases, today=timezone.localdate()):
        amounts = {key: Decimal(line[key]) if line.get(key) else None for key in ("amount", "gross")}
        lines.append({**line, **amounts, "item": case.item_version.name if len(cases) > 1 else ""})
    if not lines:
        return None
    counted = [line["amount"] for line in lines if line["amount"] is not None]
    return {"lines": lines, "total": sum(counted, Decimal()) if len(counted) == len(lines) else None}


def fee_row(fee: FeeNotice) -> dict[str, Any]:
    """A fee as pages show it: its lines with amounts as numbers, its state, what was paid."""
    lines = [{**line, "amount": Decimal(line["amount"]), "gross": Decimal(line["gross"])} for line in fee.lines]
    counted: list[Payment] = [one for one in fee.payments.all() if not one.is_surplus]
    return {
        "fee": fee,
        "lines": lines,
        "tone": TONES[FeeNotice.State(fee.state)],
        "payment": counted[0] if counted else None,
        "surplus": [one for one in fee.payments.all() if one.is_surplus],
        "is_unpaid": fee.state == FeeNotice.State.UNPAID,
    }
