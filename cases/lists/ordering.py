"""Orders of the lists and the places in them: a page begins behind a row, never at a number (keyset paging).

An order is a list of keys that together are unique; a :class:`Place` is the values of one row. Rows without a date
come first, as the earliest day there is, so that every key has a value and rows can be compared as a whole.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.db.models import BooleanField, DateField, F, Func, Value
from django.db.models.functions import Coalesce

EARLIEST = dt.date(1, 1, 1)


def day(name: str) -> Coalesce:
    """A date that is the earliest one where there is none; the indexes are over the same expression."""
    return Coalesce(F(name), Value(EARLIEST, output_field=DateField()))


@dataclass(frozen=True, slots=True)
class Order:
    """Expressions to sort by before the primary key, and whether the sort goes down instead of up."""

    keys: tuple[Any, ...] = ()
    is_down: bool = False


ORDERS = {
    "urgent": Order((day("promise_due_on"), day("received_on"))),
    "statute": Order((day("statutory_due_on"), day("received_on"))),
    "newest": Order(is_down=True),
    "oldest": Order(),
    "best": Order(is_down=True),  # within one rank; the ranks follow each other
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its rank (how well it fits the words, 0 otherwise), its dates by the order, its key."""

    rank: int
    days: tuple[dt.date, ...]
    key: UUID

    @property
    def text(self) -> str:
        """The place as it stands in an address."""
        return ".".join([str(self.rank), *(day.isoformat() for day in self.days), self.key.hex])

    @classmethod
    def read(cls, text: str, order: Order) -> Self | None:
        """Read a place of this order; None for anything else."""
        rank, *days, key = text[:100].split(".") if text.count(".") == len(order.keys) + 1 else ("", "")
        try:
            return cls(int(rank) % 10, tuple(map(dt.date.fromisoformat, days)), UUID(key))
        except ValueError:
            return None


class RowBeyond(Func):
    """Whether the first half of the expressions, as one row, lies behind the second half."""

    output_field = BooleanField()

    def __init__(self, *expressions: Any, is_after: bool) -> None:
        super().__init__(*expressions)
        self.sign = ">" if is_after else "<"

    def as_sql(self, compiler: Any, connection: Any, *_form: Any, **_context: Any) -> tuple[str, Any]:
        """``(a, b) > (x, y)``, which an index over (a, b) answers by beginning in its midst."""
        parts = [compiler.compile(one) for one in self.source_expressions]
        half = len(parts) // 2
        rows = (parts[:half], parts[half:])
        left, right = (", ".join(sql for sql, _values in row) for row in rows)
        return f"({left}) {self.sign} ({right})", [value for sql, values in parts for value in values]


def beyond(order: Order, place: Place, *, is_back: bool) -> RowBeyond:
    """The rows behind a place, or before it where ``is_back``."""
    values = [Value(day, output_field=DateField()) for day in place.days]
    keys = (*order.keys, F("pk"), *values, Value(place.key))
    return RowBeyond(*keys, is_after=order.is_down == is_back)
