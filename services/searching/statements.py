"""The text of a search's statements. Only constants of this module are put together; values are parameters."""
# ruff: noqa: S608

_WEIGHTS = "{0.05, 0.1, 0.6, 1.0}"  # of D, C, B, A

ALL = "SELECT id, name, head_region_id, 0::float8 AS fit, 1::float8 AS care FROM services_searchtopic"
# Whole name, name, synonym, everyday words, guess, mention; nearness decides among these. ``care``: how much
# popularity counts. Most hits are settled by the short name, before the long list of words has to be read.
FITTING = f"""
    SELECT topic.id, topic.name, topic.head_region_id,
        CASE WHEN topic.plain = %(plain)s THEN 100
             WHEN topic.plain LIKE ALL(%(in_name)s::text[])
                  THEN 60 + 10 * starts_with(topic.plain, %(plain)s)::int
                     + 10 * least(1, length(%(plain)s) / greatest(1, length(topic.plain))::float8)
             WHEN topic.words @@ %(synonym)s::tsquery THEN greatest(60, guess.score)
             WHEN topic.words @@ %(in_everyday)s::tsquery
                  THEN 50 + 5 * ts_rank('{_WEIGHTS}', topic.words, %(strict)s::tsquery)
             WHEN guess.score IS NOT NULL THEN guess.score
             WHEN topic.words @@ %(maybe)s::tsquery THEN 45
             ELSE 10 + 10 * ts_rank('{_WEIGHTS}', topic.words, %(strict)s::tsquery) END AS fit,
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
_CHAIN = """
chain AS (
    SELECT id, parent_id FROM identity_region WHERE code = %(region)s
    UNION ALL SELECT region.id, region.parent_id FROM identity_region region JOIN chain ON region.id = chain.parent_id
)
"""
NEAREST = f"""
{_CHAIN},
offered AS (
    SELECT {_OFFERED}, max(place.level) OVER (PARTITION BY topic.id) AS nearest
    FROM topic JOIN services_searchplace place
    ON place.topic_id = topic.id AND place.region_id = ANY(ARRAY(SELECT id FROM chain)) WHERE {_SHOWN}
),
hit AS MATERIALIZED ({_HIT} WHERE level = nearest),
"""
_HEAD_PLACES = f"""
    SELECT {_OFFERED} FROM topic JOIN services_searchplace place
    ON place.topic_id = topic.id AND place.region_id = topic.head_region_id WHERE {_SHOWN}
"""
_DEPARTMENT_PLACES = f"""
    UNION ALL SELECT {_OFFERED} FROM topic JOIN services_searchplace place
    ON place.topic_id = topic.id AND place.department_name = %(department)s
    WHERE place.region_id IS DISTINCT FROM topic.head_region_id AND {_SHOWN}
"""
HEADS = f"offered AS ({_HEAD_PLACES}), hit AS MATERIALIZED ({_HIT}),"
OF_DEPARTMENT = f"offered AS ({_HEAD_PLACES}{_DEPARTMENT_PLACES}), hit AS MATERIALIZED ({_HIT}),"
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
_CHAIN_IDS = f"ANY(ARRAY(WITH RECURSIVE {_CHAIN} SELECT id FROM chain))"
# As NEAREST, for a list that is cut before everything was looked at.
SERVES = f"""
(place.region_id = {_CHAIN_IDS} AND NOT EXISTS (
    SELECT FROM services_searchplace nearer WHERE nearer.topic_id = place.topic_id AND nearer.is_shown
    AND nearer.region_id = {_CHAIN_IDS} AND nearer.level > place.level
))
"""
# For the list that is never counted: every implementation, the best topics' first.
LIST = f"""
WITH topic AS MATERIALIZED ({{topics}} ORDER BY fit DESC, id LIMIT 300)
SELECT place.item_id FROM topic JOIN services_searchplace place ON place.topic_id = topic.id
WHERE {_SHOWN} AND {{filters}}
ORDER BY topic.fit DESC, topic.id, place.popularity DESC, place.item_id LIMIT %(limit)s OFFSET %(offset)s
"""
LIST_ALL = f"""
SELECT place.item_id FROM services_searchplace place WHERE {_SHOWN} AND {{filters}}
ORDER BY place.popularity DESC, place.item_id LIMIT %(limit)s OFFSET %(offset)s
"""


def statement_of(topics: str, places: str) -> str:
    """Put the statement of a search together from one of the topic queries and one of the ways to places."""
    return f"WITH RECURSIVE topic AS MATERIALIZED ({topics}), {places} {_RESULT}"
