"""A sheet to draw on: boxes, bars, arrows and wrapped text; colours are classes that the style sheet knows."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_LEADING = 1.45
_NARROW = 0.58  # of the size: an average Latin letter; Chinese characters are as wide as they are high
_NOT_FIRST = frozenset("，。；：、？！）》”’…—·,.;:?!)%")
_ELLIPSIS = "…"


@dataclass(slots=True)
class Canvas:
    """Draws downwards in units of one CSS pixel at ``width``; ``size`` is that of plain text."""

    width: float
    size: float
    height: float = 0
    parts: list[SafeString] = field(default_factory=list)

    @property
    def line(self) -> float:
        """The height of one line of text."""
        return round(self.size * _LEADING, 1)

    def wrap(self, text: str, width: float, *, most: int = 4) -> list[str]:
        """Break a text into lines no wider than ``width``; what does not fit into ``most`` lines ends in …"""
        lines, line, used = [], "", 0.0
        for letter in plain(text):
            wide = self._width(letter)
            if line and used + wide > width and letter not in _NOT_FIRST:
                lines.append(line.rstrip())
                line, used = "", 0.0
                if letter == " ":
                    continue
            line += letter
            used += wide
        if line:
            lines.append(line)
        if len(lines) > most:
            lines = [*lines[: most - 1], lines[most - 1][:-1] + _ELLIPSIS]
        return lines

    def _width(self, letter: str) -> float:
        return self.size * (1 if unicodedata.east_asian_width(letter) in "WFA" else _NARROW)

    def text(self, x: float, y: float, lines: Sequence[str], kind: str = "", *, anchor: str = "start") -> float:
        """Write lines below ``y``; returns where the next thing may begin."""
        for line in lines:
            y += self.line
            self.parts.append(
                format_html(
                    '<text x="{}" y="{}" font-size="{}" text-anchor="{}" class="{}">{}</text>',
                    _number(x), _number(y - self.line * 0.28), _number(self.size), anchor, f"pic-text {kind}".strip(),
                    line,
                )
            )  # fmt: skip
        self._reach(y)
        return y

    def rect(self, x: float, y: float, width: float, height: float, kind: str, *, radius: float = 6) -> None:
        """A rectangle with round corners."""
        self.parts.append(
            format_html(
                '<rect x="{}" y="{}" width="{}" height="{}" rx="{}" class="{}"></rect>',
                _number(x), _number(y), _number(max(width, 0)), _number(height), _number(radius), kind,
            )
        )  # fmt: skip
        self._reach(y + height)

    def box(self, x: float, y: float, width: float, texts: Sequence[tuple[str, str]], kind: str) -> float:
        """A box around texts ``(text, class)``; as high as they need. Returns its lower edge."""
        pad = round(self.size * 0.65)
        wrapped = [(self.wrap(text, width - 2 * pad), style) for text, style in texts if text]
        height = sum(len(lines) for lines, _style in wrapped) * self.line + 1.3 * pad
        self.rect(x, y, width, height, kind)
        at = y + pad * 0.55
        for lines, style in wrapped:
            at = self.text(x + pad, at, lines, style)
        return y + height

    def path(self, points: Sequence[tuple[float, float]], kind: str = "pic-line") -> None:
        """A line through points."""
        route = " ".join(f"{'M' if not index else 'L'}{_number(x)} {_number(y)}" for index, (x, y) in enumerate(points))
        self.parts.append(format_html('<path d="{}" class="{}"></path>', route, kind))
        self._reach(max(y for _x, y in points))

    def arrow(self, x: float, start: float, end: float) -> None:
        """An arrow straight down."""
        self.path([(x, start), (x, end)])
        self.path([(x - 5, end - 7), (x, end), (x + 5, end - 7)])

    def _reach(self, y: float) -> None:
        self.height = max(self.height, y)

    def svg(self, *, name: str, title: str, description: str, kind: str) -> SafeString:
        """The whole picture; ``name`` makes its ids, so it is given once on a page."""
        inside = mark_safe("".join(self.parts))  # every part was made by format_html
        return format_html(
            '<svg class="picture {}" viewBox="0 0 {} {}" width="{}" role="img" aria-labelledby="{}-title {}-desc">'
            '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
            kind, _number(self.width), _number(self.height + 2), _number(self.width), name, name, name, plain(title),
            name, plain(description), inside,
        )  # fmt: skip


def plain(text: str) -> str:
    """A text without characters that no XML document may hold, its white space made single."""
    return " ".join("".join(one if one.isprintable() else " " for one in str(text)).split())


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
