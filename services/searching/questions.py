"""What was asked: its words, the synonyms in it, and how it sounds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from common.prepared import prepared_cursor
from services import tokens
from services.searching.likeness import Spoken
from services.searching.spelling import LONGEST, cut, normal, plain, syllables

_LONGEST_TERM = 20
_FILLERS = re.compile(
    "请问|我要|我想|想要|怎么样|怎么办理|怎么办|怎么|如何|怎样|需要什么材料|需要什么手续|需要哪些材料|需要什么|要什么|"
    "在哪里|在哪|哪里|可以吗|一家|一个|[吗呢]$|^[想要]"
)
_TERMS = """
SELECT term, stands_for, term = ANY(%(parts)s) FROM services_synonym
WHERE term = ANY(%(parts)s) OR pinyin = %(pinyin)s OR initials = %(pinyin)s ORDER BY length(term) DESC, term
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready for the index. ``words`` are in the way of :func:`services.tokens.query_words`."""

    plain: str  # everything that was asked, for the comparison with whole names
    asked: str  # without what people say around it
    words: tuple[str, ...]

    @property
    def strict(self) -> str:
        """Every word."""
        return tokens.ts_query(self.words, "&")

    @property
    def parts(self) -> tuple[str, ...]:
        """The plain parts of what was asked, between spaces and signs."""
        return tuple(dict.fromkeys(run for _is_han, run in tokens.runs(self.asked)))

    def in_weights(self, marks: str) -> str:
        """Every word, where the index gives it one of these weights."""
        return tokens.ts_query(self.words, "&", marks=marks)


@dataclass(frozen=True, slots=True)
class Meanings:
    """Official words for a question: ``whole`` when a synonym is all of it; ``partly`` and ``by_sound`` are guesses."""

    whole: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    by_sound: tuple[str, ...] = ()


def read(text: str) -> Question:
    """Read a question; only its first :data:`LONGEST` characters count."""
    cleaned = normal(text[:LONGEST])
    asked = _FILLERS.sub(" ", cleaned)
    if not plain(asked):
        asked = cleaned
    return Question(plain(cleaned), asked, tuple(tokens.query_words(asked)))


def meanings(question: Question) -> Meanings:
    """Look up the synonyms that a question is, holds or sounds like (one query)."""
    core = plain(question.asked)
    if not core:
        return Meanings()
    sound = "".join(syllables(core[:_LONGEST_TERM]))
    with prepared_cursor() as cursor:
        cursor.execute(_TERMS, {"parts": list(_parts({core, question.plain})), "pinyin": sound})
        rows = cursor.fetchall()
    whole, partly, by_sound = [], [], []
    for term, stands_for, is_spelt in rows:
        if not is_spelt:
            by_sound += stands_for
        elif term in {core, question.plain}:
            whole += stands_for
        else:
            partly += [*(core.replace(term, official) for official in stands_for), *stands_for]
    return Meanings(*(tuple(dict.fromkeys(found)) for found in (whole, partly, by_sound)))


def _parts(texts: Iterable[str]) -> set[str]:
    """All that could be a term: two characters or more, or the whole."""
    found = set()
    for text in texts:
        found |= {
            text[start:end]
            for start in range(len(text))
            for end in range(start + 2, min(len(text), start + _LONGEST_TERM) + 1)
        } | {text}
    return found


def official_query(texts: Iterable[str]) -> str:
    """Return a ``tsquery``: a name with every word of one of these texts."""
    queries = [tokens.ts_query(tokens.query_words(text), "&", marks="A") for text in texts]
    return " | ".join(f"({query})" for query in dict.fromkeys(queries) if query)


def spoken(question: Question) -> Spoken:
    """Return how a question sounds; letters that are pinyin become syllables without characters."""
    core = plain(question.asked)
    syllabic = cut(core)
    if syllabic:
        return Spoken([""] * len(syllabic), syllabic)
    return Spoken(list(core), syllables(core))
