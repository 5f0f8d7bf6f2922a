"""What all readers of spreadsheets share: encodings, archives, merged cells, formulas that nobody worked out."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from common import sheets


def book(*rows, merged: str = "", computed: str = "") -> io.BytesIO:
    """A workbook of one sheet; ``computed`` is put in as the value that a spreadsheet program worked out."""
    made, stream = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    if merged:
        made.active.merge_cells(merged)
    made.save(stream)
    if not computed:
        return stream
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(again := io.BytesIO(), "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for empty in (b"<v></v>", b"<v />", b"<v/>"):
                text = text.replace(empty, f"<v>{computed}</v>".encode())
            new.writestr(name, text)
    return again


def lines(stream):
    opened = sheets.open_book(stream)
    return list(sheets.lines_of(stream, opened.active, most_columns=10))


def test_a_formula_that_nobody_worked_out_is_not_an_empty_cell():
    rows = [["name", "count", "note"], ["甲", "=1+1", None]]
    read = lines(book(*rows))
    assert read[1][1] is sheets.UNVALUED
    assert read[1][2] is None
    assert sheets.unvalued_column(["name", "count"], read[1]) == "count"
    assert sheets.unvalued_column(["name"], read[1]) == "2"
    worked_out = lines(book(*rows, computed="2"))
    assert worked_out[1][:2] == ("甲", 2)
    assert sheets.unvalued_column(["name", "count"], worked_out[1]) == ""


def test_merged_cells_and_formulas_are_found_in_the_sheet_itself():
    stream = book(["<f>", "文字 <mergeCell "], ["a", "b"])
    sheet = sheets.open_book(stream).active
    assert not sheets.has_formulas(stream, sheet)
    assert not sheets.has_merged_cells(stream, sheet)
    stream = book(["a", "b"], ["c", "d"], merged="A1:B1")
    assert sheets.has_merged_cells(stream, sheets.open_book(stream).active)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_texts_are_read_in_the_encodings_of_the_land(encoding):
    assert sheets.decode("名称，㐂".encode(encoding)) == "名称，㐂"


def test_what_is_no_text_no_workbook_or_too_large_is_refused():
    with pytest.raises(sheets.SheetUnfit, match="UTF-8"):
        sheets.decode(b"\xff\xff\xff")
    with pytest.raises(sheets.SheetUnfit):
        sheets.open_book(io.BytesIO(b"PK\x03\x04nothing"))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", b"\0" * (32 * 2**20))
    size = len(bomb.getvalue())
    with pytest.raises(sheets.SheetUnfit) as caught:
        sheets.check_archive(bomb, size=size, most=2**40)
    assert caught.value.why is sheets.TOO_LARGE
    with pytest.raises(sheets.SheetUnfit):
        sheets.check_archive(bomb, size=2**30, most=2**20)
    sheets.check_archive(book(["a"]), size=5000, most=2**20)
