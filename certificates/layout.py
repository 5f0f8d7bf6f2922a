"""How a certificate's fields are fitted on its one page; sizes in millimetres, no printing here.

The figures repeat those of ``templates/documents/documents.css`` (font size, line height, padding of the
three settings of each look); tests print full faces and check that nothing overlaps.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, str]


@dataclass(frozen=True)
class Setting:
    """One size of type: its CSS class, width of a character, height of a line, padding of a row."""

    name: str
    character: float
    line: float
    padding: float


@dataclass(frozen=True)
class Look:
    """One kind of certificate: page, heading, and the room its fields have."""

    page: tuple[float, float]
    heading: tuple[float, float]
    heading_character: float
    heading_colour: str
    pattern_colour: str
    label_width: float
    value_width: float
    height: float
    settings: tuple[Setting, ...]

    @property
    def width(self) -> float:
        """How wide the room for the fields is, in mm."""
        return self.label_width + self.value_width


LOOKS = {
    "licence": Look(
        page=(297, 210), heading=(200, 24), heading_character=17, heading_colour="#8c1d18",
        pattern_colour="#d9bd7c", label_width=51, value_width=181, height=84,
        settings=(Setting("", 4.94, 7.41, 3.0), Setting("dense", 4.24, 5.93, 1.8), Setting("tiny", 3.35, 4.36, 0.8)),
    ),
    "card": Look(
        page=(105, 148), heading=(90, 17), heading_character=9, heading_colour="#ffffff",
        pattern_colour="#b4c9e6", label_width=25, value_width=60, height=69,
        settings=(Setting("", 3.53, 5.12, 1.6), Setting("dense", 3.0, 3.96, 0.9), Setting("tiny", 2.47, 3.09, 0.5)),
    ),
    "proof": Look(
        page=(210, 297), heading=(160, 24), heading_character=12, heading_colour="#111111",
        pattern_colour="#ecd2cf", label_width=40, value_width=103, height=126,
        settings=(Setting("", 4.59, 7.8, 4.3), Setting("dense", 3.88, 5.82, 2.3), Setting("tiny", 3.18, 4.29, 1.3)),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fitted:
    """The setting's CSS class, the rows of the face, and those moved to the annex page (附页)."""

    setting: str
    rows: tuple[Row, ...]
    annex: tuple[Row, ...]


def fit(look: Look, fixed: Sequence[Row], rows: Sequence[Row], *, elsewhere: str) -> Fitted:
    """Choose the largest type at which `fixed` and `rows` fit `look`.

    When even the smallest is too large, the longest values move to the annex, one after another, and
    `elsewhere` (见附页) stands in their place.
    """
    kept, annex = list(rows), set[int]()
    longest_first = iter(sorted(range(len(rows)), key=lambda index: -_lines(rows[index][1], 1.0)))
    while (setting := _largest(look, [*fixed, *kept])) is None:
        index = next(longest_first, None)
        if index is None:
            setting = look.settings[-1]
            break
        kept[index] = (rows[index][0], elsewhere)
        annex.add(index)
    return Fitted(setting.name, tuple(kept), tuple(rows[index] for index in sorted(annex)))


def _largest(look: Look, rows: Sequence[Row]) -> Setting | None:
    return next((one for one in look.settings if _height(look, one, rows) <= look.height), None)


def _height(look: Look, setting: Setting, rows: Sequence[Row]) -> float:
    """Height in mm of `rows` set in `setting`."""
    total = 0.0
    for label, value in rows:
        lines = max(
            _lines(label, look.label_width / setting.character), _lines(value, look.value_width / setting.character)
        )
        total += lines * setting.line + setting.padding
    return total


def _lines(text: str, ems: float) -> int:
    """Lines that `text` takes when a line holds `ems` Chinese characters."""
    # A line may end up to one character early, since punctuation must not begin the next one.
    room = max(1.0, ems - 1 if ems > 8 else ems)
    return sum(max(1, math.ceil(_width(part) / room)) for part in text.split("\n"))


def _width(text: str) -> float:
    return sum(0.56 if ord(char) < 0x2E80 else 1.0 for char in text)
