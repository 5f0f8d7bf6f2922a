"""Which slots of a hall are still free for an item: read together, reckoned by the rules."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cases.counter import rules
from cases.counter.days import open_spans
from cases.counter.models import Appointment, CounterDay, HallCounter, SlotPlan
from common.workdays import WorkCalendar, for_region
from services.models import ServiceItem

COUNTED = (Appointment.State.BOOKED, Appointment.State.ARRIVED, Appointment.State.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a plan on a day, with how many places are left."""

    plan: SlotPlan
    starts_at: dt.datetime
    ends_at: dt.datetime
    left: int

    @property
    def key(self) -> str:
        """How a form names it: the plan and the minute it begins."""
        return f"{self.plan.pk}|{self.starts_at:%Y-%m-%dT%H:%M}"


def plans_for(counter: HallCounter, item: ServiceItem) -> QuerySet[SlotPlan]:
    """The plans of a hall that take an item; one made for the item itself or its department comes first."""
    fit = Q(item=item) | Q(item__isnull=True, department_id=item.department_id) | Q(item=None, department=None)
    return SlotPlan.objects.filter(fit, hall_id=counter.hall_id, is_active=True).order_by("item", "department", "pk")


def times_of(plan: SlotPlan, day: dt.date, counter: HallCounter, calendar: WorkCalendar) -> list[tuple[int, int]]:
    """The slots of a plan on a day, in minutes since midnight; none on days off, by plan, hall or calendar."""
    is_valid = plan.valid_from <= day and (plan.valid_to is None or day <= plan.valid_to)
    if not is_valid or day.isoweekday() not in plan.weekdays:
        return []
    return rules.slot_minutes(plan.spans, plan.minutes, open_spans(counter.hall, day, calendar))


def free_slots(counter: HallCounter, item: ServiceItem, now: dt.datetime) -> dict[dt.date, list[Slot]]:
    """Every slot from ``now`` (local) to the hall's horizon by day, full ones too (five queries).

    A slot that has begun can be booked until it ends; a day on which the hall was closed has none.
    """
    last = now.date() + dt.timedelta(days=counter.days_ahead)
    plans = list(plans_for(counter, item))
    taken = _taken(plans, now.date(), last)
    rows = CounterDay.objects.filter(hall_id=counter.hall_id, day__range=(now.date(), last), closed_at__isnull=False)
    closed = set(rows.values_list("day", flat=True))
    calendar = for_region(counter.hall.region.code)
    found: dict[dt.date, list[Slot]] = {}
    for ahead in range(counter.days_ahead + 1):
        day = now.date() + dt.timedelta(days=ahead)
        if day in closed:
            continue
        slots = [slot for plan in plans for slot in _slots(plan, day, counter, calendar, taken) if slot.ends_at > now]
        if slots:
            found[day] = sorted(slots, key=lambda slot: slot.starts_at)
    return found


def _slots(
    plan: SlotPlan,
    day: dt.date,
    counter: HallCounter,
    calendar: WorkCalendar,
    taken: dict[tuple[object, dt.datetime], int],
) -> Iterable[Slot]:
    zone = timezone.get_current_timezone()
    for begin, end in times_of(plan, day, counter, calendar):
        starts_at = rules.at(day, begin, zone)
        left = max(plan.quota - taken.get((plan.pk, starts_at), 0), 0)
        yield Slot(plan, starts_at, rules.at(day, end, zone), left)


def _taken(plans: list[SlotPlan], first: dt.date, last: dt.date) -> dict[tuple[object, dt.datetime], int]:
    rows = Appointment.objects.filter(plan__in=plans, day__range=(first, last), state__in=COUNTED)
    counts = rows.order_by().values_list("plan_id", "starts_at").annotate(count=Count("pk"))
    return {(plan, starts_at): count for plan, starts_at, count in counts}
