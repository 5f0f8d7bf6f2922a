"""The two statements of a search: which topics fit, and where they are offered.

First the few thousand topics are scored, then the fitting ones are joined to the implementations that serve the
region: of each topic those of the nearest level. Counts of all facets and the page come in the same statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from common.prepared import prepared_cursor
from services.searching.statements import (
    ALL,
    FITTING,
    HEADS,
    LIST,
    LIST_ALL,
    NEAREST,
    OF_DEPARTMENT,
    SERVES,
    statement_of,
)

GOOD = 50  # the least score of a topic that has the words in its name, its everyday words or by a synonym
_FILTERS = {
    "department": "place.department_name = %(department)s",
    "theme": "%(theme)s = ANY(place.themes)",
    "audience": "%(audience)s = ANY(place.audience)",
    "item_type": "place.item_type = %(item_type)s",
    "level": "place.level = %(level)s::int",
    "region": SERVES,
    "place": "place.region_id = (SELECT id FROM identity_region WHERE code = %(place)s)",
    "depth": "place.depth >= %(depth)s::int",
}
_FACETS = ("department", "theme", "audience", "type", "level")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; ``department`` is a name, ``theme`` a key like ``p010``, None means any.

    ``region`` is a code: who lives there is served there, or at the nearest level above that offers the thing.
    Without it each thing is shown once, at the highest level that offers it.
    """

    department: str | None = None
    theme: str | None = None
    audience: str | None = None
    item_type: str | None = None
    online: bool | None = None
    region: str | None = None
    level: int | None = None
    place: str | None = None  # a region's code: what is offered there itself; for lists without counts only
    depth: int | None = None  # as ``place``


@dataclass(frozen=True, slots=True)
class Fit:
    """What topics are looked for: tsqueries as text, None where there is none; ``guesses`` are topic → score."""

    plain: str = ""
    strict: str = ""
    in_name: tuple[str, ...] = ()  # parts that a name must hold
    in_everyday: str = ""
    synonym: str | None = None
    maybe: str | None = None
    guesses: Mapping[int, float] = field(default_factory=dict)

    @property
    def is_anything(self) -> bool:
        """Whether nothing was asked, so that everything fits."""
        return not self.strict


@dataclass(frozen=True, slots=True)
class Found:
    """One page in rank order, counts ``{facet: {key: count}}`` over all hits, and the best topic's score."""

    ids: list[UUID]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    best: int


def rank(fit: Fit, filters: Filters, *, limit: int, offset: int) -> Found:
    """Score, place, count and cut one page: one statement."""
    topics = ALL if fit.is_anything else FITTING
    parameters = {**_of_fit(fit), **_of_filters(filters), "limit": limit, "offset": offset}
    if filters.region is not None:
        places = NEAREST
    else:
        places = OF_DEPARTMENT if filters.department else HEADS
    statement = statement_of(topics, places)
    counts: dict[str, dict[str, int]] = {facet: {} for facet in _FACETS}
    single: dict[str, int] = {}
    page: list[tuple[int, UUID]] = []
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    for facet, key, count, item_id in rows:
        if facet == "page":
            page.append((count, item_id))
        elif key is None:
            single[facet] = count
        else:
            counts[facet][key] = count
    return Found([item_id for _place, item_id in sorted(page)], single["total"], counts, single["best"])


def list_places(fit: Fit, filters: Filters, *, limit: int, offset: int) -> list[UUID]:
    """Items of every region without counting: the best topics' first, each topic's by popularity; one statement."""
    chosen = [text for name, text in _FILTERS.items() if getattr(filters, name) is not None]
    template = LIST_ALL if fit.is_anything else LIST
    statement = template.format(topics=FITTING, filters=" AND ".join(["TRUE", *chosen]))
    parameters = {**_of_fit(fit), **_of_filters(filters), "limit": limit, "offset": offset}
    with connection.cursor() as cursor:  # put together from the filters given: too many sorts to keep
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]


def _of_fit(fit: Fit) -> dict[str, Any]:
    wanted: Sequence[str] = [query for query in (fit.strict, fit.synonym, fit.maybe) if query]
    return {
        "plain": fit.plain,
        "strict": fit.strict,
        "in_name": [f"%{part}%" for part in fit.in_name],
        "in_everyday": fit.in_everyday,
        "synonym": fit.synonym,
        "maybe": fit.maybe,
        "wanted": " | ".join(f"({query})" for query in wanted),
        "guesses": list(fit.guesses),
        "scores": list(fit.guesses.values()),
    }


def _of_filters(filters: Filters) -> dict[str, Any]:
    names = ("department", "theme", "audience", "item_type", "region", "place")
    texts = {name: (getattr(filters, name) or "").replace("\x00", "") for name in names}
    return {**texts, "online": filters.online, "level": filters.level, "depth": filters.depth}
