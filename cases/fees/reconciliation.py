"""对账: the platform's statement of a day against what is recorded here. Nothing is corrected by it: people look."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from cases.fees import gateway
from cases.fees.errors import GatewayMissing
from cases.fees.gateway import StatementLine
from cases.fees.models import Payment, PaymentOrder, Reconciliation, Refund
from cases.models import Case

MISSING, EXTRA, DIFFERENT = "missing", "extra", "different"  # not in the statement; only there; another amount


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that does not match; amounts in yuan, empty where a side has none."""

    kind: str
    what: str  # pay or refund
    order: str
    transaction: str
    ours: str
    theirs: str
    department: str = ""  # id, empty when the order is not known here


def compare(
    ours: Iterable[StatementLine], theirs: Iterable[StatementLine]
) -> tuple[list[StatementLine], list[Difference]]:
    """What matches, and every difference; pure. The same transaction listed twice is extra the second time."""
    left = {(line.kind, line.transaction): line for line in ours}
    matched, found = [], []
    for line in theirs:
        own = left.pop((line.kind, line.transaction), None)
        if own is None:
            found.append(Difference(EXTRA, line.kind, line.order, line.transaction, "", f"{line.amount:.2f}"))
        elif (own.amount, own.order) != (line.amount, line.order):
            amounts = (f"{own.amount:.2f}", f"{line.amount:.2f}")
            found.append(Difference(DIFFERENT, line.kind, own.order, line.transaction, *amounts))
        else:
            matched.append(line)
    found += [
        Difference(MISSING, one.kind, one.order, one.transaction, f"{one.amount:.2f}", "") for one in left.values()
    ]
    return matched, found


def reconcile(day: dt.date) -> Reconciliation:
    """Compare a day and store the result in the place of an earlier one. Raises GatewayMissing or GatewayAway."""
    platform = gateway.chosen()
    if platform is None:
        raise GatewayMissing
    theirs = platform.statement(day=day)
    with transaction.atomic():
        matched, found = compare(_ours(day), theirs)
        known = _departments({one.order for one in found})
        differences = [{**asdict(one), "department": known.get(one.order, "")} for one in found]
        total = sum((one.amount if one.kind == "pay" else -one.amount for one in matched), Decimal(0))
        values = {"matched": len(matched), "total": total, "differences": differences}
        row, _made = Reconciliation.objects.update_or_create(day=day, defaults=values)
    return row


def _ours(day: dt.date) -> list[StatementLine]:
    start = dt.datetime.combine(day, dt.time(), ZoneInfo(settings.TIME_ZONE))
    period = (start, start + dt.timedelta(days=1))
    paid = Payment.objects.filter(way=Payment.Way.ONLINE, paid_at__gte=period[0], paid_at__lt=period[1])
    back = Refund.objects.filter(state=Refund.State.DONE, done_at__gte=period[0], done_at__lt=period[1])
    back = back.filter(payment__way=Payment.Way.ONLINE)
    return [
        *(StatementLine("pay", *row) for row in paid.values_list("order__number", "transaction", "amount")),
        *(
            StatementLine("refund", *row)
            for row in back.values_list("payment__order__number", "number", "payment__amount")
        ),
    ]


def _departments(numbers: set[str]) -> dict[str, str]:
    rows = PaymentOrder.objects.filter(number__in=numbers).values_list("number", "fee__case_id")
    cases = {case_id: number for number, case_id in rows}
    departments = dict(Case.objects.filter(pk__in=cases).values_list("pk", "department_id"))
    return {number: str(departments[case_id]) for number, case_id in rows}
