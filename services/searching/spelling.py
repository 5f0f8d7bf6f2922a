"""One spelling for what people type and what the catalogue says: simplified, lower case, and as it sounds."""

import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

LONGEST = 60  # characters of a question that count; a whole pasted paragraph would only slow the index down
_MOST_LETTERS = 40  # of pinyin that are cut into syllables
_SOFT = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def load_dictionaries() -> None:
    """Read what the other functions look things up in, so that nobody's first question waits for it."""
    syllables(normal("辦"))
    known_syllables()


def normal(text: str) -> str:
    """Return the text in full: NFKC, simplified characters, case folded, without NUL and lone surrogates."""
    flat = unicodedata.normalize("NFKC", text).replace("\x00", " ").casefold().encode(errors="ignore").decode()
    return str(_simplifier().convert(flat)) if any(character > "\u2e7f" for character in flat) else flat


def plain(text: str) -> str:
    """Return the normal text without spaces and punctuation: what names and questions are compared by."""
    return "".join(character for character in normal(text) if character.isalnum())


@lru_cache(maxsize=20_000)
def syllables(text: str) -> tuple[str, ...]:
    """Return one syllable for each Chinese character of a plain text, without tones; other letters one by one."""
    from pypinyin import lazy_pinyin  # its dictionaries are large: only who asks for sounds reads them

    sounds = lazy_pinyin(text, errors=" ".join)
    return tuple(part.replace("ü", "v") for sound in sounds for part in sound.split(" ") if part)


@lru_cache(maxsize=1_000)
def soft(syllable: str) -> str:
    """Return a syllable without what many speakers do not tell apart: zh/z, ch/c, sh/s, l/n, -ng/-n."""
    for hard, mild in _SOFT:
        if syllable.startswith(hard):
            syllable = mild + syllable[2:]
            break
    if len(syllable) > 1 and syllable[0] == "n":
        syllable = f"l{syllable[1:]}"
    return syllable[:-1] if syllable.endswith("ng") else syllable


def initials(sounds: tuple[str, ...]) -> str:
    """Return the first letters of syllables: ``kfg`` of kai fan guan."""
    return "".join(sound[0] for sound in sounds if sound)


@cache
def known_syllables() -> frozenset[str]:
    """All syllables that a character of the dictionary has, without tones."""
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    flat = {to_normal(reading).replace("ü", "v") for reading in readings}
    return frozenset(sound for sound in flat if sound.isascii() and sound.isalpha() and _is_regular(sound))


def _is_regular(sound: str) -> bool:
    """Leave out interjections without a vowel (hm, ng), which would cut any row of letters into pieces."""
    return any(vowel in sound for vowel in "aeiouv") and (len(sound) > 1 or sound in "aeo")


def cut(letters: str) -> tuple[str, ...] | None:
    """Cut typed pinyin into syllables, the fewest there can be; None when it is no pinyin.

    The last part may be the beginning of a syllable, as while typing (``shipinji`` → shi pin ji).
    """
    if not letters.isascii() or not letters.isalpha() or len(letters) > _MOST_LETTERS:
        return None
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            part = letters[start:end]
            if before is None or not (part in known_syllables() or (end == len(letters) and _begins(part))):
                continue
            current = best[end]
            if current is None or len(before) + 1 < len(current):
                best[end] = (*before, part)
    return best[-1]


@lru_cache(maxsize=4_000)
def _begins(part: str) -> bool:
    return any(sound.startswith(part) for sound in known_syllables())
