"""Regions by code, by the words of an address, and one level at a time; never the whole tree (700,000 in the state)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from identity.models import Region

DEEPEST = Region.Level.TOWNSHIP  # what an address picks from; a village is part of its text
_ENDINGS = re.compile(r"[省市区县旗州盟道镇乡]")
_WRITTEN = 40  # characters of an address in which its regions stand
_MOST_NAMES = 80
_UP = "parent__parent__parent__parent"


@dataclass(frozen=True, slots=True)
class Place:
    """A region with those above it: codes and names from the province down."""

    code: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    level: int

    @property
    def name(self) -> str:
        """Its own name."""
        return self.names[-1]


@dataclass(frozen=True, slots=True)
class Book:
    """The places that some addresses speak of."""

    places: Mapping[str, Place] = field(default_factory=dict)

    def read(self, text: str) -> tuple[Place, str] | None:
        """Split a written address into its place, a county at least, and the rest; None where that is not certain."""
        found = [hit for hit in self._starts(text) if hit[0].level >= Region.Level.COUNTY]
        if not found:
            return None
        deepest = max(found, key=lambda hit: (hit[1], hit[0].level))
        same = {hit[0].code for hit in found if (hit[1], hit[0].level) == (deepest[1], deepest[0].level)}
        rest = text[deepest[1] :].strip(" ，,")
        return (deepest[0], rest) if len(same) == 1 and rest else None

    def _starts(self, text: str) -> list[tuple[Place, int]]:
        """(place, characters read) of every way to read the beginning; it may leave the province out."""
        ways = [(place, len(place.name)) for place in self.places.values() if text.startswith(place.name)]
        for place, offset in ways:  # grows while it is walked: each step goes one region deeper
            for next_one in self.places.values():
                below = place.code in next_one.codes[-3:-1]  # a level may be skipped: 市辖区 is never written
                if below and text.startswith(next_one.name, offset):
                    ways.append((next_one, offset + len(next_one.name)))
        return ways


def book_of(codes: Iterable[str] = (), texts: Iterable[str] = ()) -> Book:
    """Look up regions in force by code and by the names that may stand in written addresses; one query, or none."""
    wanted = {code for code in codes if code.isascii() and code.isdigit() and len(code) <= 12}
    names = {name for text in texts for name in _names_in(text)}
    if not wanted and not names:
        return Book()
    rows = Region.objects.filter(Q(code__in=wanted) | Q(name__in=names), is_active=True, level__lte=DEEPEST)
    return Book({row.code: _place(row) for row in rows.select_related(_UP)})


def _names_in(text: str) -> set[str]:
    """Every piece of the beginning of an address that may be a region's name."""
    ends = [match.end() for match in _ENDINGS.finditer(text[:_WRITTEN])]
    starts = [0, *ends]
    pieces = [text[start:end] for start in starts for end in ends if 2 <= end - start <= 20]
    return {piece for piece in pieces[:_MOST_NAMES] if piece.isprintable()}  # no other one is a name, or can be asked


def _place(row: Region) -> Place:
    chain: list[Region] = []
    region: Region | None = row
    while region is not None:
        chain.insert(0, region)
        region = region.parent
    return Place(row.code, tuple(one.code for one in chain), tuple(one.name for one in chain), int(row.level))


def children_of(parents: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """The choices of a level, as (code, name): under ``""`` the roots, under each given code its children. One query.

    Regions no longer in force are left out, and so are villages: they are part of an address's text.
    """
    wanted = set(parents)
    rows = Region.objects.filter(Q(parent=None) | Q(parent__code__in=wanted), is_active=True, level__lte=DEEPEST)
    below: dict[str, list[tuple[str, str]]] = {}
    for code, name, parent in rows.order_by("code").values_list("code", "name", "parent__code"):
        below.setdefault(parent or "", []).append((code, name))
    return below
