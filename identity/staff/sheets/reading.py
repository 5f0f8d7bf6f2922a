"""From bytes to rows: XLSX with one sheet for each kind of row, or CSV with one kind in a file."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from common import sheets as common_sheets
from identity.staff.errors import FileUnreadable
from identity.staff.sheets.layout import BY_NAME, SHEETS, Sheet

MOST_ROWS = 20_000
MOST_BYTES = 10 * 1024 * 1024
_MOST_UNPACKED = 200 * 1024 * 1024
_CELL_LIMIT = 2000
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet program would run


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the sheet, its number as the spreadsheet shows it, and its cells as text by column key."""

    sheet: Sheet
    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where: the row and the column as the spreadsheet shows them (row 0: the sheet itself)."""

    sheet: str
    row: int
    column: str
    code: str
    message: str


def read(content: bytes) -> tuple[list[Row], list[Problem]]:
    """Read a spreadsheet. Raises :class:`FileUnreadable` for what is none, or is too large."""
    if len(content) > MOST_BYTES:
        raise FileUnreadable(why=_("超过 10 MB。"))
    tables = _workbook(content) if common_sheets.is_packed(content) else _csv(content)
    rows: list[Row] = []
    problems: list[Problem] = []
    for sheet, lines in tables:
        _read_table(sheet, lines, rows, problems)
    if not rows and not problems:
        raise FileUnreadable(why=_("里面没有内容。请用模板填写。"))
    return rows, problems


def _workbook(content: bytes) -> Iterator[tuple[Sheet, Iterable[tuple[Any, ...]]]]:
    try:
        common_sheets.check_archive(io.BytesIO(content), size=len(content), most=_MOST_UNPACKED)
        book = common_sheets.open_book(
            io.BytesIO(content), shows="formulas"
        )  # a formula is refused, whatever its value
    except common_sheets.SheetUnfit as error:
        raise FileUnreadable(why=f"{error.why}。") from error
    known = [name for name in book.sheetnames if name.strip() in BY_NAME]
    if not known:
        names = "、".join(sheet.name for sheet in SHEETS)
        raise FileUnreadable(why=_("没有名为%(names)s的工作表。") % {"names": names})
    for name in known:
        yield BY_NAME[name.strip()], _lines(content, book[name])


def _lines(content: bytes, sheet: Any) -> Iterator[tuple[Any, ...]]:
    if common_sheets.has_merged_cells(io.BytesIO(content), sheet):
        raise FileUnreadable(why=common_sheets.MERGED)
    try:
        yield from common_sheets.plain_lines(sheet, most_columns=20)
    except common_sheets.SheetUnfit as error:
        raise FileUnreadable(why=f"{error.why}。") from error


def _csv(content: bytes) -> Iterator[tuple[Sheet, Iterable[tuple[Any, ...]]]]:
    try:
        text = common_sheets.decode(content)
    except common_sheets.SheetUnfit as error:
        raise FileUnreadable(why=f"{error.why}。") from error
    try:
        lines = [tuple(line) for line in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise FileUnreadable(why=_("不是 XLSX 或 CSV 文件。")) from error
    heading = {cell.strip() for cell in lines[0]} if lines else set()
    # The kind of row is told by its headings; staff and holdings share a number, so the fullest match wins.
    fits = [sheet for sheet in SHEETS if {c.heading for c in sheet.columns if c.required} <= heading]
    if not fits:
        raise FileUnreadable(why=_("第一行不是模板里任何一张表的标题。"))
    yield max(fits, key=lambda sheet: len({c.heading for c in sheet.columns} & heading)), lines


def _read_table(sheet: Sheet, lines: Iterable[tuple[Any, ...]], rows: list[Row], problems: list[Problem]) -> None:
    places: dict[str, int] | None = None
    for number, line in enumerate(lines, start=1):
        cells = [_text(value) for value in line]
        if not any(cells):
            continue
        if places is None:
            places = {column.key: cells.index(column.heading) for column in sheet.columns if column.heading in cells}
            missing = [column for column in sheet.columns if column.required and column.key not in places]
            if missing:
                text = _("缺少这一列。")
                problems += [Problem(sheet.name, number, c.heading, "sheet.column_missing", text) for c in missing]
                return
            continue
        if len(rows) >= MOST_ROWS:
            raise FileUnreadable(why=_("超过 %(count)s 行，请分几次导入。") % {"count": MOST_ROWS})
        row = Row(sheet, number, {key: cells[at] if at < len(cells) else "" for key, at in places.items()})
        wrong = _cell_problems(row)
        problems += wrong
        if not wrong:
            rows.append(row)


def _cell_problems(row: Row) -> list[Problem]:
    found = []
    for column in row.sheet.columns:
        text = row.cells.get(column.key, "")
        problem = None
        if text.startswith(_DANGEROUS):
            problem = "sheet.formula", _("单元格里是公式，或者以 = + - @ 开头。请改成普通文字。")
        elif len(text) > _CELL_LIMIT or not text.isprintable():
            problem = "sheet.cell_text", _("内容太长，或者有看不见的字符。")
        elif column.required and not text:
            problem = "sheet.required", _("必须填写。")
        if problem:
            found.append(Problem(row.sheet.name, row.number, column.heading, *problem))
    return found


def _text(value: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return (value.date() if isinstance(value, dt.datetime) else value).isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip(" \u3000\xa0\n")
