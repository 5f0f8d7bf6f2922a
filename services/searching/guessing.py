"""When the words themselves find nothing good: topics that sound alike or are spelt nearly so, nearest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from common.prepared import prepared_cursor
from services import tokens
from services.searching.likeness import Likeness, Spoken, alike, alike_initials, pairs_of
from services.searching.questions import Question, spoken
from services.searching.spelling import plain

_CANDIDATES = 24
_LEAST = 0.5  # likeness below which a guess would only be noise
_BELOW_BEST = 0.3
_SURE = 0.6  # likeness from which "did you mean" is asked
_REORDERED = 0.8
_MOST_INITIALS = 20
_SOUNDING = """
SELECT id, phrases, sounds FROM services_searchtopic, CAST(%s AS tsquery) AS asked
WHERE pinyin @@ asked ORDER BY ts_rank('{0, 0, 0.6, 1.0}', pinyin, asked) DESC, popularity DESC, id LIMIT %s
"""
_BY_INITIALS = """
SELECT id, phrases, sounds FROM services_searchtopic
WHERE pinyin @@ CAST(%s AS tsquery) ORDER BY popularity DESC, id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Topics with scores as :class:`services.searching.ranking.Fit` takes them, and the phrase that was meant."""

    topics: dict[int, float]
    did_you_mean: str


NONE = Guesses({}, "")


def guess(question: Question) -> Guesses:
    """Find what sounds or looks like the question (one query, two for letters that may be pinyin or initials)."""
    core = plain(question.asked)
    near: dict[int, Likeness] = {}
    asked = spoken(question)
    if len(asked.sounds) > 1 and not (core.isascii() and asked.letters[0]):
        rows = _run(_SOUNDING, tokens.sound_query(asked.sounds))
        pairs = pairs_of(core)
        _keep(near, ((row[0], _best(_nearer(asked, pairs, *pair) for pair in _pairs(row))) for row in rows))
    if core.isascii() and core.isalpha() and 2 <= len(core) <= _MOST_INITIALS:
        rows = _run(_BY_INITIALS, tokens.ts_query([f"i:{core}"], "|", marks="*"))
        _keep(near, ((row[0], _best(alike_initials(core, *pair) for pair in _pairs(row))) for row in rows))
    return _chosen(near, core)


def _nearer(asked: Spoken, pairs: frozenset[str], phrase: str, sounds: tuple[str, ...]) -> Likeness:
    """Align, or where the words stand in another order, count the pairs of characters both have."""
    aligned = alike(asked, phrase, sounds)
    shared = len(pairs & pairs_of(phrase)) / len(pairs) if pairs else 0.0
    return max(aligned, Likeness(_REORDERED * shared, phrase), key=lambda one: one.score)


def _run(statement: str, query: str) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, [query, _CANDIDATES])
        return cursor.fetchall()


def _pairs(row: tuple[Any, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(phrase, tuple(sounds.split(" "))) for phrase, sounds in zip(row[1], row[2], strict=True)]


def _best(found: Iterable[Likeness]) -> Likeness:
    return max(found, key=lambda one: one.score, default=Likeness(0.0, ""))


def _keep(near: dict[int, Likeness], found: Iterable[tuple[int, Likeness]]) -> None:
    for topic_id, likeness in found:
        if likeness.score > near.get(topic_id, Likeness(0.0, "")).score:
            near[topic_id] = likeness


def _chosen(near: dict[int, Likeness], core: str) -> Guesses:
    if not near:
        return NONE
    best = _best(near.values())
    floor = max(_LEAST, best.score - _BELOW_BEST)
    topics = {topic_id: 20 + 60 * one.score for topic_id, one in near.items() if one.score >= floor}
    is_worth_asking = best.score >= _SURE and best.part != core and bool(topics)
    return Guesses(topics, best.part if is_worth_asking else "")
