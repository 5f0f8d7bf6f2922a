"""Large headings as vector pictures: heavier than the one weight the printing fonts have, and always fitting."""

import math
from functools import lru_cache
from html import escape

SERIF = "OneStop Serif, Songti SC, Noto Serif CJK SC, Source Han Serif SC, SimSun, serif"
ASCENT, DESCENT, LEADING = 0.9, 0.25, 1.3  # of one em


@lru_cache(maxsize=256)
def headline_svg(
    text: str, *, width: float, height: float, size: float, colour: str = "#111", spacing: float = 0.0
) -> str:
    """Set `text` in heavy song type, centred in `width` × `height` millimetres, as one ``<svg>`` element.

    `size` is the wanted height of a character in millimetres and `spacing` the gap between characters in em.
    Text that does not fit is set smaller or in two lines, whichever keeps it larger. Empty text gives "".
    """
    text = text.strip()
    if not text:
        return ""
    rows, em = max(
        (_fit(rows, width=width, height=height, size=size, spacing=spacing) for rows in _layouts(text)),
        key=lambda fitted: (round(fitted[1], 2), -len(fitted[0])),
    )
    step = em * LEADING
    first = (height - em * (ASCENT + DESCENT) - step * (len(rows) - 1)) / 2 + em * ASCENT
    body = "".join(
        f'<text x="{width / 2:g}" y="{first + index * step:.2f}" text-anchor="middle" '
        f'letter-spacing="{em * spacing:.2f}" font-family="{SERIF}" font-size="{em:.2f}" fill="{colour}" '
        f'stroke="{colour}" stroke-width="{em * 0.028:.3f}" stroke-linejoin="round">{escape(row)}</text>'
        for index, row in enumerate(rows)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="headline" role="img" aria-label="{escape(text)}" '
        f'width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}">{body}</svg>'
    )


def _layouts(text: str) -> list[tuple[str, ...]]:
    """One line, or two: broken before a bracket when that is not lopsided, else in the middle."""
    middle = math.ceil(len(text) / 2)
    bracket = text.find("（")
    cut = bracket if len(text) * 0.4 <= bracket <= len(text) * 0.75 else middle
    return [(text,), (text[:cut], text[cut:])] if len(text) > 1 else [(text,)]


def _fit(
    rows: tuple[str, ...], *, width: float, height: float, size: float, spacing: float
) -> tuple[tuple[str, ...], float]:
    """The rows and the largest character height (mm, at most `size`) at which they fit."""
    by_width = width / (max(_ems(row) for row in rows) * (1 + spacing))
    by_height = height / (ASCENT + DESCENT + LEADING * (len(rows) - 1))
    return rows, min(size, by_width, by_height)


def _ems(text: str) -> float:
    """Width in em: Latin letters and digits take about half of a Chinese character."""
    return sum(0.56 if ord(char) < 0x2E80 else 1.0 for char in text)
