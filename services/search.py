"""Finding items: the index of each item and the search over it, in PostgreSQL.

First every word must be found; when that gives few items, any word will do and the best matches follow.
Rank is ``ts_rank × ln(2 + popularity)``; a name counts most, then everyday words, then department and materials.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import prefetch_related_objects

from services import tokens
from services.models import ServiceItem

FEW = 5
_CHUNK = 500
_WEIGHTS = "{0.05, 0.1, 0.6, 1.0}"  # of D, C, B, A

_HITS = """
WITH query AS (SELECT %(wanted)s::tsquery AS wanted),
hit AS MATERIALIZED (
    SELECT item.id, item.department_name, item.item_type, version.audience,
           version.themes_person, version.themes_org, version.is_applicable_online,
           (%(department)s = '' OR item.department_name = %(department)s) AS in_department,
           (%(theme)s = '' OR {theme_column} ? %(theme_code)s) AS in_theme,
           (%(audience)s = '' OR version.audience ? %(audience)s) AS in_audience,
           (%(item_type)s = '' OR item.item_type = %(item_type)s) AS in_type,
           {score} AS score, item.name
    FROM services_serviceitem item
    JOIN services_itemversion version ON version.id = item.current_id
    CROSS JOIN query
    WHERE item.state = '1' AND {matches}
      AND (%(online)s::boolean IS NULL OR version.is_applicable_online = %(online)s::boolean)
),
kept AS (SELECT * FROM hit WHERE in_department AND in_theme AND in_audience AND in_type)
"""
_COUNTS = """{hits}
SELECT 'total' AS facet, '' AS key, count(*) FROM kept
UNION ALL SELECT 'department', department_name, count(*) FROM hit
    WHERE in_theme AND in_audience AND in_type GROUP BY 2
UNION ALL SELECT 'type', item_type, count(*) FROM hit
    WHERE in_department AND in_theme AND in_audience GROUP BY 2
UNION ALL SELECT 'audience', served, count(*) FROM hit, jsonb_array_elements_text(audience) served
    WHERE in_department AND in_theme AND in_type GROUP BY 2
UNION ALL SELECT 'theme', 'p' || theme, count(*) FROM hit, jsonb_array_elements_text(themes_person) theme
    WHERE in_department AND in_audience AND in_type GROUP BY 2
UNION ALL SELECT 'theme', 'o' || theme, count(*) FROM hit, jsonb_array_elements_text(themes_org) theme
    WHERE in_department AND in_audience AND in_type GROUP BY 2
"""
_PAGE = "{hits} SELECT id FROM kept ORDER BY score DESC, name, id LIMIT %(limit)s OFFSET %(offset)s"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; ``department`` is a name, ``theme`` a key like ``p010``, None means any."""

    department: str | None = None
    theme: str | None = None
    audience: str | None = None
    item_type: str | None = None
    online: bool | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of identifiers in rank order, with counts ``{facet: {key: count}}`` over all hits."""

    ids: list[UUID]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    is_relaxed: bool


def find(text: str, filters: Filters, *, limit: int, offset: int) -> Hits:
    """Search; an empty ``text`` lists everything by popularity. Two queries, three when few items hold every word."""
    words = tokens.query_words(text)
    if text.strip() and not words:
        return Hits([], 0, {}, is_relaxed=False)  # nothing but punctuation
    strict = tokens.ts_query(words, "&")
    query = {"wanted": strict, "strict": strict, **_parameters(filters)}
    counts = _count(query, filters, has_words=bool(words))
    total = counts.get("total", {}).get("", 0)
    is_relaxed = total < FEW and len(words) > 1
    if is_relaxed:
        query["wanted"] = tokens.ts_query(words, "|")
        counts = _count(query, filters, has_words=True)
        total = counts.get("total", {}).get("", 0)
    ids = []
    if total > offset:
        rows = _run(_PAGE, {**query, "limit": limit, "offset": offset}, filters, has_words=bool(words))
        ids = [row[0] for row in rows]
    return Hits(ids, total, counts, is_relaxed)


def find_page(text: str, filters: Filters, *, limit: int, offset: int) -> list[UUID]:
    """Search without counting: one page of identifiers in the order of :func:`find`; one query, two for many words."""
    words = tokens.query_words(text)
    if text.strip() and not words:
        return []
    strict = tokens.ts_query(words, "&")
    query = {"wanted": strict, "strict": strict, **_parameters(filters)}
    if len(words) > 1:
        first = _run(_PAGE, {**query, "limit": FEW, "offset": 0}, filters, has_words=True)
        if len(first) < FEW:
            query["wanted"] = tokens.ts_query(words, "|")
    rows = _run(_PAGE, {**query, "limit": limit, "offset": offset}, filters, has_words=bool(words))
    return [row[0] for row in rows]


def _count(query: Mapping[str, Any], filters: Filters, *, has_words: bool) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for facet, key, count in _run(_COUNTS, query, filters, has_words=has_words):
        counts.setdefault(facet, {})[key] = count
    return counts


def _run(template: str, query: Mapping[str, Any], filters: Filters, *, has_words: bool) -> list[tuple[Any, ...]]:
    """Run one of the two statements; only constants of this module are put into its text."""
    # Among items that hold only some of the words, how many they hold matters more than how popular they are.
    score = f"""ts_rank('{_WEIGHTS}', item.search, wanted) * ln(2 + item.popularity)
        + CASE WHEN wanted = %(strict)s::tsquery THEN 0 WHEN item.search @@ %(strict)s::tsquery THEN 1000
          ELSE 10 * ts_rank('{_WEIGHTS}', item.search, wanted) END"""
    hits = _HITS.format(
        theme_column="version.themes_org" if (filters.theme or "").startswith("o") else "version.themes_person",
        score=score if has_words else "item.popularity",
        matches="item.search @@ wanted" if has_words else "TRUE",
    )
    with connection.cursor() as cursor:
        cursor.execute(template.format(hits=hits), query)
        return cursor.fetchall()


def _parameters(filters: Filters) -> dict[str, Any]:
    clean = {
        name: (getattr(filters, name) or "").replace("\x00", "")
        for name in ("department", "theme", "audience", "item_type")
    }
    return {**clean, "theme_code": clean["theme"][1:], "online": filters.online}


def reindex(items: Iterable[ServiceItem]) -> int:
    """Write the search words of these items anew and return how many there were."""
    done = 0
    chunk: list[ServiceItem] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == _CHUNK:
            done += _write(chunk)
            chunk = []
    return done + _write(chunk)


def _write(items: list[ServiceItem]) -> int:
    if not items:
        return 0
    prefetch_related_objects(items, "current__materials", "department", "entry")
    rows = [(item.pk, tokens.vector(_texts(item)) or None) for item in items]
    statement = (
        "UPDATE services_serviceitem AS item SET search = words.search::tsvector "
        "FROM unnest(%s::uuid[], %s::text[]) AS words(id, search) WHERE item.id = words.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [[row[0] for row in rows], [row[1] for row in rows]])
    return len(items)


def _texts(item: ServiceItem) -> list[tuple[str, str]]:
    """Return the texts an item is found by, with their weights."""
    version = item.current
    if version is None:
        return []
    department = [item.department_name, item.department.short_name if item.department else ""]
    codes = [item.local_code, item.task_code or ""]
    return [
        ("A", version.name),
        ("B", " ".join([*version.synonyms, tokens.everyday_words(version.name)])),
        ("B", version.summary),
        ("C", " ".join([*department, version.result_name, *(material.name for material in version.materials.all())])),
        ("D", " ".join(codes)),
    ]
