"""A type's own layout on its way to paper: filled in, in the largest type in which it fits the room of its look."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

from certificates.layout import LOOKS, Look, Setting
from certificates.layouts.language import CLASS, to_css, to_html
from common.printing.pdf import count_pages

if TYPE_CHECKING:
    from certificates.face import Face

MEASURE = "documents/own_measure.html"
MOST_FILLED = 4_000  # characters with markup; no room holds more, and laying them out would take long


@dataclass(frozen=True, slots=True)
class OwnPart:
    """HTML and style, both made by :mod:`certificates.layouts.language` from what was checked."""

    html: SafeString
    css: SafeString


def own_part(face: "Face") -> OwnPart | None:
    """The face's own layout; None where it has none, or its values do not fit: then the table of rows shows them."""
    if not face.layout:
        return None
    look = LOOKS[face.template]
    html = mark_safe(to_html(face.layout, _values(face)))
    if len(html) > MOST_FILLED:
        return None
    return next((part for part in (_part(face, html, one) for one in look.settings) if _fits(part, look)), None)


def _part(face: "Face", html: SafeString, setting: Setting) -> OwnPart:
    size = f".{CLASS} {{ font-size: {setting.character}mm; line-height: {setting.line}mm; overflow-wrap: anywhere }}"
    return OwnPart(html, mark_safe(f"{size}\n{to_css(face.layout)}"))


def _fits(part: OwnPart, look: Look) -> bool:
    return count_pages(MEASURE, {"own": part, "width": look.width, "height": look.height}) == 1


def _values(face: "Face") -> dict[str, str]:
    until = face.valid_until
    common = {
        "holder_name": face.holder_name,
        "holder_code": face.holder_code,
        "certificate_number": face.number,
        "valid_from": _day(face.valid_from),
        "valid_until": _day(until) if until else "长期",
        "issued_on": _day(face.issued_on),
        "issuer_name": face.issuer_name,
        "type_name": face.type_name,
    }
    return {**common, **face.values}


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
