"""The order of acceptance among the undecided cases of an item (行政许可法第五十七条).

A case stands by its day of acceptance, on the same day by the moment, at the same moment by its number. What counts as
accepted since its receipt (第三十二条第一款第四项) stands by the day and moment of that receipt, whether the sweep has
written it down or not; after a correction, of the receipt of the last piece. A special procedure keeps its place.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case as Either
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases import clock
from cases.models import Case, CaseEvent
from cases.states import Action, State
from common.workdays import UnknownYear, WorkCalendar

_ACCEPTED = (State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED)
_SINCE_RECEIPT = Q(state=State.SUBMITTED) | Q(is_deemed_accepted=True)
_CORRECTED = CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.CORRECT).order_by("-created_at")
_RECEIVED_AT = Coalesce(Subquery(_CORRECTED.values("created_at")[:1]), F("submitted_at"))
_ANSWERED_IN = 60  # days; five working days have passed before, whatever holidays there are


@dataclass(frozen=True, slots=True)
class Line:
    """The undecided cases of one item. ``silent_until``: what was received by then counts as accepted."""

    item_id: UUID
    silent_until: dt.date | None

    @property
    def cases(self) -> QuerySet[Any]:
        """Everything accepted and not decided, first come first."""
        accepted = Q(state__in=_ACCEPTED)
        if self.silent_until:
            accepted |= Q(state=State.SUBMITTED, received_on__lte=self.silent_until)
        return _placed(Case.objects.filter(accepted, item_id=self.item_id)).order_by("place_on", "place_at", "number")

    def before(self, case: Case) -> QuerySet[Case]:
        """What was accepted before a case; before one that nobody has accepted yet, everything."""
        others = self.cases.exclude(pk=case.pk)
        own = self.cases.filter(pk=case.pk).values_list("place_on", "place_at", "number").first()
        if own is None:
            return others
        on, at, number = own
        same_day, same_moment = Q(place_on=on), Q(place_on=on, place_at=at)
        return others.filter(
            Q(place_on__lt=on) | (same_day & Q(place_at__lt=at)) | (same_moment & Q(number__lt=number))
        )


def line_of(item_id: UUID, calendar: WorkCalendar) -> Line:
    """The line of an item as it stands today."""
    return Line(item_id, silent_until(calendar, timezone.localdate()))


def _placed(cases: QuerySet[Case]) -> QuerySet[Any]:
    return cases.annotate(
        place_on=Either(When(_SINCE_RECEIPT, then=F("received_on")), default=F("accepted_on")),
        place_at=Either(When(_SINCE_RECEIPT, then=_RECEIVED_AT), default=F("accepted_at")),
    )


def silent_until(calendar: WorkCalendar, today: dt.date) -> dt.date | None:
    """The last day of receipt whose five working days are over; None in a year without calendar data: never guessed."""
    days = (today - dt.timedelta(days=ago) for ago in range(1, _ANSWERED_IN))
    try:
        return next((day for day in days if clock.is_silence_over(day, today, calendar)), None)
    except UnknownYear:
        return None
