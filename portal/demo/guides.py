"""Halls of the demonstration, and the windows of its items."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from identity.actor import SYSTEM
from identity.halls.actions import HallDetails, save_hall
from identity.halls.queries import halls_near
from identity.models import Hall
from portal.demo.catalogue import DemoCatalogue
from portal.demo.entries import CONTENT, Entry, read_entries, unique
from services.guides import actions

_WINDOW = re.compile(r"[一二三四五六]楼.*")


@transaction.atomic
def load(city: DemoCatalogue, *, content: Path = CONTENT) -> int:
    """Bring halls and windows in line with the content file; returns how many halls there are."""
    required = "key name department region address hours matches"
    entries = unique(
        read_entries(content / "halls.yaml", required=required, optional="directions phone position extended_days"),
        "key",
    )
    halls = [(entry, _hall(entry, city)) for entry in entries]
    for item in city.items.values():
        if item.current is None or item.windows.exists():
            continue
        place = item.current.hall_place
        found = [(hall.pk, _window(place)) for entry, hall in halls if entry.text("matches") in place]
        if found:
            actions.set_windows(SYSTEM, item_id=item.pk, windows=found[:2])
    return len(halls)


def _hall(entry: Entry, city: DemoCatalogue) -> Hall:
    department, region = city.departments[entry.text("department")], city.regions[entry.text("region")]
    hours = entry.texts("hours")
    if len(hours) != 7:
        raise entry.fail("hours are seven texts, Monday to Sunday")
    position = entry.texts("position")
    known = halls_near(region).filter(department=department, name=entry.text("name")).first()
    return save_hall(
        SYSTEM,
        hall_id=known.pk if known else None,
        details=HallDetails(
            department=department,
            region=region,
            name=entry.text("name"),
            address=entry.text("address"),
            directions=entry.text("directions"),
            phone=entry.text("phone"),
            latitude=Decimal(position[0]) if position else None,
            longitude=Decimal(position[1]) if position else None,
            hours=dict(enumerate(hours, 1)),
            special_days=_extended(entry.number("extended_days") or 0),
        ),
    )


def _extended(count: int) -> tuple[tuple[dt.date, str, str], ...]:
    """So many days from today around the clock: whoever tries the demonstration on a Sunday night finds a hall open."""
    today = timezone.localdate()
    return tuple((today + dt.timedelta(days=ahead), "0:00-24:00", "延时服务") for ahead in range(count))


def _window(place: str) -> str:
    found = _WINDOW.search(place.split("，", 1)[0])
    return found[0] if found else ""
