"""Which holdings count today: the one place that says so, and the lock that keeps one while its holder acts."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from common.written import Given, written
from identity.actor import Actor
from identity.models import PostHolding
from identity.staff.errors import HoldingEnded


def current(holdings: QuerySet[PostHolding], today: dt.date | Given | None = None) -> QuerySet[PostHolding]:
    """Those that have begun and are not over; a substitute's ends with the holding it stands in for."""
    today = today or timezone.localdate()
    begun = holdings.filter(ended_at__isnull=True, starts_on__lte=today).exclude(ends_on__lt=today)
    return begun.filter(Q(substitute_for__isnull=True) | Q(substitute_for__ended_at__isnull=True)).exclude(
        substitute_for__ends_on__lt=today
    )


def hold(actor: Actor) -> None:
    """Keep the holding under which a member of staff acts from ending before the act is done; others pass.

    Belongs into the act's transaction. Raises :class:`HoldingEnded` when it ended, or was switched away from, since
    the page was opened.
    """
    if not actor.is_staff or actor.holding_id is None:
        return
    if not _held(actor.holding_id, timezone.localdate()):
        raise HoldingEnded


@written
def _held(holding_id: Given, today: Given) -> QuerySet[PostHolding]:
    mine = PostHolding.objects.filter(pk=holding_id, account__is_active=True, is_active=True)
    return current(mine, today).order_by().only("pk").select_for_update(of=("self",), no_key=True)
