"""Encrypted columns: which there are, under which keys their values stand, and a batch brought to the newest key."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from common import crypto
from common.fields import EncryptedTextField

# The history tables' triggers let a row be re-encrypted only in a transaction that says so.
_ALLOW = "SELECT set_config('onestop.key_rotation', 'on', true)"


@dataclass(frozen=True, slots=True)
class EncryptedTable:
    """One table with its key and its encrypted columns, each with the context its values are bound to."""

    name: str
    key: str
    key_type: str
    columns: tuple[str, ...]
    contexts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of one batch. ``last`` is the key to go on after; None: there was nothing left to read."""

    last: str | None
    changed: int
    unreadable: int


def encrypted_tables() -> list[EncryptedTable]:
    """Every table of every app that has an encrypted column, found from the models, by name."""
    tables = []
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        fields = [field for field in meta.local_concrete_fields if isinstance(field, EncryptedTextField)]
        if not fields or not meta.managed or meta.proxy:
            continue
        tables.append(
            EncryptedTable(
                name=meta.db_table,
                key=str(meta.pk.column),
                key_type=str(meta.pk.rel_db_type(connection)),
                columns=tuple(str(field.column) for field in fields),
                contexts=tuple(field.context for field in fields),
            )
        )
    return sorted(tables, key=lambda table: table.name)


def count_by_key(table: EncryptedTable) -> Counter[str]:
    """Values of a table by the id of their key, from the table itself (one scan)."""
    query = sql.SQL(
        "SELECT substring(v.c FROM 2 FOR get_byte(v.c, 0)) AS key, count(*) FROM {table} AS t "
        "CROSS JOIN LATERAL (VALUES {columns}) AS v(c) WHERE octet_length(v.c) > 0 GROUP BY 1"
    ).format(
        table=sql.Identifier(table.name),
        columns=sql.SQL(", ").join(sql.SQL("(t.{})").format(sql.Identifier(name)) for name in table.columns),
    )
    with _cursor() as cursor:
        cursor.execute(query)
        return Counter({bytes(key).decode(errors="replace"): count for key, count in cursor.fetchall()})


def rotate_batch(table: EncryptedTable, *, after: str | None, size: int) -> Batch:
    """Bring the next ``size`` rows after a key to the newest key, inside the caller's short transaction.

    Rows that somebody is changing are skipped (a later pass takes them), the others are locked against writing,
    never against reading, until the commit: a value written meanwhile is never overwritten.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("rotate_batch() belongs inside a transaction")
    with _cursor() as cursor:
        cursor.execute(_ALLOW)
        cursor.execute(_select(table, after), {"after": after, "old": crypto.newest_mark(), "size": size})
        rows = cursor.fetchall()
        changes, unreadable = _encrypt_again(table, rows)
        if changes:
            values = {str(index): list(column) for index, column in enumerate(zip(*changes, strict=True))}
            cursor.execute(_update(table), values)
    return Batch(last=str(rows[-1][0]) if rows else None, changed=len(changes), unreadable=unreadable)


def _cursor() -> psycopg.Cursor:
    """A cursor whose parameters travel beside the statement, in binary: Django's writes bytes into the text."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


def _select(table: EncryptedTable, after: str | None) -> sql.Composed:
    length = len(crypto.newest_mark())
    stale = sql.SQL(" OR ").join(
        sql.SQL("substring({} FROM 1 FOR {}) <> %(old)b").format(sql.Identifier(name), sql.Literal(length))
        for name in table.columns
    )
    later = sql.SQL("{} > %(after)s::{} AND ").format(sql.Identifier(table.key), sql.SQL(table.key_type))
    return sql.SQL(
        "SELECT {key}, {columns} FROM {table} WHERE {later}({stale}) ORDER BY {key} LIMIT %(size)s "
        "FOR NO KEY UPDATE SKIP LOCKED"
    ).format(
        key=sql.Identifier(table.key),
        columns=sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        table=sql.Identifier(table.name),
        later=later if after is not None else sql.SQL(""),
        stale=stale,
    )


def _update(table: EncryptedTable) -> sql.Composed:
    """An empty value leaves the column as it is."""
    names = [sql.Identifier(f"c{index}") for index in range(len(table.columns))]
    taken = sql.SQL(", ").join(
        sql.SQL("{column} = COALESCE(NULLIF(v.{new}, ''::bytea), t.{column})").format(
            column=sql.Identifier(column), new=new
        )
        for column, new in zip(table.columns, names, strict=True)
    )
    arrays = [sql.SQL("%(0)s::{}[]").format(sql.SQL(table.key_type))]
    arrays += [sql.SQL("%({})b::bytea[]").format(sql.SQL(str(index + 1))) for index in range(len(names))]
    return sql.SQL(
        "UPDATE {table} AS t SET {taken} FROM unnest({arrays}) AS v(id, {names}) WHERE t.{key} = v.id"
    ).format(
        table=sql.Identifier(table.name),
        taken=taken,
        arrays=sql.SQL(", ").join(arrays),
        names=sql.SQL(", ").join(names),
        key=sql.Identifier(table.key),
    )


def _encrypt_again(table: EncryptedTable, rows: list[tuple]) -> tuple[list[tuple], int]:
    """The rows with their new values; a value no key opens stays as it is and is counted."""
    mark = crypto.newest_mark()
    changes: list[tuple] = []
    unreadable = 0
    for key, *tokens in rows:
        fresh = []
        for token, context in zip(tokens, table.contexts, strict=True):
            try:
                keep = token is None or token.startswith(mark)
                fresh.append(b"" if keep else crypto.encrypt(crypto.decrypt(token, context=context), context=context))
            except crypto.CannotDecrypt:
                fresh.append(b"")
                unreadable += 1
        if any(fresh):
            changes.append((key, *fresh))
    return changes, unreadable


def all_tables_by_key() -> Iterator[tuple[EncryptedTable, Counter[str]]]:
    """Each table with its values by key id."""
    for table in encrypted_tables():
        yield table, count_by_key(table)
