"""The two statements of a search: which topics fit, and where they are offered.

First the few thousand topics are scored, then the fitting ones are joined to the implementations that serve the
region: of each topic those of the nearest level. Counts of all facets and the page come in the same statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

WEIGHTS = "{0.05, 0.1, 0.6, 1.0}"  # of D, C, B, A
GOOD = 50  # the least score of a topic that has the words in its name, its everyday words or by a synonym

_ALL = "SELECT id, name, head_region_id, 0::float8 AS fit, 1::float8 AS care FROM services_searchtopic"
# Whole name, name, synonym, everyday words, guess, mention; nearness decides among these. ``care``: how much
# popularity counts. Most hits are settled by the short name, before the long list of words has to be read.
_FITTING = f"""
    SELECT topic.id, topic.name, topic.head_region_id,
        CASE WHEN topic.plain = %(plain)s THEN 100
             WHEN topic.plain LIKE ALL(%(in_name)s::text[])
                  THEN 60 + 10 * starts_with(topic.plain, %(plain)s)::int
                     + 10 * least(1, length(%(plain)s) / greatest(1, length(topic.plain))::float8)
             WHEN topic.words @@ %(synonym)s::tsquery THEN 60
             WHEN topic.words @@ %(in_everyday)s::tsquery
                  THEN 50 + 10 * ts_rank('{WEIGHTS}', topic.words, %(strict)s::tsquery)
             WHEN guess.score IS NOT NULL THEN guess.score
             WHEN topic.words @@ %(maybe)s::tsquery THEN 45
             ELSE 10 + 10 * ts_rank('{WEIGHTS}', topic.words, %(strict)s::tsquery) END AS fit,
        CASE WHEN guess.score IS NULL THEN 1 ELSE 0.25 END AS care
    FROM services_searchtopic topic
    LEFT JOIN unnest(%(guesses)s::bigint[], %(scores)s::float8[]) AS guess(id, score) ON guess.id = topic.id
    WHERE topic.words @@ %(wanted)s::tsquery OR topic.id = ANY(%(guesses)s::bigint[])
"""
_OFFERED = """
    topic.id, topic.name, topic.fit, topic.care, place.item_id, place.department_name, place.item_type, place.audience,
    place.themes, place.level, place.popularity, place.is_online, place.depth
"""
_HIT = """
    SELECT item_id, name, fit, department_name, item_type, audience, themes, level,
        fit + care * (1.4 * ln(2 + popularity) + 2 * is_online::int + 0.2 * depth) AS score,
        (%(department)s = '' OR department_name = %(department)s) AS in_department,
        (%(theme)s = '' OR %(theme)s = ANY(themes)) AS in_theme,
        (%(audience)s = '' OR %(audience)s = ANY(audience)) AS in_audience,
        (%(item_type)s = '' OR item_type = %(item_type)s) AS in_type,
        (%(level)s::int IS NULL OR level = %(level)s::int) AS in_level
    FROM offered
"""
_SHOWN = "place.is_shown AND (%(online)s::boolean IS NULL OR place.is_online = %(online)s::boolean)"
# A region has one region above it at each level, so the nearest has the greatest level number.
_NEAREST = f"""
chain AS (
    SELECT id, parent_id FROM identity_region WHERE code = %(region)s
    UNION ALL SELECT region.id, region.parent_id FROM identity_region region JOIN chain ON region.id = chain.parent_id
),
offered AS (
    SELECT {_OFFERED}, max(place.level) OVER (PARTITION BY topic.id) AS nearest
    FROM topic JOIN services_searchplace place
    ON place.topic_id = topic.id AND place.region_id = ANY(ARRAY(SELECT id FROM chain)) WHERE {_SHOWN}
),
hit AS MATERIALIZED ({_HIT} WHERE level = nearest),
"""
_HEADS = f"""
    SELECT {_OFFERED} FROM topic JOIN services_searchplace place
    ON place.topic_id = topic.id AND place.region_id = topic.head_region_id WHERE {_SHOWN}
