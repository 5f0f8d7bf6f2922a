"""What somebody is probably typing: names that hold it, or that begin so in pinyin or initials."""

from django.db import connection

from services import tokens
from services.searching.spelling import cut, normal, plain, syllables

MOST = 8
_LONGEST = 30  # characters; who has typed more needs no help
_STATEMENT = """
SELECT name FROM services_searchtopic, CAST(%s AS tsquery) AS asked
WHERE {column} @@ asked ORDER BY popularity DESC, length(plain), id LIMIT %s
"""


def suggest(text: str, *, limit: int = MOST) -> list[str]:
    """Return names of things for what was typed so far, the most used first (one query, two for a wrong character)."""
    asked = plain(text[:_LONGEST])
    if not asked:
        return []
    if asked.isascii():
        return _names("pinyin", _letters(asked), limit) or _by_words(text, limit)
    return _by_words(text, limit) or _by_sound(asked, limit)


def _letters(asked: str) -> str:
    wanted = [tokens.ts_query([f"i:{asked}", f"p:{asked}"], "|", marks="*")]
    sounds = cut(asked)
    if sounds and len(sounds) > 2:
        wanted.append(f"({tokens.ts_query(tokens.near_sounds(sounds), '&')})")
    return " | ".join(wanted)


def _by_words(text: str, limit: int) -> list[str]:
    words = tokens.query_words(normal(text[:_LONGEST]))
    return _names("words", tokens.ts_query(words, "&", marks="AB"), limit)


def _by_sound(asked: str, limit: int) -> list[str]:
    return _names("pinyin", tokens.ts_query(tokens.near_sounds(syllables(asked)), "&"), limit)


def _names(column: str, query: str, limit: int) -> list[str]:
    if not query:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(column=column), [query, 2 * limit])
        names = [row[0] for row in cursor.fetchall()]
    return list(dict.fromkeys(names))[:limit]
