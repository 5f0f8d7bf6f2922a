"""Regular expressions that staff write into data elements: only those that no text can make slow. Pure.

Python's matcher tries every way to spread a text over a pattern before it gives up, so what counts is how many ways
there are: they multiply with each repetition and each choice. The estimate here is never too low.
"""

import math
import re

MOST_WAYS = 10_000_000  # some tenths of a second at the very worst
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_GROUP = re.compile(r"\(([^()]*)\)")
_REPEAT = re.compile(r"[*+?]|\{([0-9]*)(,?)([0-9]*)\}", re.ASCII)


def is_safe(pattern: str, longest: int) -> bool:
    """Whether a pattern can be read and is quick for every text of at most ``longest`` characters.

    Groups are not repeated, looked around or referred back to: what they could say, nobody checks by eye.
    """
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    plain = _CLASS.sub("x", re.sub(r"\\[^1-9]", "x", pattern, flags=re.DOTALL))
    if "\\" in plain or "(?" in plain or re.search(r"\)[*+?{]", plain):
        return False
    return _choices(plain) * math.prod(_span(found, longest) for found in _REPEAT.finditer(plain)) <= MOST_WAYS


def _span(found: re.Match[str], longest: int) -> int:
    """How many lengths one repetition may have."""
    if found[0] in "*+":
        return longest + 1
    if found[0] == "?":
        return 2
    least = int(found[1] or 0)
    if not found[2]:
        return 1
    return max(min(int(found[3]), longest) if found[3] else longest, least) - least + 1


def _choices(plain: str) -> int:
    """How many ways through the alternatives there are."""
    ways = 1
    while groups := _GROUP.findall(plain):
        ways *= math.prod(inside.count("|") + 1 for inside in groups)
        plain = _GROUP.sub("x", plain)
    return ways * (plain.count("|") + 1)
