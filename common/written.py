"""SELECTs that are written once: the first call has Django write the statement, later calls only fill in their values.

To write one costs Django several times what PostgreSQL needs to find a few rows by their keys. Everything else stays
Django's: rows become models, relations that are joined come with them, locks are taken. PostgreSQL plans each once for
a connection, for all values (:mod:`common.prepared`). ADR 50.
"""

import copy
from collections.abc import Callable, Hashable, Sequence
from functools import update_wrapper
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, ForeignKey, Lookup, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from common.prepared import planned

_R = TypeVar("_R")
# The queryset, the compiler that wrote it, the statement, and its parameters: values or places of values.
_Known = tuple[QuerySet[Any, Any], SQLCompiler, str, Sequence[Any]]


class Given(Expression):
    """A value that comes with each call, in the place where a queryset would have one. None equals nothing (SQL)."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def as_sql(self, _compiler: SQLCompiler, _connection: object) -> Any:
        """The parameter; what stands for its value until a call brings one."""
        return "%s", [self]


class Among(Lookup):
    """``column__among=values``: one of a :class:`Given` list, which may be empty."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        """``column = ANY(values)``: one statement for any number of values."""
        column, before = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*before, cast("Given", self.rhs)]


Field.register_lookup(Among)
ForeignKey.register_lookup(Among)


class Written(Generic[_R]):
    """A SELECT; called with the values, it returns the rows as the queryset has them. Made by :func:`written`."""

    def __init__(self, build: Callable[..., QuerySet[Any, _R]]) -> None:
        self._build = build
        self._known: dict[Hashable, _Known] = {}
        update_wrapper(cast("Any", self), build)

    def __call__(self, *values: Any, **shape: Hashable) -> list[_R]:
        """Return the rows. ``values`` are sent beside the statement; each ``shape`` has a statement of its own."""
        key = (len(values), *sorted(shape.items()))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._write(len(values), shape)
        rows, compiler, sql, places = known
        own = copy.copy(compiler)
        own.connection = connections[own.using or DEFAULT_DB_ALIAS]
        filled = tuple(values[one.place] if isinstance(one, Given) else one for one in places)
        own.as_sql = lambda *_args, **_options: (sql, filled)  # type: ignore[method-assign]
        found = rows.all()
        found.query.get_compiler = lambda *_args, **_options: own  # type: ignore[method-assign]
        with planned():
            return list(found)

    def one(self, *values: Any, **shape: Hashable) -> _R | None:
        """The first of the rows, or None."""
        return next(iter(self(*values, **shape)), None)

    def get(self, *values: Any, **shape: Hashable) -> _R:
        """The first of the rows; raises the model's ``DoesNotExist``."""
        for row in self(*values, **shape):
            return row
        raise self._build(*map(Given, range(len(values))), **shape).model.DoesNotExist

    def _write(self, count: int, shape: dict[str, Hashable]) -> _Known:
        rows = self._build(*map(Given, range(count)), **shape)
        compiler = rows.query.get_compiler(using=rows.db)
        sql, places = compiler.as_sql()
        columns = [column for column, *_rest in (compiler.select or ())[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        compiler.get_converters = lambda _columns: converters
        return rows, compiler, sql, places


def belonging(rows: list[_R], **owners: Model) -> list[_R]:
    """Give rows what they belong to, which is loaded already, as a related manager does: ``case=case``."""
    for row in rows:
        for name, owner in owners.items():
            setattr(row, name, owner)
    return rows


def written(build: Callable[..., QuerySet[Any, _R]]) -> Written[_R]:
    """Decorate a function that makes a queryset of its arguments: :class:`Given` for positional ones, which filter.

    Keyword arguments are of the statement's shape: what they say is written into it, and there are few of them. The
    queryset is evaluated as it is: no order is added to it, and what it prefetches is asked for after it as always.
    """
    return Written(build)
