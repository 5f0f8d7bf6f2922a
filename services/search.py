"""Finding items: the door to :mod:`services.searching`.

A question is matched with topics by its words and the synonyms for them. Only when no topic has them in its name or
everyday words, those that sound or look alike are guessed (:mod:`services.searching.guessing`).
"""

from dataclasses import dataclass, replace
from uuid import UUID

from services.searching import guessing
from services.searching.indexing import reindex
from services.searching.questions import Meanings, Question, meanings, official_query, read
from services.searching.ranking import GOOD, Filters, Fit, Found, list_places, rank

__all__ = ["Filters", "Hits", "find", "find_page", "reindex"]


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found. ``is_relaxed``: guesses are among it; ``did_you_mean``: the phrase that was meant."""

    found: Found
    is_relaxed: bool
    did_you_mean: str


_NOTHING = Hits(Found([], 0, {}, 0), is_relaxed=False, did_you_mean="")


def find(text: str, filters: Filters, *, limit: int, offset: int) -> Hits:
    """Search; an empty ``text`` lists everything by popularity.

    One statement for nothing asked, two for words that are found (synonyms, page), up to five with guesses.
    """
    question = read(text)
    if not question.words:
        if text.strip():
            return _NOTHING  # nothing but punctuation
        return Hits(rank(Fit(), filters, limit=limit, offset=offset), is_relaxed=False, did_you_mean="")
    meant = meanings(question)
    fit = _fit(question, synonym=official_query(meant.whole))
    found = rank(fit, filters, limit=limit, offset=offset)
    if found.best >= GOOD:
        return Hits(found, is_relaxed=False, did_you_mean="")
    guesses = guessing.guess(question)
    if not guesses.topics and not meant.by_sound and not meant.partly:
        return Hits(found, is_relaxed=False, did_you_mean="")
    fit = _with_guesses(question, meant, guesses.topics)
    found = rank(fit, filters, limit=limit, offset=offset)
    return Hits(found, is_relaxed=True, did_you_mean=guesses.did_you_mean if found.total else "")


def find_page(text: str, filters: Filters, *, limit: int, offset: int) -> list[UUID]:
    """Items of every region without counting, the best first: one statement for nothing asked, up to five else."""
    question = read(text)
    if not question.words:
        return [] if text.strip() else list_places(Fit(), filters, limit=limit, offset=offset)
    meant = meanings(question)
    fit = _fit(question, synonym=official_query(meant.whole))
    if not list_places(fit, Filters(), limit=1, offset=0):
        fit = _with_guesses(question, meant, guessing.guess(question).topics)
    return list_places(fit, filters, limit=limit, offset=offset)


def _fit(question: Question, *, synonym: str) -> Fit:
    return Fit(
        plain=question.plain,
        strict=question.strict,
        in_name=question.parts,
        in_everyday=question.in_weights("AB"),
        synonym=synonym or None,
    )


def _with_guesses(question: Question, meant: Meanings, topics: dict[int, float]) -> Fit:
    fit = _fit(question, synonym=official_query([*meant.whole, *meant.by_sound]))
    return replace(fit, guesses=topics, maybe=official_query(meant.partly) or None)
