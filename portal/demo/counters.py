"""Counters of the demonstration's halls: windows, slots on every day a hall is open, and people who wait."""

from contextlib import suppress
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from cases.counter import queries
from cases.counter.booking_actions import book
from cases.counter.models import HallCounter, PriorityGroup, Ticket
from cases.counter.setup_actions import (
    CounterSettings,
    PlanDetails,
    WindowDetails,
    save_counter,
    save_plan,
    save_window,
)
from cases.counter.ticket_actions import Wanted, take_at_kiosk
from cases.terminal.setup_actions import save_terminal
from common.errors import DomainError
from identity.actor import PUBLIC, SYSTEM, Actor
from identity.models import Hall
from portal.demo.catalogue import DemoCatalogue
from portal.demo.entries import CONTENT, Entry, read_entries
from portal.demo.people import Cast


@transaction.atomic
def load(city: DemoCatalogue, cast: Cast, *, content: Path = CONTENT) -> int:
    """Open the counters that are not there yet, after the staff, and let people wait where nobody came today;
    returns how many counters are new.
    """
    entries = read_entries(content / "counters.yaml", required="hall post windows slots", optional="line")
    opened = sum(_open(entry, city) for entry in entries)
    for entry in entries:
        _line_up(entry, city, cast)
    return opened


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
    for number in (1, 2):
        save_terminal(SYSTEM, hall_id=hall.pk, name=f"{number} 号自助终端")
    return True


def _line_up(entry: Entry, city: DemoCatalogue, cast: Cast) -> None:
    hall = Hall.objects.get(name=entry.text("hall"))
    counter = HallCounter.objects.select_related("hall__region").get(hall=hall)
    if not counter.is_open or Ticket.objects.filter(hall=hall, day=timezone.localdate()).exists():
        return
    with suppress(DomainError), transaction.atomic():  # who tries it out may have closed the hall or changed its rules
        for row in entry.entries("line", required="", optional="phone group person item"):
            phone = row.text("phone")
            if "person" in row:
                phone = cast.persons[row.text("person")].phone or ""
                _book_now(cast.actor(row.text("person")), counter, city, row.text("item"))
            wanted = Wanted(phone=phone, group=row.text("group"))
            take_at_kiosk(PUBLIC, kiosk_key=counter.kiosk_key, wanted=wanted)


def _book_now(actor: Actor, counter: HallCounter, city: DemoCatalogue, name: str) -> None:
    item = next(item for item in city.items.values() if item.name == name)
    free = [slot for slots in queries.slots_of(counter, item).values() for slot in slots if slot.left]
    if free:
        book(actor, item_id=item.pk, hall_id=counter.hall_id, plan_id=free[0].plan.pk, starts_at=free[0].starts_at)
