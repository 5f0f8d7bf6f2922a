"""Rows of files into the database as they are: COPY, line by line, so that a file of any length fits."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from services.exchange import outcomes, reading, tables
from services.exchange.errors import FileUnfit
from services.exchange.outcomes import RowOutcome
from services.exchange.plain import RowWriter, Verdict
from services.models import ExchangeBatch, ExchangeRow
from services.validation import has_forbidden_text

_COPY = """
COPY services_exchangerow (batch_id, "table", number, guid, parent, "values", is_plain, outcome, problems) FROM STDIN
"""
_TOGETHER = 200  # rows handed to the server at once
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SIMPLE = re.compile("[0-9A-Za-z-]{1,50}").fullmatch  # a guid as most are
# How many rows lead, and what stands twice, by a number in place of the guid: sorting a million guids takes longer.
_LEADING = """
SELECT coalesce(sum(first), 0)::bigint, coalesce(array_agg(hash) FILTER (WHERE told > 1), '{}')
FROM (SELECT hashtextextended(guid, 0) AS hash, count(*) AS first,
             count(*) FILTER (WHERE guid <> '' AND outcome = '') AS told
      FROM services_exchangerow WHERE batch_id = %(batch)s AND parent = '' GROUP BY 1) row
"""
# One row of those that share a guid counts: the first.
_REPEATED = """
UPDATE services_exchangerow row SET outcome = 'rejected', problems = jsonb_build_array(
    jsonb_build_object('code', %(code)s::text, 'message', replace(%(message)s, '{row}', first.number::text)))
FROM (SELECT id, row_number() OVER same AS place, first_value(number) OVER same AS number
      FROM services_exchangerow WHERE batch_id = %(batch)s AND guid <> '' AND parent = '' AND outcome = ''
        AND hashtextextended(guid, 0) = ANY(%(hashes)s)
      WINDOW same AS (PARTITION BY "table", guid ORDER BY id)) first
WHERE row.id = first.id AND first.place > 1
"""


def stage(batch: ExchangeBatch, place: Path) -> int:
    """Take the files at a place in as rows of the batch and return how many lead (the rest belong to them).

    Inside the caller's transaction. Raises :class:`FileUnfit`, :class:`TableUnknown`, :class:`ColumnsWrong`.
    """
    count = 0
    key = str(batch.pk)
    waiting: list[str] = []
    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            writers: dict[str, RowWriter] = {}
            for line in _lines(place):
                writer = writers.get(line.table) or writers.setdefault(line.table, RowWriter(line.table))
                waiting.append(_staged(key, line, writer))
                if len(waiting) == _TOGETHER:
                    copy.write("".join(waiting))
                    count += len(waiting)
                    waiting.clear()
            copy.write("".join(waiting))
            count += len(waiting)
        if not count:
            raise FileUnfit(file=place.name, problem=_("没有数据行"))
        cursor.execute("ANALYZE services_exchangerow")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(_LEADING, {"batch": batch.pk})
        leading, hashes = cursor.fetchone()
        if hashes:
            kind = outcomes.GUID_REPEATED
            message = str(kind.message) % {"detail": "{row}"}
            told = {"batch": batch.pk, "code": kind.code, "message": message, "hashes": hashes}
            cursor.execute(_REPEATED, told)
    first = ExchangeRow.objects.filter(batch=batch).order_by("id").values_list("id", flat=True).first() or 1
    batch.last_row = first - 1
    return int(leading)


def _lines(place: Path) -> Iterator[reading.Line]:
    for file, table in reading.files_of(place):
        yield from reading.read(file, table)


def _staged(batch: str, line: reading.Line, writer: RowWriter) -> str:
    """One line of the COPY text format."""
    written, verdict = writer.write(line.names, line.cells)
    if verdict is Verdict.PLAIN and line.problem is None:
        guid = line.cells[line.names.index("row_guid")] if "row_guid" in line.names else ""
        if type(guid) is str and _SIMPLE(guid):
            text = written.replace("\\", "\\\\")  # JSON escapes every control character itself
            return f"{batch}\t{line.table}\t{line.number}\t{guid}\t\t{text}\tt\t\t[]\n"
    return _staged_with_care(batch, line, written, verdict)


def _staged_with_care(batch: str, line: reading.Line, written: str, verdict: Verdict) -> str:
    values, problem = line.values, line.problem
    guid, parent = str(values.get("row_guid") or ""), str(values.get("task_guid") or "")
    leads = line.table == tables.REFERENCES or line.table not in _BELONG
    if problem is None and verdict is Verdict.FORBIDDEN and has_forbidden_text(values):
        problem = outcomes.ROW_UNREADABLE.found("NUL / surrogate")
    if problem is None and not leads and not 0 < len(parent) <= 50:
        problem = outcomes.ORPHAN.found()
    if problem is None and leads and line.table != tables.REFERENCES and not 0 < len(guid) <= 50:
        problem = outcomes.GUID_MISSING.found()
    if problem:
        written, guid, parent = "{}", guid[:50].replace("\x00", ""), ""
        told = json.dumps([{"code": problem.code, "message": problem.message}], ensure_ascii=False)
        guid = guid.encode("utf-8", "replace").decode()
    else:
        told = "[]"
        parent = "" if leads else parent
    is_plain = "t" if verdict is Verdict.PLAIN and not problem else "f"
    outcome = RowOutcome.REJECTED.value if problem else ""
    cells = (guid[:50], parent, written, is_plain, outcome, told)
    return "\t".join((batch, line.table, str(line.number), *(cell.translate(_SPECIAL) for cell in cells))) + "\n"


_BELONG = {table.name for table in tables.CHILDREN} | {tables.ENTRY_REST, tables.ITEM_REST}
