"""A department's export, CSV or XLSX, row by row: headings in Chinese, dates as 2026-01-31, nothing written."""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from certificates.errors import StockFileInvalid
from certificates.models import CertificateType
from common.sheets import SheetUnfit, check_archive, encoding_of, is_packed, lines_of, open_book, unvalued_column

NUMBER, HOLDER, CODE = "证照编号", "持证人名称", "持证人代码"
ISSUED, FROM, UNTIL = "颁发日期", "有效期起", "有效期至"
NEEDED = (NUMBER, HOLDER, CODE, ISSUED)
MOST_BYTES = 200 * 2**20
_MOST_COLUMNS = 60
_LONG_TERM = ("", "长期")


@dataclass(frozen=True, slots=True)
class StockRow:
    """One certificate as the file says it; dates ISO, ``valid_until`` empty for long-term."""

    number: str
    holder_name: str
    holder_code: str
    issued_on: str
    valid_from: str
    valid_until: str
    face: dict[str, str]

    def stored(self) -> dict[str, Any]:
        """As JSON, to wait for its holder."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be read: which column, and what is wrong with it."""

    column: str
    problem: str


def rows_of(path: Path, kind: CertificateType) -> Iterator[tuple[int, StockRow | Wrong]]:
    """Yield (line of the file, row or what is wrong with it). Raises :class:`StockFileInvalid` for the file itself."""
    try:
        lines = _lines(path)
        heading = [str(cell or "").strip() for cell in next(lines, ())]
        if missing := [name for name in NEEDED if name not in heading]:
            raise StockFileInvalid(problem=_("缺少栏目：%(names)s。") % {"names": "、".join(missing)})
        if len(set(filter(None, heading))) != len(list(filter(None, heading))):
            raise StockFileInvalid(problem=_("有重名的栏目。"))
        for number, cells in enumerate(lines, start=2):
            if column := unvalued_column(heading, cells):
                yield number, Wrong(column, _("是公式，没有算出来的值。"))
                continue
            values = dict(zip(heading, map(_text, cells), strict=False))
            if any(values.values()):
                yield number, _row(values, kind)
    except SheetUnfit as error:
        raise StockFileInvalid(problem=str(error.why)) from error
    except csv.Error as error:
        raise StockFileInvalid(problem=_("不是完好的 CSV 文件。")) from error


def _lines(path: Path) -> Iterator[tuple[Any, ...]]:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise StockFileInvalid(problem=_("超过 %(most)s MB。") % {"most": MOST_BYTES // 2**20})
    with path.open("rb") as raw:
        if is_packed(raw.read(4)):
            check_archive(path, size=size, most=MOST_BYTES * 5)
            book = open_book(path)
            try:
                yield from lines_of(path, book.worksheets[0], most_columns=_MOST_COLUMNS)
            finally:
                book.close()
            return
        encoding = encoding_of(raw)
        for line in csv.reader(io.TextIOWrapper(raw, encoding=encoding, newline="")):
            yield tuple(line)


def _text(cell: Any) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _row(values: Mapping[str, str], kind: CertificateType) -> StockRow | Wrong:
    for name in NEEDED:
        if not values.get(name):
            return Wrong(name, _("没有填。"))
    number, until = values[NUMBER].upper(), values.get(UNTIL, "")
    if len(number) > 60 or "\x00" in "".join(values.values()):
        return Wrong(NUMBER, _("太长，或者有不能用的字符。"))
    days = {ISSUED: values[ISSUED], FROM: values.get(FROM) or values[ISSUED], UNTIL: until}
    for name, text in days.items():
        if not (name == UNTIL and text in _LONG_TERM) and not _is_day(text):
            return Wrong(name, _("不是像 2026-01-31 这样的日期。"))
    if until not in _LONG_TERM and until < days[FROM]:
        return Wrong(UNTIL, _("早于有效期起。"))
    face = {field["key"]: values[field["label"]] for field in kind.fields if values.get(field["label"])}
    return StockRow(
        number=number,
        holder_name=values[HOLDER],
        holder_code=values[CODE].upper(),
        issued_on=days[ISSUED],
        valid_from=days[FROM],
        valid_until="" if until in _LONG_TERM else until,
        face=face,
    )


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
