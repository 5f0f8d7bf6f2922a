"""Watermarks as outlines, repeated over the page.

Outlines and not text: a search, a copy of the text or a screen reader meets the document's own words only.
"""

from functools import lru_cache

from common.printing.glyphs import EM, glyph

CHARACTER = 3.9  # mm
GAP, ROW = 16.0, 33.0  # mm between two watermarks of a row, and between rows
FIELD = 420  # mm: covers a turned A4 page


@lru_cache(maxsize=32)
def watermark_svg(text: str) -> str:
    """`text` repeated over a field of 420 × 420 mm, as one ``<svg>`` element; the style sheet turns it.

    Raises CharacterMissing when a character cannot be drawn.
    """
    glyphs, width = _outlines(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" viewBox="0 0 {FIELD} {FIELD}">'
        f'<defs><pattern id="watermark" patternUnits="userSpaceOnUse" width="{width + GAP:.1f}" height="{ROW:g}">'
        f'<g fill="#c6ced8" fill-opacity="0.7" transform="translate(0 {CHARACTER * 1.2:g})">{glyphs}</g>'
        f'</pattern></defs><rect width="{FIELD}" height="{FIELD}" fill="url(#watermark)"/></svg>'
    )


def _outlines(text: str) -> tuple[str, float]:
    """Paths of the characters side by side from x = 0 on the base line y = 0, and their width in mm."""
    parts, x, scale = [], 0.0, CHARACTER / EM
    for char in text:
        path, advance = glyph(char)
        parts.append(f'<path transform="translate({x:.2f} 0) scale({scale:g} -{scale:g})" d="{path}"/>')
        x += advance * scale
    return "".join(parts), x
