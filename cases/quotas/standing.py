"""How it stands with an item of which only so many are granted: places, what is used, who waits."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from cases.models import Case
from cases.quotas.queue import Line, line_of
from cases.states import Outcome
from cases.visibility import visible_to
from certificates.models import Certificate
from common.workdays import for_region
from identity.actor import Actor
from services.models import ServiceItem
from services.quotas import Quota, quota_of
from services.standing import as_of

_SHOWN = 5  # cases ahead that are named
_TAKES_A_PLACE = (Certificate.State.VALID, Certificate.State.SUSPENDED)  # 暂扣 ends no permit


@dataclass(frozen=True, slots=True)
class Standing:
    """``ahead`` counts what was accepted before a case and is not decided; of an item, all that is not decided."""

    quota: Quota
    used: int
    ahead: int

    @property
    def free(self) -> int | None:
        """Places left; None where nobody knows how many there are."""
        return None if self.quota.places is None else max(self.quota.places - self.used, 0)

    @property
    def is_full(self) -> bool:
        """Whether there is no place, in whichever order it is decided."""
        return self.free == 0

    @property
    def is_turn(self) -> bool:
        """Whether a case may be granted: a place is left when everything accepted earlier has got one."""
        if self.is_full or not self.quota.is_by_turn:
            return not self.is_full
        return self.ahead == 0 if self.free is None else self.ahead < self.free


def standing_of(case: Case) -> Standing | None:
    """How it stands with a case; None for an item without a limit (no query then).

    A limit that came after the case began does not hold it: a case keeps the version it started on. Of a limit that it
    began under, what is in force today counts: one that was lifted or raised is lifted or raised for all.
    """
    quota = quota_held_by(case)
    return standing_under(quota, case) if quota else None


def standing_under(quota: Quota, case: Case) -> Standing:
    """How it stands with a case under the limit that holds for it."""
    ahead = line_of_case(case).before(case).count() if quota.is_by_turn else 0
    return Standing(quota, used(quota, item_id=case.item_id, department_id=case.department_id), ahead)


def standing_of_item(item: ServiceItem) -> Standing | None:
    """How it stands with an item from :func:`services.queries.get_known_item`; None without a limit (no query then)."""
    quota = quota_of(item.current)
    if quota is None:
        return None
    ahead = line_of(item.pk, for_region(item.region.code)).cases.count()
    return Standing(quota, used(quota, item_id=item.pk, department_id=item.department_id), ahead)


def quota_held_by(case: Case) -> Quota | None:
    """The limit that holds for a case today; None for most cases (no query then)."""
    if not case.item_version.quota_order:
        return None
    item = ServiceItem.objects.select_related("current").get(pk=case.item_id)
    return quota_of(as_of(item, timezone.localdate()).current)


def line_of_case(case: Case) -> Line:
    """The line that a case stands in."""
    return line_of(case.item_id, for_region(case.department.region.code))


def used(quota: Quota, *, item_id: UUID, department_id: Any) -> int:
    """How many places are taken; 0 where nothing is counted."""
    if quota.places is None:
        return 0
    if quota.is_of_year:
        granted = Case.objects.filter(item_id=item_id, outcome=Outcome.APPROVED)
        return granted.filter(decided_at__gte=_new_year()).count()
    today = timezone.localdate()
    in_force = Certificate.objects.filter(type_id=quota.type_id, issuer_id=department_id, state__in=_TAKES_A_PLACE)
    return in_force.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today)).count()


def _new_year() -> dt.datetime:
    """The first moment of this year, by the city's clock."""
    return timezone.localtime().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def first_ahead(actor: Actor, case: Case) -> list[Case]:
    """The first few cases accepted before one, as far as this actor may know of them."""
    before = line_of_case(case).before(case)
    return list(before.filter(pk__in=visible_to(actor).values("pk"))[:_SHOWN])
