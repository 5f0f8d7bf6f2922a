"""Reads about fees."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.fees.errors import FeeNotFound
from cases.fees.models import FeeNotice, Payment, PaymentOrder, Reconciliation, Refund
from cases.models import Case
from identity.actor import Actor
from identity.permissions import Permission

_OLDEST = dt.timedelta(days=7)  # an order is asked after for so long


def is_settled(case_id: UUID) -> bool:
    """Whether a case owes nothing (any more)."""
    return not FeeNotice.objects.filter(case_id=case_id, state=FeeNotice.State.UNPAID).exists()


@dataclass(frozen=True, slots=True)
class FeeGlance:
    """What a page that only mentions a fee shows of it."""

    pk: UUID
    state: FeeNotice.State
    total: Decimal


def glances_at(case: Case) -> list[FeeGlance]:
    """The fees of a case that :func:`cases.queries.get_case` returned, in short (no query)."""
    return [
        FeeGlance(UUID(row["pk"]), FeeNotice.State(row["state"]), Decimal(row["total"])) for row in _glances(case) or []
    ]


def _glances(case: Case) -> list[dict[str, str]] | None:
    found: list[dict[str, str]] | None = getattr(case, "fee_glances", None)
    return found


def fees_of(case: Case) -> list[FeeNotice]:
    """The fees of a case its reader may see, with their payments (three queries, none where the case says so)."""
    if _glances(case) == []:
        return []
    fees = FeeNotice.objects.filter(case=case).select_related("notice").prefetch_related("payments__refunds")
    return list(fees)


def get_fee(case: Case, fee_id: UUID) -> FeeNotice:
    """One fee of a case its reader may see. Raises :class:`FeeNotFound`."""
    found = next((fee for fee in fees_of(case) if fee.pk == fee_id), None)
    if found is None:
        raise FeeNotFound
    return found


def last_order(fee: FeeNotice) -> PaymentOrder | None:
    """The newest order of a fee."""
    return PaymentOrder.objects.filter(fee=fee).first()


def orders_to_ask_for(*, before: dt.datetime, limit: int = 200) -> list[UUID]:
    """Open orders that the platform was told of before a moment: their answer may have been lost."""
    open_orders = PaymentOrder.objects.filter(state=PaymentOrder.State.OPEN, created_at__lt=before)
    recent = open_orders.exclude(pay_url="").filter(created_at__gte=timezone.now() - _OLDEST)
    return list(recent.order_by("updated_at").values_list("pk", flat=True)[:limit])


def refunds_to_send(*, before: dt.datetime, limit: int = 200) -> list[UUID]:
    """Approved refunds that the platform has not done yet."""
    waiting = Refund.objects.filter(state=Refund.State.APPROVED, decided_at__lt=before)
    return list(waiting.order_by("id").values_list("pk", flat=True)[:limit])


def departments_of(actor: Actor) -> frozenset[UUID]:
    """Where this post may see payments: as a decider or a supervisor."""
    if not actor.is_staff:
        return frozenset()
    return frozenset(actor.departments(Permission.DECIDE) | actor.departments(Permission.SUPERVISE))


def refunds_for(actor: Actor) -> QuerySet[Refund]:
    """Refunds of the departments this post decides for or takes in for: what waits first, then the newest."""
    if not actor.is_staff:
        return Refund.objects.none()
    own = actor.departments(Permission.DECIDE) | actor.departments(Permission.COUNTER)
    rows = Refund.objects.filter(payment__fee__case__department_id__in=own)
    return rows.select_related("payment__fee__case__item_version").order_by("state", "-id")


def surplus_for(actor: Actor) -> QuerySet[Payment]:
    """Money that arrived when nothing was owed any more and that nobody has proposed to pay back: a task."""
    if not actor.is_staff:
        return Payment.objects.none()
    own = actor.departments(Permission.DECIDE) | actor.departments(Permission.COUNTER)
    live = Refund.objects.filter(~Q(state=Refund.State.REJECTED), payment=OuterRef("pk"))
    rows = Payment.objects.filter(is_surplus=True, fee__case__department_id__in=own).exclude(Exists(live))
    return rows.select_related("fee__case__item_version").order_by("id")


def reconciliations(actor: Actor) -> QuerySet[Reconciliation]:
    """Days that were compared, newest first."""
    return Reconciliation.objects.all() if departments_of(actor) else Reconciliation.objects.none()