"""
_OF_DEPARTMENT = f"""
    UNION ALL SELECT {_OFFERED} FROM topic JOIN services_searchplace place
    ON place.topic_id = topic.id AND place.department_name = %(department)s
    WHERE place.region_id IS DISTINCT FROM topic.head_region_id AND {_SHOWN}
"""
_RESULT = """
kept AS (SELECT * FROM hit WHERE in_department AND in_theme AND in_audience AND in_type AND in_level)
SELECT 'total' AS facet, NULL AS key, count(*), NULL::uuid AS item_id FROM kept
UNION ALL SELECT 'best', NULL, coalesce(max(fit), 0)::bigint, NULL FROM hit
UNION ALL SELECT 'department', department_name, count(*), NULL FROM hit
    WHERE in_theme AND in_audience AND in_type AND in_level GROUP BY 2
UNION ALL SELECT 'type', item_type, count(*), NULL FROM hit
    WHERE in_department AND in_theme AND in_audience AND in_level GROUP BY 2
UNION ALL SELECT 'audience', served, count(*), NULL FROM hit, unnest(audience) served
    WHERE in_department AND in_theme AND in_type AND in_level GROUP BY 2
UNION ALL SELECT 'theme', theme, count(*), NULL FROM hit, unnest(themes) theme
    WHERE in_department AND in_audience AND in_type AND in_level GROUP BY 2
UNION ALL SELECT 'level', level::text, count(*), NULL FROM hit
    WHERE in_department AND in_theme AND in_audience AND in_type GROUP BY 2
UNION ALL (SELECT 'page', NULL, row_number() OVER (ORDER BY score DESC, name, item_id), item_id FROM kept
    ORDER BY 3 LIMIT %(limit)s OFFSET %(offset)s)
"""
# For the list that is never counted: every implementation, the best topics' first.
_LIST = f"""
WITH topic AS MATERIALIZED ({{topics}} ORDER BY fit DESC, id LIMIT 300)
SELECT place.item_id FROM topic JOIN services_searchplace place ON place.topic_id = topic.id
WHERE {_SHOWN} AND {{filters}}
ORDER BY topic.fit DESC, topic.id, place.popularity DESC, place.item_id LIMIT %(limit)s OFFSET %(offset)s
"""
_LIST_ALL = f"""
SELECT place.item_id FROM services_searchplace place WHERE {_SHOWN} AND {{filters}}
ORDER BY place.popularity DESC, place.item_id LIMIT %(limit)s OFFSET %(offset)s
"""
_FILTERS = {
    "department": "place.department_name = %(department)s",
    "theme": "%(theme)s = ANY(place.themes)",
    "audience": "%(audience)s = ANY(place.audience)",
    "item_type": "place.item_type = %(item_type)s",
    "level": "place.level = %(level)s::int",
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
    topics = _ALL if fit.is_anything else _FITTING
    parameters = {**_of_fit(fit), **_of_filters(filters), "limit": limit, "offset": offset}
    if filters.region is not None:
        places = _NEAREST
    else:
        heads = f"{_HEADS}{_OF_DEPARTMENT if filters.department else ''}"
        places = f"offered AS ({heads}), hit AS MATERIALIZED ({_HIT}),"
    statement = f"WITH RECURSIVE topic AS MATERIALIZED ({topics}), {places} {_RESULT}"  # noqa: S608 constants
    counts: dict[str, dict[str, int]] = {facet: {} for facet in _FACETS}
    single: dict[str, int] = {}
    page: list[tuple[int, UUID]] = []
    for facet, key, count, item_id in _run(statement, parameters):
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
    template = _LIST_ALL if fit.is_anything else _LIST
    statement = template.format(topics=_FITTING, filters=" AND ".join(["TRUE", *chosen]))
    parameters = {**_of_fit(fit), **_of_filters(filters), "limit": limit, "offset": offset}
    return [row[0] for row in _run(statement, parameters)]


def _run(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


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
    names = ("department", "theme", "audience", "item_type", "region")
    texts = {name: (getattr(filters, name) or "").replace("\x00", "") for name in names}
    return {**texts, "online": filters.online, "level": filters.level}
