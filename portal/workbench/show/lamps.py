"""The lamps of a case in words: intake while it waits for an answer, then promise and statute."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.clock import Lamp, Reading
from cases.models import Case
from cases.queries import clocks, intake_clock
from cases.states import State
from common.workdays import WorkCalendar, for_regions


@dataclass(frozen=True, slots=True)
class ShownLamp:
    """One lamp: its name, colour word, text and last day."""

    name: str
    state: str
    text: str
    due_on: date | None = None

    @property
    def label(self) -> str:
        """Name and text together."""
        return _("%(name)s：%(text)s") % {"name": self.name, "text": self.text}


@dataclass(frozen=True, slots=True)
class Lamps:
    """What a case's clocks show; ``problem`` says why they show nothing."""

    lamps: list[ShownLamp]
    problem: str = ""


def calendars_for(cases: Iterable[Case]) -> dict[str, WorkCalendar]:
    """Load the calendars of the regions among these cases, in two queries."""
    codes = {case.department.region.code for case in cases}
    return for_regions(codes) if codes else {}


def lamps_of(case: Case, calendar: WorkCalendar) -> Lamps:
    """Read the lamps of a case with its region's calendar; none when nothing runs."""
    if case.state == State.SUBMITTED:
        reading = intake_clock(case, calendar=calendar)
        return Lamps([shown_lamp(_("受理"), reading, "W", _("五个工作日内答复"))])
    both = clocks(case, calendar=calendar)
    if both.problem:
        return Lamps([], both.problem)
    if case.accepted_on is None or case.state not in _RUNNING:
        return Lamps([])
    version = case.item_version
    return Lamps(
        [
            shown_lamp(_("承诺"), both.promise, version.promise_unit, _missing(version.promise_days)),
            shown_lamp(_("法定"), both.statute, version.statutory_unit, _missing(version.statutory_days)),
        ]
    )


_RUNNING = frozenset({State.ACCEPTED, State.IN_REVIEW, State.SUSPENDED})


def _missing(days: int | None) -> str:
    return _("没有时限") if days is None else _("到期日所在年份的工作日历还没有装载")


def shown_lamp(name: str, reading: Reading, unit: str, otherwise: str) -> ShownLamp:
    """A lamp in words; ``unit`` is W for working days, ``otherwise`` what stands there when nothing is read."""
    if reading.paused:
        return ShownLamp(name, Lamp.NONE, _("暂停计时"))
    if reading.remaining is None:
        return ShownLamp(name, Lamp.NONE, otherwise)
    days = abs(reading.remaining)
    words = {
        (True, True): _("已超 %(days)s 个工作日"),
        (True, False): _("已超 %(days)s 天"),
        (False, True): _("剩 %(days)s 个工作日"),
        (False, False): _("剩 %(days)s 天"),
    }
    if reading.remaining == 0:
        return ShownLamp(name, reading.lamp, _("今天到期"), reading.due_on)
    text = words[(reading.remaining < 0, unit == "W")] % {"days": days}
    return ShownLamp(name, reading.lamp, text, reading.due_on)
