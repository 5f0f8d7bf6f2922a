"""Which rows are plain: every value as the columns want it, so that nothing has to be repaired or told.

Pure. A list of a million rows repeats its values, so each distinct value of a column is looked at, and written as JSON,
once. What is doubtful here is not wrong: :mod:`services.exchange.items` reads it and says the reasons. What depends on
the database (departments, regions, codes that are taken) is left to :mod:`services.exchange.bulk`.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from operator import getitem
from typing import Any

from services.exchange import tables
from services.importing.columns import DROPPED

LAWS = 400  # characters of a 设定依据 that are looked at here
# Text columns of a version: national column → (column, longest).
TEXTS = {
    "power_source": ("power_source", 1),
    "dept_type": ("body_kind", 1),
    "link_way": ("consult_phone", 100),
    "supervise_way": ("complaint_phone", 100),
    "transact_addr": ("hall_place", 500),
    "transact_time": ("hall_hours", 500),
    "special_procedure": ("special_procedure", 500),
    "anticipate_explain": ("statutory_note", 256),
    "promise_explain": ("promise_note", 256),
    "link_addr": ("link_address", 256),
    "mobile_terminal_url": ("mobile_address", 500),
}
_REMEMBERED = 20_000  # distinct values of a column; those beyond are looked at each time
_HEADINGS = 1_000  # sets of columns that are remembered: a row of JSON has those that it fills
_LEFT_OUT = DROPPED - {"task_guid"}  # housekeeping of the exchange
_FORBIDDEN = re.compile("\\\\u0000|[\ud800-\udfff]")
_TYPES = {
    tables.FAMILIES["general"]["basic"].name: "0[015789]|10",
    tables.FAMILIES["public"]["basic"].name: "20",
}
_NEEDED = ("task_code", "task_name", "task_type", "task_version", "dept_name", "dept_code")

_Check = Callable[[str], bool]


class Verdict(IntEnum):
    """What a value is: of a kind that is never stored, to be read with care, or as its column wants it."""

    FORBIDDEN = 0
    DOUBTFUL = 1
    PLAIN = 2


def _like(pattern: str) -> _Check:
    matches = re.compile(pattern).fullmatch
    return lambda text: matches(text) is not None


def _without(pattern: str) -> _Check:
    search = re.compile(pattern).search
    return lambda text: search(text) is None


def _at_most(length: int) -> _Check:
    return lambda text: len(text) <= length


def _several(pattern: str) -> _Check:
    """Codes joined by ``^``, each of them once."""
    matches = re.compile(rf"{pattern}(\^{pattern})*").fullmatch

    def check(text: str) -> bool:
        return matches(text) is not None and len(set(text.split("^"))) == text.count("^") + 1

    return check


def _is_name(text: str) -> bool:
    return len(text) <= 1000 and text == " ".join(unicodedata.normalize("NFC", text).split())


def _any(text: str) -> bool:
    return True


def _length_first(name: str) -> tuple[int, bytes]:
    written = name.encode("utf-8", "surrogatepass")
    return len(written), written


_CHECKS: dict[str, _Check] = {
    "row_guid": _any,
    "catalog_code": _any,  # compared with the 实施编码
    "task_code": _like("[0-9A-Z]{18}[1-7][0-9]{2}[0-2][0-9][0-9A-HJ-NP-RT-UW-Y]{8}"),
    "local_task_code": _at_most(100),
    "task_name": _is_name,
    "by_law": _at_most(LAWS),
    "use_level": _at_most(11),
    "dept_name": _at_most(100),
    "dept_code": _any,
    "accept_condition": _without("\r|\n\\s|\\s\n|\u3000"),
    "anticipate_day": _like("[0-9]{1,4}"),
    "anticipate_type": _like("[12WN]"),
    "promise_day": _like("[0-9]{1,4}"),
    "promise_type": _like("[12WN]"),
    "project_type": _like("[129]"),
    "handle_type": _several("[1-3]"),
    "handle_flow": _without("[\r\n➝>—\u3000-]|^→|→$|→\\s|\\s→|→→"),
    "server_type": _several("[1-69]"),
    "is_fee": _any,
    "limit_scene_num": _like("[0-9]{1,4}"),
    "is_single_login": _like("[01]"),
    "app_is_single_login": _like("[01]"),
    "task_state": _like("[123]"),
    "task_version": _like("[1-9][0-9]{0,3}"),
    "area_code": _any,
    **{name: _at_most(longest) for name, (_column, longest) in TEXTS.items()},
    "power_source": _like("[1-6]"),
    "dept_type": _like("[1239]"),
}
COLUMNS = (*_CHECKS, "task_type")
_CODE = re.compile("[0-9A-Za-z-]{20,50}").fullmatch
_quoted = json.encoder.encode_basestring


class _Column(dict[Any, str]):
    """Plain values of one column as ``"name":value,`` of JSON, by value; nothing for those that are left out.

    What others are is added to ``doubts``.
    """

    def __init__(self, name: str, check: _Check | None, doubts: list[Verdict]) -> None:
        self._check = check or _any
        self._is_known = check is not None
        self._heading = f"{_quoted(name)}:"
        self._is_left_out = name in _LEFT_OUT
        self._is_forbidden = _FORBIDDEN.search(self._heading) is not None
        self._takes_codes = not self._is_left_out and not self._is_forbidden and self._is_known
        self._doubts = doubts
        self._doubtful: dict[str, str] = {}

    def __missing__(self, value: Any) -> str:
        is_text = type(value) is str  # True would be found as 1
        if is_text and self._takes_codes and _CODE(value) and self._check(value):  # guids and codes: no two alike
            return f'{self._heading}"{value}",'
        if is_text and value in self._doubtful:
            self._doubts.append(Verdict.DOUBTFUL)
            return self._doubtful[value]
        piece, verdict = self._judge(value)
        kept = {Verdict.PLAIN: self, Verdict.DOUBTFUL: self._doubtful}.get(verdict)
        if is_text and kept is not None and len(kept) < _REMEMBERED:
            kept[value] = piece
        if verdict is not Verdict.PLAIN:
            self._doubts.append(verdict)
        return piece

    def _judge(self, value: Any) -> tuple[str, Verdict]:
        if value in ("", None) or self._is_left_out:
            return "", Verdict.PLAIN
        written = _quoted(value) if type(value) is str else json.dumps(value, ensure_ascii=False)
        piece = f"{self._heading}{written},"
        if self._is_forbidden or _FORBIDDEN.search(written):
            return piece, Verdict.FORBIDDEN
        text = str(value) if type(value) is int else value
        is_plain = self._is_known and type(text) is str and text == text.strip() and self._check(text)
        return piece, Verdict.PLAIN if is_plain else Verdict.DOUBTFUL


class _Columns(dict[str, _Column]):
    """The columns of a table by name, made when they are first seen."""

    def __init__(self, checks: Mapping[str, _Check], doubts: list[Verdict]) -> None:
        self._checks, self._doubts = checks, doubts

    def __missing__(self, name: str) -> _Column:
        self[name] = column = _Column(name, self._checks.get(name), self._doubts)
        return column


class _Heading:
    """The columns of a row, and where in it those stand that are looked at together.

    They are written in the order in which PostgreSQL keeps the keys of an object, which then has nothing to sort.
    """

    def __init__(self, names: Sequence[str], columns: _Columns) -> None:
        self._order = sorted(range(len(names)), key=lambda place: _length_first(names[place]))
        self.columns = [columns[names[place]] for place in self._order]
        place = {name: number for number, name in enumerate(names)}
        self._has_all = all(name in place for name in _NEEDED)
        self._needed = [place[name] for name in _NEEDED] if self._has_all else []
        self._task, self._body = place.get("task_code", 0), place.get("dept_code", 0)
        self._catalog = place.get("catalog_code")

    def arranged(self, cells: Sequence[Any]) -> list[Any]:
        """The cells in the order of the columns."""
        return [cells[place] for place in self._order]

    def fits(self, cells: Sequence[Any]) -> bool:
        """What is needed is there, and the codes belong together."""
        if not self._has_all:
            return False
        for place in self._needed:
            if not cells[place]:
                return False
        task = str(cells[self._task])
        catalog = cells[self._catalog] if self._catalog is not None else ""
        return task[:18] == str(cells[self._body]) and (not catalog or str(catalog) == task[19:])


class RowWriter:
    """Writes rows of one table as JSON objects and judges them."""

    def __init__(self, table: str) -> None:
        self._doubts: list[Verdict] = []
        checks = {**_CHECKS, "task_type": _like(_TYPES[table])} if table in _TYPES else {}
        self._columns = _Columns(checks, self._doubts)
        self._headings: dict[tuple[str, ...], _Heading] = {}

    def write(self, names: tuple[str, ...], cells: Sequence[Any]) -> tuple[str, Verdict]:
        """Return the row as JSON, without what is empty or housekeeping, and the least of its verdicts.

        There is a cell for every name.
        """
        heading = self._headings.get(names) or self._new_heading(names)
        arranged = heading.arranged(cells)
        try:
            pieces = list(map(getitem, heading.columns, arranged))
        except TypeError:  # a list or an object, which no dictionary finds
            self._doubts.clear()
            pieces = [column.__missing__(cell) for column, cell in zip(heading.columns, arranged, strict=True)]
        least = Verdict.PLAIN
        if self._doubts:
            least = min(self._doubts)
            self._doubts.clear()
        if least is Verdict.PLAIN and not heading.fits(cells):
            least = Verdict.DOUBTFUL
        return "{" + "".join(pieces)[:-1] + "}", least

    def _new_heading(self, names: tuple[str, ...]) -> _Heading:
        found = _Heading(names, self._columns)
        if len(self._headings) < _HEADINGS:
            self._headings[names] = found
        return found
