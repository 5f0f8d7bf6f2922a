"""Spreadsheets the program makes: the empty template and the report. Nothing in them is a formula."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from identity.models import PostHolding
from identity.staff.sheets.layout import SHEETS
from identity.staff.sheets.reading import Problem

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTH = 22


def template() -> bytes:
    """The empty template: every sheet with its headings, and one with the words that may be used."""
    book = Workbook(write_only=True)
    for sheet in SHEETS:
        _add(book, sheet.name, [[column.heading for column in sheet.columns]])
    lines: list[list[str]] = [["工作表", "列", "必填", "例子"]]
    for sheet in SHEETS:
        lines += [[sheet.name, c.heading, "是" if c.required else "否", c.example] for c in sheet.columns]
    lines += [[], ["角色可以是"], *([label] for label in PostHolding.Role.labels)]
    lines += [[], ["级别", "1 省 2 市 3 县 4 乡 5 村"], ["服务部门代码", "几个代码之间用顿号；空着就是本部门"]]
    _add(book, "说明", lines)
    return _bytes(book)


def report(problems: Iterable[Problem], changes: Iterable[Sequence[str]]) -> bytes:
    """The report of a check or an import: what is wrong, and what changes."""
    book = Workbook(write_only=True)
    wrong = [[p.sheet, str(p.row), p.column, p.code, p.message] for p in problems]
    _add(book, "要改的", [["工作表", "行", "列", "问题代号", "说明"], *wrong])
    _add(book, "会变的", [["工作表", "行", "怎么变", "内容"], *changes])
    return _bytes(book)


def _add(book: Workbook, name: str, lines: Iterable[Sequence[str]]) -> None:
    sheet = book.create_sheet(name)
    for letter in "ABCDEF":
        sheet.column_dimensions[letter].width = _WIDTH
    for line in lines:
        sheet.append([_cell(sheet, text) for text in line])


def _cell(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # also a text that begins like a formula stays a text
    cell.number_format = "@"
    return cell


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
