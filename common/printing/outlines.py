"""Rewrites an OpenType font with PostScript (CFF) outlines as one with TrueType outlines.

Why: PDF viewers built on MuPDF and Ghostscript drop every Chinese character of the CFF subsets that
WeasyPrint embeds, and the CFF page is nearly three times as large. Run as a program, one process a font,
because the work is pure Python and takes most of a minute:
``python -m common.printing.outlines SOURCE TARGET [ALREADY_COVERED …]``
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

# Greatest distance between the cubic curve and its quadratic replacement, in font units (1/1000 em):
# 0.001 em is 5 micrometres at the size of body text, below what any printer resolves.
MAX_ERROR = 1.0
PROGRESS_EVERY = 500
# Fields of `maxp` that only hinting instructions and composite glyphs use; the rest is computed on saving.
UNHINTED = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxComponentDepth",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
)


def convert(
    source: Path, target: Path, covered: Iterable[Path] = (), report: Callable[[int, int], None] | None = None
) -> None:
    """Write `source` to `target` with TrueType outlines.

    Characters that the fonts in `covered` already have are left out: a fallback font is asked only for the
    rest, and a third of the glyphs is a third of the time. `report` receives (glyphs done, glyphs in all).
    Raises OSError or fontTools' TTLibError when a file cannot be read or written.
    """
    font = TTFont(source)
    if already := _characters(covered):
        _keep_only(font, set(font.getBestCmap()) - already)
    if "CFF " in font:
        _replace_outlines(font, report or (lambda done, total: None))
    font.save(target, reorderTables=False)


def _characters(paths: Iterable[Path]) -> set[int]:
    return {code for path in paths for code in TTFont(path, lazy=True).getBestCmap()}


def _keep_only(font: TTFont, characters: set[int]) -> None:
    options = Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True, drop_tables=["DSIG"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def _replace_outlines(font: TTFont, report: Callable[[int, int], None]) -> None:
    order = font.getGlyphOrder()
    glyph_set = font.getGlyphSet()
    glyphs = {}
    for done, name in enumerate(order, start=1):
        pen = TTGlyphPen(glyph_set)
        # PostScript outlines turn the other way round from TrueType ones.
        glyph_set[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
        if done % PROGRESS_EVERY == 0 or done == len(order):
            report(done, len(order))
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder = order
    table.glyphs = glyphs
    _fit_side_bearings(font)
    _rewrite_header(font)
    for tag in ("CFF ", "VORG", "DSIG"):
        if tag in font:
            del font[tag]


def _fit_side_bearings(font: TTFont) -> None:
    """The left side bearing must equal the outline's left edge, or rasterisers shift the glyph."""
    table = font["glyf"]
    for name in font.getGlyphOrder():
        glyph = table[name]
        glyph.recalcBounds(table)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))


def _rewrite_header(font: TTFont) -> None:
    font.sfntVersion = "\x00\x01\x00\x00"
    old = font["maxp"]
    font["maxp"] = new = newTable("maxp")
    new.tableVersion = 0x00010000
    new.numGlyphs = old.numGlyphs
    for field in UNHINTED:
        setattr(new, field, 0)
    new.maxZones = 1
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0


def main(arguments: list[str]) -> int:
    """Command line: convert, printing ``done total`` lines for the process that waits. Returns 0."""
    source, target, *covered = map(Path, arguments)
    convert(source, target, covered, lambda done, total: print(done, total, flush=True))  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
