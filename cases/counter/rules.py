"""Who is called next, which slots there are, who is late and who is blocked: pure, no database."""

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

NO_SHOW_WINDOW = 90  # days that are looked back for appointments not kept
_EARLY_MINUTES = 60  # tickets are given so long before a hall opens
_DAY = 24 * 60
_WAYS = {18: "id_number", 11: "phone", 8: "code"}  # GB 11643, mainland mobile numbers, this room's codes


@dataclass(frozen=True, slots=True)
class Standing:
    """A waiting ticket as the line sees it; ``due_at`` is an appointment's time, ``wanted`` a window it was sent to."""

    pk: UUID
    number: int
    line_at: dt.datetime
    is_priority: bool = False
    due_at: dt.datetime | None = None
    item: UUID | None = None
    department: UUID | None = None
    wanted: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What a window serves: nothing named is everything."""

    pk: UUID
    departments: frozenset[UUID] = frozenset()
    items: frozenset[UUID] = frozenset()


def serves(window: Reach, ticket: Standing) -> bool:
    """Whether a window may call a ticket. Whoever only has a question is answered at every window."""
    if ticket.wanted is not None:
        return ticket.wanted == window.pk
    if not window.departments and not window.items:
        return True
    if ticket.item is None and ticket.department is None:
        return True
    return ticket.item in window.items or ticket.department in window.departments


def standing_order(ticket: Standing, now: dt.datetime) -> tuple[int, dt.datetime, int]:
    """Sort key: sent from another window, priority, appointments whose time has come, walk-ins, those who are early."""
    if ticket.wanted is not None:
        return 0, ticket.line_at, ticket.number
    if ticket.is_priority:
        return 1, ticket.line_at, ticket.number
    if ticket.due_at is None:
        return 3, ticket.line_at, ticket.number
    return (2 if ticket.due_at <= now else 4), ticket.due_at, ticket.number


def line_for(window: Reach, waiting: Iterable[Standing], now: dt.datetime) -> list[Standing]:
    """The tickets a window may call, in the order it calls them."""
    return sorted((one for one in waiting if serves(window, one)), key=lambda one: standing_order(one, now))


def ahead_of(ticket: Standing, waiting: Iterable[Standing], windows: Iterable[Reach], now: dt.datetime) -> int:
    """How many are called before ``ticket`` at the windows that serve it."""
    fit = [window for window in windows if serves(window, ticket)]
    mine = standing_order(ticket, now)
    return sum(
        one.pk != ticket.pk and standing_order(one, now) < mine and any(serves(window, one) for window in fit)
        for one in waiting
    )


def expected_minutes(ahead: int, *, windows: int, minutes_each: int) -> int:
    """How long somebody waits with ``ahead`` before them at ``windows`` staffed windows (one at least is reckoned)."""
    return math.ceil(ahead / max(windows, 1)) * minutes_each


def is_late(ends_at: dt.datetime, now: dt.datetime, *, late_minutes: int) -> bool:
    """Whether an appointment has lost its place: so many minutes after the end of its slot."""
    return now > ends_at + dt.timedelta(minutes=late_minutes)


def blocked_until(missed: Collection[dt.date], today: dt.date, *, limit: int, block_days: int) -> dt.date | None:
    """The last day on which nothing can be booked, None for who may book.

    ``limit`` appointments not kept within 90 days block for ``block_days`` after the last of them; 0 blocks nobody.
    """
    if not missed or limit == 0:
        return None
    latest = max(missed)
    if sum((latest - day).days < NO_SHOW_WINDOW for day in missed) < limit:
        return None
    until = latest + dt.timedelta(days=block_days)
    return until if until >= today else None


def way_of(value: str) -> str:
    """What a number typed or read from a card is, by its length: ``id_number``, ``phone``, ``code``, or nothing."""
    plain = re.sub(r"[\s-]", "", value)
    return _WAYS.get(len(plain.removeprefix("+86")), "")


def minutes_of(clock: str) -> int:
    """Minutes since midnight of ``"09:30"``; ``"24:00"`` is the end of the day."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def at(day: dt.date, minutes: int, zone: dt.tzinfo) -> dt.datetime:
    """The moment so many minutes after midnight of ``day``."""
    return dt.datetime.combine(day, dt.time(0), tzinfo=zone) + dt.timedelta(minutes=minutes)


def slot_minutes(
    spans: Sequence[Sequence[str]], minutes: int, open_spans: Sequence[Sequence[str]]
) -> list[tuple[int, int]]:
    """The slots of a plan on a day, in minutes since midnight: those that lie wholly inside the hall's hours."""
    hours = [(minutes_of(start), minutes_of(end)) for start, end in open_spans]
    slots = []
    for first, last in ((minutes_of(start), minutes_of(end)) for start, end in spans):
        for begin in range(first, last - minutes + 1, minutes):
            if any(start <= begin and begin + minutes <= end for start, end in hours):
                slots.append((begin, begin + minutes))
    return slots


def is_giving(open_spans: Sequence[Sequence[str]], now: dt.datetime) -> bool:
    """Whether a hall gives tickets at ``now`` (local): from an hour before it opens until it closes for the day."""
    if not open_spans:
        return False
    clock = now.hour * 60 + now.minute
    return minutes_of(open_spans[0][0]) - _EARLY_MINUTES <= clock < min(minutes_of(open_spans[-1][1]), _DAY)
