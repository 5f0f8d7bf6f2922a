"""Counters of the demonstration's halls: windows, and slots on every day a hall is open."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from cases.counter.models import HallCounter, PriorityGroup
from cases.counter.setup_actions import (
    CounterSettings,
    PlanDetails,
    WindowDetails,
    save_counter,
    save_plan,
    save_window,
)
from identity.actor import SYSTEM
from identity.models import Hall
from portal.demo.catalogue import DemoCatalogue
from portal.demo.entries import CONTENT, Entry, read_entries


@transaction.atomic
def load(city: DemoCatalogue, *, content: Path = CONTENT) -> int:
    """Open the counters that are not there yet, after the staff; returns how many are new."""
    entries = read_entries(content / "counters.yaml", required="hall post windows slots")
    return sum(_open(entry, city) for entry in entries)


def _open(entry: Entry, city: DemoCatalogue) -> bool:
    hall = Hall.objects.get(name=entry.text("hall"))
    if HallCounter.objects.filter(hall=hall).exists():
        return False
    settings = CounterSettings(is_open=True, priority_groups=list(PriorityGroup.values))
    save_counter(SYSTEM, hall_id=hall.pk, settings=settings)
    department, _slash, name = entry.text("post").partition("/")
    post = city.posts[department, name]
    for row in entry.entries("windows", required="number name", optional="departments"):
        served = [city.departments[key] for key in row.texts("departments")]
        details = WindowDetails(number=row.text("number"), name=row.text("name"), post=post, departments=served)
        save_window(SYSTEM, hall_id=hall.pk, details=details)
    slots = entry.entry("slots", required="hours minutes quota")
    plan = PlanDetails(
        spans=slots.text("hours"),
        minutes=slots.number("minutes") or 0,
        quota=slots.number("quota") or 0,
        weekdays=range(1, 8),
        valid_from=timezone.localdate(),
    )
    save_plan(SYSTEM, hall_id=hall.pk, details=plan)
    return True
