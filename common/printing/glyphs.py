"""Outlines of single characters, for drawings that must look the same everywhere and must not be read as text."""

from functools import lru_cache, partial
from pathlib import Path

from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from common.printing.errors import CharacterMissing
from common.printing.fonts import ensure_fonts

EM = 1000
MAX_ERROR = 1.0  # font units: less than a hundredth of a millimetre in a seal


@lru_cache(maxsize=4096)
def glyph(char: str, *, serif: bool = False) -> tuple[str, float]:
    """SVG path (y upwards) and advance of `char`, in thousandths of an em, from the first font that has it.

    Raises CharacterMissing when no font has it.
    """
    fonts = ensure_fonts()
    first, second = (fonts.serif, fonts.sans) if serif else (fonts.sans, fonts.serif)
    for path in (first, second, *fonts.extra):
        font, characters = _opened(path)
        if name := characters.get(ord(char)):
            scale = EM / font["head"].unitsPerEm
            glyph_set = font.getGlyphSet()
            pen = SVGPathPen(glyph_set, ntos=partial(_scaled, scale))
            # PDF knows cubic curves only: one that follows several quadratic ones is a third of their bytes.
            glyph_set[name].draw(Qu2CuPen(pen, MAX_ERROR, all_cubic=True))
            return pen.getCommands(), glyph_set[name].width * scale
    raise CharacterMissing(characters=f"{char}（U+{ord(char):04X}）")


def _scaled(scale: float, number: float) -> str:
    return f"{number * scale:.0f}"


@lru_cache(maxsize=8)
def _opened(path: Path) -> tuple[TTFont, dict[int, str]]:
    font = TTFont(path, lazy=True)
    return font, font.getBestCmap()
