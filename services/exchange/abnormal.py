"""Rows that were not taken, in the shape in which the platform above reads errors back (dn_audit_abnormal)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone

from services.exchange import outcomes
from services.exchange.cells import guarded
from services.exchange.tables import TABLES
from services.models import ExchangeBatch

COLUMNS = (
    "err_type",
    "remark",
    "table_name",
    "table_sql_name",
    "table_row_guid",
    "table_cd_batch",
    "table_cd_time",
    "table_cd_source",
    "table_update_time",
    "row_number",  # a local addition: the line of the file
)
_NO_FAULT = (outcomes.ONLINE_TO_REVIEW.code, outcomes.WAIVER_TO_REVIEW.code)


def lines(batch: ExchangeBatch, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Yield the heading and one line for each problem, safe for spreadsheet programs."""
    yield list(COLUMNS)
    taken = _time(batch.created_at)
    updated = _time(batch.updated_at)
    for row in rows:
        table = TABLES.get(row["table"])
        for one in row["problems"]:
            if one["code"] in _NO_FAULT:
                continue
            cells = (
                one["code"],
                one["message"][:1000],
                str(table.label)[:50] if table else row["table"],
                row["table"],
                row["guid"],
                batch.pk.hex,
                taken,
                "1",
                updated,
                str(row["number"]),
            )
            yield [guarded(cell) for cell in cells]


def _time(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
