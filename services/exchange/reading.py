"""Reading exchange tables from JSONL, CSV and XLSX: row by row, never a whole file, and never more than the limits.

CSV is read as UTF-8 (with or without BOM) or GB18030, whichever the bytes fit. A row that cannot be read comes with
its problem, so that the others still count.
"""

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from common import sheets
from services.exchange import outcomes, tables
from services.exchange.cells import from_sheet, plain
from services.exchange.errors import ColumnsWrong, FileUnfit, TableUnknown
from services.exchange.outcomes import Problem
from services.importing.columns import DROPPED

MAX_LINE_BYTES = 1_000_000
MOST_COLUMNS = 200
MOST_SHEET_ROWS = 2_000_000
_MOST_UNPACKED = 4 * 2**30  # bytes of a workbook or an archive when unpacked
_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".xlsx")
csv.field_size_limit(MAX_LINE_BYTES)


@dataclass(slots=True)  # frozen ones take three times as long to make
class Line:
    """One row: its table, its number in the file (heading included), what is wrong, its values as text or JSON.

    There is a cell for every name; a list of a million rows has the same names, so they stand apart.
    """

    table: str
    number: int
    names: tuple[str, ...] = ()
    cells: Sequence[Any] = ()
    problem: Problem | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What is filled, by name."""
        return {name: cell for name, cell in zip(self.names, self.cells, strict=True) if cell != ""}


def files_of(place: Path) -> list[tuple[Path, str | None]]:
    """Return the files at a place with their tables, in the order in which they are to be read.

    A workbook may hold several tables (None). Raises :class:`FileUnfit` or :class:`TableUnknown`.
    """
    if not place.exists():
        raise FileUnfit(file=place.name, problem=_("没有这个文件"))
    files = sorted(one for one in place.iterdir() if one.suffix.lower() in _SUFFIXES) if place.is_dir() else [place]
    if not files:
        raise FileUnfit(file=place.name, problem=_("里面没有 .jsonl、.csv、.xlsx 文件"))
    found: list[tuple[Path, str | None]] = []
    for file in files:
        if file.suffix.lower() not in _SUFFIXES:
            raise FileUnfit(file=file.name, problem=_("只能导入 .jsonl、.csv、.xlsx 文件"))
        if file.stat().st_size == 0:
            raise FileUnfit(file=file.name, problem=_("文件是空的"))
        found.append((file, _table_of(file)))
    rank = {name: number for number, name in enumerate((*tables.ORDER, tables.ENTRY_REST, tables.ITEM_REST))}
    return sorted(found, key=lambda one: (rank.get(one[1] or "", 0), one[0].name))


def _table_of(file: Path) -> str | None:
    known = tables.table_named(file.stem)
    if known or file.suffix.lower() == ".xlsx":
        return known
    heading = _heading_of(file)
    fits = [name for name, table in tables.TABLES.items() if heading and heading <= set(table.columns) | DROPPED]
    basics = [table.name for table in tables.BASICS if table.name in fits]
    if "task_name" in heading and basics:
        return basics[0]
    if len(fits) != 1:
        raise TableUnknown(file=file.name)
    return fits[0]


def _heading_of(file: Path) -> set[str]:
    first = next(iter(read(file, None)), None)
    return set(first.names) if first else set()


def read(file: Path, table: str | None) -> Iterator[Line]:
    """Yield the lines of a file. Raises :class:`FileUnfit`, :class:`TableUnknown` or :class:`ColumnsWrong`."""
    suffix = file.suffix.lower()
    if suffix == ".xlsx":
        yield from _read_workbook(file, table)
    elif suffix == ".csv":
        yield from _read_csv(file, table or "")
    else:
        yield from _read_json(file, table or "")


def encoding_of(file: Path) -> str:
    """Tell UTF-8 from GB18030 by the bytes of the whole file. Raises :class:`FileUnfit` for neither."""
    try:
        with file.open("rb") as stream:
            return sheets.encoding_of(stream)
    except sheets.SheetUnfit as error:
        raise FileUnfit(file=file.name, problem=error.why) from error


def _bounded(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield lines; None for one beyond the limit, of which no more than the limit is ever held."""
    while line := stream.readline(MAX_LINE_BYTES):
        if line.endswith(b"\n") or len(line) < MAX_LINE_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES)
        yield None


def _read_json(file: Path, table: str) -> Iterator[Line]:
    encoding = encoding_of(file)
    with file.open("rb") as stream:
        for number, line in enumerate(_bounded(stream), start=1):
            if line is None:
                yield Line(table, number, problem=outcomes.LINE_TOO_LONG.found(str(MAX_LINE_BYTES)))
            elif line.strip() not in (b"", codecs.BOM_UTF8):
                yield _json_line(table, number, line.decode("utf-8-sig" if number == 1 else encoding))


def _json_line(table: str, number: int, text: str) -> Line:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return Line(table, number, problem=outcomes.ROW_UNREADABLE.found(_("不是完整的 JSON")))
    if not isinstance(values, dict):
        return Line(table, number, problem=outcomes.ROW_UNREADABLE.found(_("不是 JSON 对象")))
    return Line(table, number, tuple(values), list(values.values()))


