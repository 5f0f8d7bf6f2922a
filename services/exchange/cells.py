"""Values in cells: what a spreadsheet program would run as a formula goes out as text, and comes back as it was."""

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext as _

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")  # full-width signs count too
_MARKED = re.compile(r"'+[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
MOST_IN_CELL = 32_767


def guarded(value: str) -> str:
    """Mark a value that a spreadsheet program would take for a formula with an apostrophe."""
    return f"'{value}" if _DANGEROUS.match(value) else value


def plain(value: str) -> str:
    """Take the mark off again."""
    return value[1:] if value[:1] == "'" and _MARKED.match(value) else value


def to_sheet(value: str) -> str:
    """Write what XML has no characters for in the way of ECMA-376 (``_x000D_``), after guarding."""
    return _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", guarded(value))


def from_sheet(value: Any) -> str:
    """Return a sheet's cell as text: whole numbers without a point, dates as ISO. ValueError for an error value."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float):
        raise ValueError(_("数字没有写成文本，位数已经丢失"))
    return plain(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)))
