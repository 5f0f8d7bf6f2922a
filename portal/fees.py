"""A fee as both surfaces show it."""

from decimal import Decimal
from typing import Any

from cases.fees.models import FeeNotice, Payment

TONES = {
    FeeNotice.State.UNPAID: "amber",
    FeeNotice.State.PAID: "jade",
    FeeNotice.State.WAIVED: "jade",
    FeeNotice.State.CANCELLED: "plain",
    FeeNotice.State.REFUNDED: "plain",
}


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