def _read_csv(file: Path, table: str) -> Iterator[Line]:
    """Read records, which may span lines; one beyond the limit is refused and reading goes on after it."""
    encoding = encoding_of(file)
    with file.open("rb") as stream:
        place = _Place()
        reader = csv.reader(_decoded(stream, encoding, place), strict=True)
        heading: tuple[str, ...] = ()
        while True:
            place.is_cut = place.has_mark = False
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Line(table, place.number, problem=outcomes.ROW_UNREADABLE.found(str(error)))
                continue
            if place.is_cut:
                yield Line(table, place.number, problem=outcomes.LINE_TOO_LONG.found(str(MAX_LINE_BYTES)))
            elif not heading:
                heading = _check_heading(file.name, table, cells)
            elif any(cells):
                if place.has_mark:
                    cells = [plain(cell) for cell in cells]
                yield _table_line(table, place.number, heading, cells)


@dataclass(slots=True)
class _Place:
    """Where a reader is: the line, and whether the record has a line beyond the limit or an apostrophe."""

    number: int = 0
    is_cut: bool = False
    has_mark: bool = False


def _decoded(stream: BinaryIO, encoding: str, place: _Place) -> Iterator[str]:
    rest = "utf-8" if encoding == "utf-8-sig" else encoding  # the mark stands on the first line only
    for line in _bounded(stream):
        place.number += 1
        if line is None:
            place.is_cut = True
            yield "\n"
            continue
        text = line.decode(encoding if place.number == 1 else rest)
        place.has_mark = place.has_mark or "'" in text
        yield text


def _check_heading(file: str, table: str, cells: Iterable[Any]) -> tuple[str, ...]:
    """Return the heading. Refused: without the columns that name a row, a column twice, or one nobody knows."""
    heading = [str(cell or "").strip().lower() for cell in cells]
    while heading and not heading[-1]:
        heading.pop()
    known = tables.TABLES.get(table)
    if known is None:
        return tuple(heading)
    problem = ""
    unknown = [name for name in heading if name and name not in known.columns and name not in DROPPED]
    missing = [name for name in _needed(known) if name not in heading]
    if len(heading) > MOST_COLUMNS:
        problem = _("列太多")
    elif len(set(heading)) < len(heading) or "" in heading:
        problem = _("有重复的列，或者有空列名（合并单元格请先拆开）")
    elif unknown:
        problem = _("不认识的列 %(columns)s") % {"columns": "、".join(unknown)[:200]}
    elif missing:
        problem = _("缺少 %(columns)s") % {"columns": "、".join(missing)}
    if problem:
        raise ColumnsWrong(file=file, problem=problem)
    return tuple(heading)


def _needed(table: tables.Table) -> tuple[str, ...]:
    return ("task_guid",) if table.part else ("row_guid", "task_name")


def _table_line(table: str, number: int, heading: tuple[str, ...], cells: list[str]) -> Line:
    if len(cells) == len(heading):
        return Line(table, number, heading, cells)
    if any(cells[len(heading) :]):
        return Line(table, number, problem=outcomes.ROW_UNREADABLE.found(_("列数比表头多")))
    if len(cells) < len(heading) // 2:
        return Line(table, number, problem=outcomes.ROW_UNREADABLE.found(_("列数比表头少")))
    missing = len(heading) - len(cells)
    return Line(table, number, heading, cells[: len(heading)] + [""] * missing)


def check_archive(file: Path) -> None:
    """Refuse a packed file that unpacks to far more than it is. Raises :class:`FileUnfit`."""
    try:
        sheets.check_archive(file, size=file.stat().st_size, most=_MOST_UNPACKED)
    except sheets.SheetUnfit as error:
        problem = error.why if error.why is sheets.TOO_LARGE else _("不是完好的文件")
        raise FileUnfit(file=file.name, problem=problem) from error


def _read_workbook(file: Path, table: str | None) -> Iterator[Line]:
    check_archive(file)
    try:
        book = sheets.open_book(file)
    except sheets.SheetUnfit as error:
        raise FileUnfit(file=file.name, problem=_("不是可读的 XLSX 文件")) from error
    try:
        found = [(sheet, tables.table_named(sheet.title)) for sheet in book.worksheets]
        if len(found) == 1 and table:
            found = [(found[0][0], table)]
        known = [(sheet, name) for sheet, name in found if name]
        if not known:
            raise TableUnknown(file=file.name)
        rank = {name: number for number, name in enumerate(tables.ORDER)}
        for sheet, name in sorted(known, key=lambda one: rank.get(one[1] or "", 99)):
            yield from _read_sheet(file, sheet, name or "")
    finally:
        book.close()


def _read_sheet(file: Path, sheet: Any, table: str) -> Iterator[Line]:
    heading: tuple[str, ...] = ()
    for number, cells in enumerate(_sheet_cells(file, sheet), start=1):
        if number > MOST_SHEET_ROWS:
            raise FileUnfit(file=file.name, problem=_("工作表的行太多"))
        if not any(cell not in (None, "") for cell in cells):
            continue
        if not heading:
            heading = _check_heading(file.name, table, cells)
            continue
        if column := sheets.unvalued_column(heading, cells):
            problem = outcomes.ROW_UNREADABLE.found(str(sheets.NO_VALUE) % {"column": column})
            yield Line(table, number, problem=problem)
            continue
        try:
            texts = [from_sheet(cell) for cell in cells]
        except ValueError as error:
            yield Line(table, number, problem=outcomes.ROW_UNREADABLE.found(str(error)))
        else:
            yield _table_line(table, number, heading, texts)


def _sheet_cells(file: Path, sheet: Any) -> Iterator[tuple[Any, ...]]:
    if sheets.has_merged_cells(file, sheet):
        raise FileUnfit(file=file.name, problem=sheets.MERGED)
    try:
        yield from sheets.lines_of(file, sheet, most_columns=MOST_COLUMNS)
    except sheets.SheetUnfit as error:
        raise FileUnfit(file=file.name, problem=_("不是可读的 XLSX 文件")) from error
