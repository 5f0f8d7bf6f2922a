"""Reading rows from JSON lines, CSV, XLSX, or a folder of CSV files named as the national exchange tables.

A row comes as a plain mapping; one that cannot be read comes as a finding, so that the others still count.
"""

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from common import sheets
from services.importing import reasons
from services.importing.errors import EncodingUnknown, FileUnreadable
from services.importing.reasons import Finding

MAX_ROW_BYTES = 1_000_000
_CHUNK = 1 << 20
_MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stood in the file; ``number`` counts lines (or sheet rows) from 1, heading included."""

    number: int
    values: Mapping[str, Any] = field(default_factory=dict)
    finding: Finding | None = None


def read_rows(path: Path, *, encoding: str = "utf-8") -> Iterator[RawRow]:
    """Yield the rows of a file; raises :class:`FileUnreadable` or :class:`EncodingUnknown`."""
    if path.is_dir():
        yield from _join_tables(
            {file.stem: list(_read_csv(file, encoding)) for file in sorted(path.glob("*.csv"))}, path
        )
    else:
        if not path.is_file():
            raise FileUnreadable(file=path.name, problem=_("没有这个文件"))
        if path.stat().st_size == 0:
            raise FileUnreadable(file=path.name, problem=_("文件是空的"))
        yield from _reader(path)(path, encoding)


def _reader(path: Path) -> Callable[[Path, str], Iterator[RawRow]]:
    readers = {".jsonl": _read_json_lines, ".ndjson": _read_json_lines, ".csv": _read_csv, ".xlsx": _read_workbook}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise FileUnreadable(file=path.name, problem=_("只能导入 .jsonl、.csv、.xlsx 文件或者存放 CSV 的文件夹"))
    return reader


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of the files of a folder in the order of their names."""
    digest = hashlib.sha256()
    for file in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _lines(stream: BinaryIO, path: Path, encoding: str) -> Iterator[tuple[int, str | None]]:
    """Yield (number, line); None for a line that is too long, of which no more than the limit is held."""
    number = 0
    while line := stream.readline(MAX_ROW_BYTES):
        number += 1
        is_cut = not line.endswith(b"\n") and len(line) == MAX_ROW_BYTES
        while is_cut and line and not line.endswith(b"\n"):
            line = stream.readline(MAX_ROW_BYTES)
        if is_cut:
            yield number, None
            continue
        try:
            yield number, line.decode("utf-8-sig" if number == 1 and encoding == "utf-8" else encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise EncodingUnknown(file=path.name, encoding=encoding, row=number) from error


def _read_json_lines(path: Path, encoding: str) -> Iterator[RawRow]:
    with path.open("rb") as stream:
        for number, line in _lines(stream, path, encoding):
            if line is None:
                yield RawRow(number, finding=Finding(reasons.ROW_TOO_LONG, str(MAX_ROW_BYTES)))
            elif line.strip():
                yield _json_row(number, line)


def _json_row(number: int, line: str) -> RawRow:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return RawRow(number, finding=Finding(reasons.ROW_UNREADABLE, _("不是完整的 JSON")))
    if not isinstance(values, dict):
        return RawRow(number, finding=Finding(reasons.ROW_UNREADABLE, _("不是 JSON 对象")))
    return RawRow(number, values)


def _read_csv(path: Path, encoding: str) -> Iterator[RawRow]:
    try:
        text = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        row = error.object[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise EncodingUnknown(file=path.name, encoding=encoding, row=row) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    heading: list[str] | None = None
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(reader.line_num, finding=Finding(reasons.ROW_UNREADABLE, str(error)))
            continue
        if heading is None:
            heading = [cell.strip() for cell in cells]
        elif any(cell.strip() for cell in cells):
            yield _table_row(reader.line_num, heading, cells)


def _table_row(number: int, heading: list[str], cells: Iterable[Any]) -> RawRow:
    values = list(cells)
    if any(cell not in ("", None) for cell in values[len(heading) :]):
        return RawRow(number, finding=Finding(reasons.ROW_UNREADABLE, _("列数比表头多")))
    return RawRow(number, {name: value for name, value in zip(heading, values, strict=False) if name})


def _read_workbook(path: Path, encoding: str) -> Iterator[RawRow]:
    try:
        book = sheets.open_book(path)
        tables = {sheet.title: list(_sheet_rows(path, sheet)) for sheet in book.worksheets}
        book.close()
    except sheets.SheetUnfit as error:
        raise FileUnreadable(file=path.name, problem=_("不是可读的 XLSX 文件")) from error
    yield from _join_tables(tables, path)


def _sheet_rows(path: Path, sheet: Any) -> Iterator[RawRow]:
    heading: list[str] | None = None
    for number, cells in enumerate(sheets.lines_of(path, sheet, most_columns=_MOST_COLUMNS), start=1):
        if heading is None:
            heading = [str(cell or "").strip() for cell in cells]
        elif column := sheets.unvalued_column(heading, cells):
            yield RawRow(number, finding=Finding(reasons.ROW_UNREADABLE, str(sheets.NO_VALUE) % {"column": column}))
        elif any(cell not in (None, "") for cell in cells):
            yield _table_row(number, heading, cells)


_MAIN = ("_general_basic", "_public_basic")
_CHILDREN = {
    "_material": "materials",
    "_fee_project": "fees",
    "_questions": "questions",
}


def _join_tables(tables: Mapping[str, list[RawRow]], path: Path) -> Iterator[RawRow]:
    """Join exchange tables: each basic row with its extension and its lists, by ``row_guid`` = ``task_guid``.

    A single table of any name is taken as it is.
    """
    main = [rows for name, rows in tables.items() if name.endswith(_MAIN)]
    if not main and len(tables) == 1:
        main = list(tables.values())
    if not main:
        raise FileUnreadable(file=path.name, problem=_("没有名为 up_task_general_basic 或 up_task_public_basic 的表"))
    extension = {_parent(row): row.values for row in _of(tables, "_extend")}
    for row in (row for rows in main for row in rows):
        if row.finding:
            yield row
            continue
        guid = str(row.values.get("row_guid") or "")
        lists = {
            name: [dict(child.values) for child in _of(tables, suffix) if guid and _parent(child) == guid]
            for suffix, name in _CHILDREN.items()
        }
        extended = {**extension.get(guid, {}), **row.values} if guid else row.values
        yield RawRow(row.number, {**extended, **{name: rows for name, rows in lists.items() if rows}})


def _of(tables: Mapping[str, list[RawRow]], suffix: str) -> Iterator[RawRow]:
    return (row for name, rows in tables.items() if name.endswith(suffix) for row in rows if not row.finding)


def _parent(row: RawRow) -> str:
    return str(row.values.get("task_guid") or "")


def read_table(path: Path, *, encoding: str, most: int) -> list[RawRow]:
    """Return the rows of a CSV file or of a workbook's first sheet that has any, no more than one above ``most``.

    Raises :class:`FileUnreadable` or :class:`EncodingUnknown`.
    """
    if path.suffix.lower() != ".xlsx":
        return list(itertools.islice(_read_csv(path, encoding), most + 1))
    try:
        book = sheets.open_book(path)
        for sheet in book.worksheets:
            if rows := list(itertools.islice(_sheet_rows(path, sheet), most + 1)):
                if sheets.has_merged_cells(path, sheet):
                    raise FileUnreadable(file=path.name, problem=sheets.MERGED)
                return rows
    except sheets.SheetUnfit as error:
        raise FileUnreadable(file=path.name, problem=_("不是可读的 XLSX 文件")) from error
    return []
