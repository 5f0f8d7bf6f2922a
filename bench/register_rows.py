"""Fills large tables inside PostgreSQL: rows copied from one that the product wrote, indexes built afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from certificates.models import Certificate

# Ascending as the product's own keys are: the part before tells the table, so that no two tables share a key.
_KEY = "(lpad(to_hex({table}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def key(table: int, number: str) -> str:
    """The key of a row that was filled in, as SQL; ``table`` is any small number, ``number`` an expression."""
    return _KEY.format(table=table, number=number)


def fill_certificates(pattern: UUID, start: int, end: int, own: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Copies of a certificate, numbered from ``start`` to ``end``; ``own`` gives more columns of their own, as SQL.

    ``n`` is the number and ``p`` the row copied; identifiers are ``BENCH.n``.
    """
    told = {
        "id": key(1, "n"),
        "identifier": "'BENCH.' || n",
        "number": "'B' || n",
        "verify_code": "lpad(to_hex(n), 32, '0')",
        **own,
    }
    fill(Certificate, pattern, start, end, told, values)


def fill(
    model: type[Model], pattern: UUID, start: int, end: int, own: Mapping[str, str], values: Mapping[str, Any]
) -> None:
    """Copies of one row of a model; as :func:`fill_certificates`, with every column of its own named."""
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields]
    chosen = ", ".join(own.get(column, f'p."{column}"') for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, _bare(cursor, table):
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {chosen} FROM {table} p,"
            " generate_series(%(start)s::bigint, %(end)s::bigint) n WHERE p.id = %(pattern)s",
            {**values, "start": start, "end": end, "pattern": pattern},
        )
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {table}")  # as the server does by itself, a while later


@contextmanager
def _bare(cursor: Any, table: str) -> Iterator[None]:
    """Take indexes and foreign keys off a table, but for its primary key, and put them back afterwards."""
    constraints = _list(cursor, _CONSTRAINTS, table)
    for name, _definition in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = _list(cursor, _INDEXES, table)
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for _name, definition in indexes:
        cursor.execute(definition)
    for name, definition in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute("RESET maintenance_work_mem")


_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END
FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'u')
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary
"""


def _list(cursor: Any, statement: str, table: str) -> Sequence[tuple[str, str]]:
    cursor.execute(statement, [table])
    return [(name.strip('"'), definition.replace("%", "%%")) for name, definition in cursor.fetchall()]
