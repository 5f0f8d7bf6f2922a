"""Rows asked for one at a time."""

from typing import TypeVar

from django.db.models import Model, QuerySet

_M = TypeVar("_M", bound=Model)


def only(rows: QuerySet[_M]) -> _M | None:
    """The one row there is, or None. Unlike ``first()`` no order is made up for it, which a wide row pays for."""
    return next(iter(rows.order_by()[:1]), None)
