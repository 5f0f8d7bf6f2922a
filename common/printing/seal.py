"""Round official seals as vector pictures: issuer's name on the arc, star, caption line, seal code.

Geometry in tenths of a millimetre on a 420 × 420 field: a department's seal is 42 mm across
(国发〔1999〕25号). Every character is an outline, placed and turned on its own: the same picture in every viewer
and browser, and no stray characters between those of the text it is pressed on. The outlines get a stroke,
since the printing fonts carry one weight only.
"""

import math
from functools import lru_cache
from html import escape

from common.printing.errors import SealNameUnfit
from common.printing.glyphs import EM, glyph

SIZE = 420
CENTRE = SIZE / 2
RED = "#d7161e"
NAME_RADIUS = 160  # of the middle of the characters
CODE_RADIUS = 177
LONGEST_NAME = 40


@lru_cache(maxsize=256)
def seal_svg(name: str, *, caption: str = "", code: str = "") -> str:
    """Draw the seal of `name` as one ``<svg>`` element without a size of its own: style sheets say 42 mm.

    `caption` is the line under the star (电子证照专用章, 行政审批专用章); `code` the seal's number on the
    lower arc. Drawn for names of 4–25 characters and legible to 40.
    Raises SealNameUnfit for an empty or longer name, CharacterMissing for one that cannot be drawn.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise SealNameUnfit(longest=LONGEST_NAME)
    parts = [
        f'<circle cx="{CENTRE:g}" cy="{CENTRE:g}" r="203" fill="none" stroke="{RED}" stroke-width="11"/>',
        f'<circle cx="{CENTRE:g}" cy="{CENTRE:g}" r="193.5" fill="none" stroke="{RED}" stroke-width="1.6"/>',
        f'<polygon points="{_star(radius=54 if caption else 70, centre_y=202 if caption else 212)}" fill="{RED}"/>',
        f'<g fill="{RED}" stroke="{RED}">',
        *_name(name, widest=236 if caption or code else 272),
        *_caption(caption),
        *_code(code),
        "</g>",
    ]
    label = escape(f"{name} {caption}".strip())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="seal" role="img" aria-label="{label}" '
        f'viewBox="0 0 {SIZE} {SIZE}">{"".join(parts)}</svg>'
    )


def _star(*, radius: float, centre_y: float) -> str:
    """Corners of a five-pointed star; the inner radius makes opposite edges lie on one line."""
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(54))
    corners = []
    for step in range(10):
        angle = math.radians(-90 + 36 * step)
        reach = inner if step % 2 else radius
        corners.append(f"{CENTRE + reach * math.cos(angle):.1f},{centre_y + reach * math.sin(angle):.1f}")
    return " ".join(corners)


def _name(name: str, *, widest: float) -> list[str]:
    """Short names keep their distance; long ones fill `widest` degrees of arc, ever narrower."""
    count = len(name)
    sweep = min(widest, 26.0 * (count - 1)) if count > 1 else 0.0
    step = sweep / (count - 1) if count > 1 else 0.0
    height = 58.0 if count <= 14 else max(40.0, 58.0 - 1.6 * (count - 14))
    room = math.radians(step) * (NAME_RADIUS - height / 3) if step else height
    squeeze = min(0.86, room / height)
    return [
        _turned(char, -sweep / 2 + index * step, NAME_RADIUS, height, squeeze=squeeze, weight=1.5)
        for index, char in enumerate(name)
    ]


def _turned(
    char: str, degrees: float, radius: float, height: float, *, squeeze: float, weight: float, inward: bool = False
) -> str:
    """One character at `degrees` from twelve o'clock; `inward` turns its foot to the rim."""
    angle = math.radians(degrees)
    # A Chinese character's middle lies 0.38 em above its baseline, a digit's 0.36 em.
    foot = radius + 0.36 * height if inward else radius - 0.38 * height
    x, y = CENTRE + foot * math.sin(angle), CENTRE - foot * math.cos(angle)
    turn = degrees + 180 if inward else degrees
    place = f"translate({x:.2f} {y:.2f}) rotate({turn:.2f}) scale({squeeze:.3f} 1)"
    return f'<g transform="{place}">{_drawn(char, height, weight, serif=not inward)}</g>'


def _drawn(char: str, height: float, weight: float, *, x: float | None = None, serif: bool) -> str:
    """One character as a path, its left edge at `x` or its middle at 0, on the base line."""
    path, advance = glyph(char, serif=serif)
    scale = height / EM
    left = -advance * scale / 2 if x is None else x
    return (
        f'<path transform="translate({left:.2f} 0) scale({scale:.4f} -{scale:.4f})" '
        f'stroke-width="{weight / scale:.0f}" d="{path}"/>'
    )


def _caption(caption: str) -> list[str]:
    if not caption:
        return []
    height = min(27.0, 200 / len(caption))
    widths = [glyph(char)[1] * height / EM for char in caption]
    x, parts = -sum(widths) / 2, []
    for char, width in zip(caption, widths, strict=True):
        parts.append(_drawn(char, height, 0.8, x=x, serif=False))
        x += width
    return [f'<g transform="translate({CENTRE:g} 318)">{"".join(parts)}</g>']


def _code(code: str) -> list[str]:
    step = 5.0
    first = 180 + step * (len(code) - 1) / 2
    return [
        _turned(char, first - index * step, CODE_RADIUS, 21, squeeze=0.95, weight=0.4, inward=True)
        for index, char in enumerate(code)
    ]
