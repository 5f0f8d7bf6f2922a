"""Writing exchange tables as JSONL, CSV or XLSX, row by row: one file for each table, numbered parts of long ones."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook

from services.exchange.cells import guarded, to_sheet
from services.exchange.tables import Table

FORMATS = ("jsonl", "csv", "xlsx")
_SHEET_ROWS = 1_000_000  # below the most a sheet can hold


class _Writer(Protocol):
    def write(self, row: Mapping[str, str]) -> None: ...
    def close(self) -> None: ...


class _JsonWriter:
    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="\n")

    def write(self, row: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        self._stream.close()


class _CsvWriter:
    def __init__(self, path: Path, table: Table) -> None:
        self._stream = path.open("w", encoding="utf-8-sig", newline="")
        self._columns = list(table.columns)
        self._writer = csv.writer(self._stream)
        self._writer.writerow(self._columns)

    def write(self, row: Mapping[str, str]) -> None:
        self._writer.writerow([guarded(row.get(column, "")) for column in self._columns])

    def close(self) -> None:
        self._stream.close()


class _SheetWriter:
    def __init__(self, path: Path, table: Table) -> None:
        self._path, self._table, self._part, self._rows = path, table, 1, 0
        self._open()

    def _open(self) -> None:
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(self._table.name[:31])
        self._sheet.append(list(self._table.columns))

    def write(self, row: Mapping[str, str]) -> None:
        if self._rows == _SHEET_ROWS:
            self._save()
            self._part, self._rows = self._part + 1, 0
            self._open()
        self._sheet.append([to_sheet(row[column]) if column in row else None for column in self._table.columns])
        self._rows += 1

    def _save(self) -> None:
        part = "" if self._part == 1 else f".{self._part}"
        self._book.save(self._path.with_name(f"{self._path.stem}{part}.xlsx"))

    def close(self) -> None:
        self._save()


class Folder:
    """The files of one export; a table gets its file with its first row."""

    def __init__(self, place: Path, file_format: str) -> None:
        self._place, self._format = place, file_format
        self._writers: dict[str, _Writer] = {}

    def write(self, table: Table, row: Mapping[str, str]) -> None:
        """Append a row to its table."""
        if table.name not in self._writers:
            path = self._place / f"{table.name}.{self._format}"
            kinds: dict[str, Callable[[Path, Table], _Writer]] = {"csv": _CsvWriter, "xlsx": _SheetWriter}
            self._writers[table.name] = kinds[self._format](path, table) if self._format in kinds else _JsonWriter(path)
        self._writers[table.name].write(row)

    def write_rest(self, name: str, row: Mapping[str, Any]) -> None:
        """Append a row to a side file, which is JSON lines in every format."""
        if name not in self._writers:
            self._writers[name] = _JsonWriter(self._place / f"{name}.jsonl")
        self._writers[name].write(row)

    def close(self) -> None:
        """Finish all files."""
        for writer in self._writers.values():
            writer.close()
