"""The events people are told of. Each room declares its own at start-up, with the words they begin with."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("zh-hans", "en")
# What may stand in words that leave the site: a number that says nothing without signing in, and days.
OUTSIDE_FIELDS = frozenset({"number", "day", "days"})
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Group(StrEnum):
    """What people switch on and off."""

    LEGAL = "legal"
    PROGRESS = "progress"
    REMINDER = "reminder"


GROUP_NAMES: dict[Group, str | Promise] = {
    Group.LEGAL: _("文书和决定"),
    Group.PROGRESS: _("办理进展"),
    Group.REMINDER: _("提醒"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Title, the text in the inbox, and the brief text that leaves the site."""

    title: str
    body: str
    brief: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One event: ``fields`` are what its texts may name, ``words`` the texts by language.

    ``recipients`` gives the persons to tell, from the id of what the event is about; it is asked when they are told,
    so somebody whose mandate ended meanwhile is not. An urgent one rings at night too.
    """

    code: str
    name: str | Promise
    group: Group
    fields: frozenset[str]
    words: dict[str, Words]
    recipients: Callable[[UUID], Iterable[UUID]]
    is_urgent: bool = False


_kinds: dict[str, Kind] = {}


def declare(*kinds: Kind) -> None:
    """Add a room's events; declaring one again replaces it."""
    _kinds.update({kind.code: kind for kind in kinds})


def find(code: str) -> Kind | None:
    """The event with this code, if any room has it."""
    return _kinds.get(code)


def every() -> list[Kind]:
    """All events, in the order of their declaration."""
    return list(_kinds.values())


def places_in(text: str) -> set[str]:
    """The names of the placeholders in a text."""
    return set(_PLACE.findall(text))


def has_stray_braces(text: str) -> bool:
    """Whether braces are left that are no placeholder."""
    return bool(set("{}") & set(_PLACE.sub("", text)))


def fill(text: str, values: dict[str, str]) -> str:
    """Put values in their places; what has none stays out."""
    return _PLACE.sub(lambda found: values.get(found.group(1), ""), text)
