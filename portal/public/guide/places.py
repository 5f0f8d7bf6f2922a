"""Where it is done in person, and whether somebody is there now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from common.formatting import format_date
from common.workdays import WorkCalendar
from identity.halls.rules import Opening, format_spans, opening, week_lines
from identity.models import Hall
from services.models import ItemWindow

_SOON = 3  # special days shown
_MAP_SCHEMES = ("geo:", "https://")


@dataclass(frozen=True, slots=True)
class Place:
    """One hall as the guide shows it."""

    hall: Hall
    window: str
    is_open: bool
    now: str  # 现在开门，17:00 关门
    week: list[str]
    special: list[str]
    map_link: str


def places_of(windows: Sequence[ItemWindow], calendars: Mapping[str, WorkCalendar], now: dt.datetime) -> list[Place]:
    """The halls of an item; ``now`` is local time, ``calendars`` by region code."""
    places = []
    for row in windows:
        hall = row.hall
        state = opening(hall.hours, hall.special_days, now, calendars[hall.region.code])
        places.append(
            Place(
                hall,
                row.window,
                state.is_open,
                opening_words(state, now) if hall.hours else "",
                [
                    _("%(days)s %(hours)s") % {"days": _days(*line[:2]), "hours": line[2]}
                    for line in week_lines(hall.hours)
                ],
                _special(hall, now.date()),
                map_link(hall),
            )
        )
    return places


def _names() -> list[str]:
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]


def _days(first: int, last: int) -> str:
    names = _names()
    if first == last:
        return names[first - 1]
    return _("%(first)s至%(last)s") % {"first": names[first - 1], "last": names[last - 1]}


def opening_words(state: Opening, now: dt.datetime) -> str:
    """Say it: 现在开门，17:00 关门; 现在关门，明天 9:00 开门."""
    if state.is_open:
        words = _("现在开门，%(time)s 关门") % {"time": _clock(state.closes_at)}
    elif state.opens_at is None:
        words = _("现在关门，什么时候开门请打电话问")
    else:
        at = state.opens_at
        ahead = (at.date() - now.date()).days
        day = {0: _("今天"), 1: _("明天"), 2: _("后天")}.get(ahead)
        day = day or _("%(day)s（%(weekday)s）") % {"day": format_date(at.date()), "weekday": _names()[at.weekday()]}
        words = _("现在关门，%(day)s %(time)s 开门") % {"day": day, "time": _clock(at.strftime("%H:%M"))}
    if not state.is_certain:
        words += _("（这一年的节假日还没有公布，去之前请打电话问）")
    return words


def _clock(text: str) -> str:
    return text.removeprefix("0") if text[:1] == "0" and text[1:2] != ":" else text


def _special(hall: Hall, today: dt.date) -> list[str]:
    coming = [one for one in hall.special_days if one["day"] >= today.isoformat()]
    return [
        "，".join(
            filter(
                None,
                [
                    format_date(dt.date.fromisoformat(one["day"])),
                    format_spans(one["spans"]) or _("不开门"),
                    one.get("note", ""),
                ],
            )
        )
        for one in coming[:_SOON]
    ]


def map_link(hall: Hall) -> str:
    """An address that a map opens, by the site's ``MAP_LINK``; empty without a position or for another scheme."""
    if hall.latitude is None or hall.longitude is None:
        return ""
    link = settings.MAP_LINK.replace("{latitude}", str(hall.latitude)).replace("{longitude}", str(hall.longitude))
    return str(link) if link.startswith(_MAP_SCHEMES) else ""
