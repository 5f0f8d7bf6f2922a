"""Statements that are planned once for each connection: for those that take longer to plan than to run.

Their plans are generic: they must not depend on the values given (:func:`plan_once`). A pooler between site and server
has to keep prepared statements (PgBouncer 1.21 and later, ``max_prepared_statements``).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

_KEPT = 300  # statements of a connection: those of the acts on cases are some two hundred
Parameters = Sequence[Any] | Mapping[str, Any] | None


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    """Sends values beside the statement, which is prepared when it is first used."""

    def execute(self, query: Any, params: Parameters = None, **_options: Any) -> "_Cursor":
        try:
            return super().execute(query, params, prepare=True)
        finally:  # what Django shows of a statement; the values went beside it
            shown: Any = self
            shown._query = SimpleNamespace(query=query.encode() if isinstance(query, str) else None)


def prepared_cursor() -> AbstractContextManager[CursorWrapper]:
    """Return a cursor of the default connection whose statements are prepared; used as ``connection.cursor()`` is.

    Values are sent with their Python types: the statement casts where PostgreSQL cannot tell what is wanted.
    """
    _connect()
    cursor: Any = _Cursor(connection.connection)
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)


def _connect() -> None:
    """Have a connection that works: the server may have restarted since the last request (as Django's cursor does)."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()


@contextmanager
def planned() -> Iterator[None]:
    """Have the statements of the ORM prepared within, as those of :func:`prepared_cursor` are.

    For those that find rows by keys: a plan for all values does not see that a value fits a partial index.
    """
    _connect()
    server = connection.connection
    before, server.cursor_factory = server.cursor_factory, _Cursor
    try:
        yield
    finally:
        server.cursor_factory = before


def plan_once(sender: object, connection: BaseDatabaseWrapper, **_given: object) -> None:
    """Let a new connection prepare statements, and plan them once for all values."""
    connection.connection.prepare_threshold = 0
    connection.connection.prepared_max = _KEPT
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
