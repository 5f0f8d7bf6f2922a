"""The report of a batch as people read it: what happened to many rows for one reason stands in one line."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from services.exchange import outcomes
from services.exchange.outcomes import RowOutcome
from services.exchange.runs import problem_rows
from services.exchange.tables import ENTRY_REST, ITEM_REST, REFERENCES, TABLES
from services.models import ExchangeBatch, ExchangeRow

_SIDE_LABELS = {
    REFERENCES: _("地区、部门、岗位、证照类型和数据元"),
    ENTRY_REST: _("基本目录的其余内容"),
    ITEM_REST: _("事项的其余内容"),
}
_FEW = 5  # rows of one reason that are told one by one
_MOST = 200  # lines


@dataclass(frozen=True, slots=True)
class Line:
    """One line: one row, or ``count`` rows of a table with the same reason, the first of them at ``number``."""

    table: str
    number: int
    count: int
    outcome: str
    problems: list[dict[str, str]]
    is_alike: bool = True  # whether the words are the same for all of them

    @property
    def label(self) -> str:
        """What the table is called."""
        table = TABLES.get(self.table)
        return str(table.label if table else _SIDE_LABELS.get(self.table, self.table))

    @property
    def tone(self) -> str:
        """Red is for what is wrong with a row, not for what is only not done here."""
        if self.outcome == RowOutcome.KEPT:
            return "amber"
        if self.outcome != RowOutcome.REJECTED:
            return "jade"
        by_others = {outcomes.BY_COMMAND_ONLY.code, outcomes.NOT_YOURS.code}
        return "amber" if all(one["code"] in by_others for one in self.problems) else "red"


def report_lines(batch: ExchangeBatch) -> tuple[list[Line], bool]:
    """The lines of a batch's report in the order of its files, and whether there are more (two queries)."""
    groups = (
        problem_rows(batch)
        .order_by()
        .values("table", "outcome", code=KT("problems__0__code"))
        .annotate(count=Count("id"), first=Min("id"), number=Min("number"))
        .annotate(least=Min(KT("problems__0__message")), most=Max(KT("problems__0__message")))
        .order_by("first")
    )
    found: list[Any] = list(groups[: _MOST + 1])
    many = [one for one in found if one["count"] > _FEW]
    placed = [(one["first"], _many(one)) for one in many]
    placed += [(row.pk, _one(row)) for row in _others(batch, many)[: _MOST + 1]]
    lines = [line for _place, line in sorted(placed, key=lambda pair: pair[0])]
    return lines[:_MOST], len(found) > _MOST or len(lines) > _MOST


def _others(batch: ExchangeBatch, many: list[dict[str, Any]]) -> QuerySet[ExchangeRow]:
    """The rows that belong to none of these groups."""
    rows = problem_rows(batch).annotate(code=KT("problems__0__code"))
    for one in many:
        rows = rows.exclude(table=one["table"], outcome=one["outcome"], code=one["code"])
    return rows


def _many(group: dict[str, Any]) -> Line:
    told = [{"code": group["code"], "message": group["least"]}]
    is_alike = group["least"] == group["most"]
    return Line(group["table"], group["number"], group["count"], group["outcome"], told, is_alike)


def _one(row: ExchangeRow) -> Line:
    return Line(row.table, row.number, 1, row.outcome, row.problems)
