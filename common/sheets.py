"""What every reader of spreadsheets needs: the encoding of a text, archives that are too large, cells without a value.

The readers differ in what a row means; what a file may be is decided here, once.
"""

import codecs
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

ENCODINGS = ("utf-8-sig", "gb18030")  # UTF-8 with or without BOM, else the national one
MOST_PARTS = 1000  # files in one archive
MOST_RATIO = 200  # packed text hardly shrinks to a hundredth
_CHUNK = 1 << 20
_SMALL = 2**24  # bytes to which anything may unpack

NOT_WHOLE: Promise = _("不是完好的 XLSX 文件")
TOO_LARGE: Promise = _("解开后太大")
NO_ENCODING: Promise = _("文字编码认不出来，请存成 UTF-8")
NO_VALUE: Promise = _(
    "第 %(column)s 列是公式，文件里没有它算出来的值。请在表格软件里打开、保存一次，或者改成普通文字。"
)
MERGED: Promise = _("有合并的单元格，请先拆开，每一行都填全。")


class SheetUnfit(ValueError):
    """The file is none that can be read; ``why`` says so in words."""

    def __init__(self, why: str | Promise) -> None:
        super().__init__(str(why))
        self.why = why


def encoding_of(source: BinaryIO) -> str:
    """Tell UTF-8 from GB18030 by all the bytes of a stream, piece by piece. Raises :class:`SheetUnfit` for neither."""
    for encoding in ENCODINGS:
        source.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := source.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        source.seek(0)
        return encoding
    raise SheetUnfit(NO_ENCODING)


def decode(content: bytes) -> str:
    """Decode a short text, UTF-8 or GB18030. Raises :class:`SheetUnfit`."""
    return content.decode(encoding_of(io.BytesIO(content)))


def is_packed(content: bytes) -> bool:
    """Whether the bytes begin like a workbook (or any other archive)."""
    return content[:4] == b"PK\x03\x04"


def check_archive(source: Path | BinaryIO, *, size: int, most: int) -> None:
    """Refuse an archive that unpacks to more than ``most`` bytes, or to far more than it is; :class:`SheetUnfit`."""
    try:
        with zipfile.ZipFile(source) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SheetUnfit(NOT_WHOLE) from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > most or unpacked > max(size * MOST_RATIO, _SMALL):
        raise SheetUnfit(TOO_LARGE)


def open_book(source: Path | BinaryIO, *, shows: Literal["values", "formulas"] = "values") -> Any:
    """Open a workbook to be read row by row. Raises :class:`SheetUnfit`."""
    try:
        return load_workbook(source, read_only=True, data_only=shows == "values", keep_links=False)
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        raise SheetUnfit(NOT_WHOLE) from error


class Unvalued:
    """Stands where a cell holds a formula and the file does not say what came of it."""

    def __repr__(self) -> str:
        return "="

    def __bool__(self) -> bool:
        return True


UNVALUED = Unvalued()


def lines_of(source: Path | BinaryIO, sheet: Any, *, most_columns: int) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of a sheet opened for its values, line by line; a formula without a value is :data:`UNVALUED`.

    Such a cell reads as empty in openpyxl, as if nobody had filled it in: the same sheet is read beside it for its
    formulas, and the two are compared. Raises :class:`SheetUnfit` for a damaged sheet.
    """
    if not has_formulas(source, sheet):
        yield from plain_lines(sheet, most_columns=most_columns)
        return
    book = open_book(source, shows="formulas")
    try:
        written = plain_lines(book[sheet.title], most_columns=most_columns)
        for values, formulas in zip(plain_lines(sheet, most_columns=most_columns), written, strict=False):
            if None in values:
                yield tuple(_said(value, formula) for value, formula in zip(values, formulas, strict=False))
            else:
                yield values
    finally:
        book.close()


def plain_lines(sheet: Any, *, most_columns: int) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of a sheet as its workbook was opened. Raises :class:`SheetUnfit` for a damaged one."""
    try:
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True, max_col=most_columns)
    except Exception as error:  # a damaged sheet shows only when it is read
        raise SheetUnfit(NOT_WHOLE) from error


def _said(value: Any, formula: Any) -> Any:
    return UNVALUED if value is None and formula is not None else value


def has_formulas(source: Path | BinaryIO, sheet: Any) -> bool:
    """Whether a sheet has any formula: its XML is looked through as a stream, nothing is kept."""
    return _mentions(source, sheet, b"<f")


def has_merged_cells(source: Path | BinaryIO, sheet: Any) -> bool:
    """Whether cells of a sheet are merged: all but the first of them would read as empty."""
    return _mentions(source, sheet, b"<mergeCell ")


def _mentions(source: Path | BinaryIO, sheet: Any, wanted: bytes) -> bool:
    path = getattr(sheet, "_worksheet_path", "").lstrip("/")
    try:
        with zipfile.ZipFile(source) as packed, packed.open(path) as xml:
            tail = b""
            while chunk := xml.read(_CHUNK):
                if _finds(tail + chunk, wanted):
                    return True
                tail = chunk[-len(wanted) :]
    except (KeyError, zipfile.BadZipFile, OSError, EOFError, ValueError):
        return True  # read the careful way
    return False


def _finds(text: bytes, wanted: bytes) -> bool:
    """The tag itself: ``<f>``, ``<f t=…`` or ``<f/>``, not ``<font>``."""
    at = text.find(wanted)
    while at >= 0:
        if wanted.endswith(b" ") or text[at + len(wanted) : at + len(wanted) + 1] in (b">", b" ", b"/", b""):
            return True
        at = text.find(wanted, at + 1)
    return False


def unvalued_column(heading: Sequence[str], cells: Iterable[Any]) -> str:
    """The heading over the first formula without a value in a line; empty when there is none."""
    for number, cell in enumerate(cells):
        if cell is UNVALUED:
            return heading[number] if number < len(heading) and heading[number] else str(number + 1)
    return ""
