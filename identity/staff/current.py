"""Which holdings count today: the one place that says so."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from identity.models import PostHolding


def current(holdings: QuerySet[PostHolding]) -> QuerySet[PostHolding]:
    """Those that have begun and are not over; a substitute's ends with the holding it stands in for."""
    today = timezone.localdate()
    begun = holdings.filter(ended_at__isnull=True, starts_on__lte=today).exclude(ends_on__lt=today)
    return begun.filter(Q(substitute_for__isnull=True) | Q(substitute_for__ended_at__isnull=True)).exclude(
        substitute_for__ends_on__lt=today
    )
