"""The first load of a long list: indexes and references are put aside, and made again over all rows at once.

To keep ten indexes and fourteen references in order row by row takes longer than to write the rows; over all of them
together it takes a tenth. That is done only while the catalogue is empty, so that nobody's page waits for an index.
What was put aside stands on the batch, written in the transaction that drops it, and each piece is made again in the
transaction that takes it off the list: a run that is lost in between makes the rest when it is gone on with. Unique
indexes stay where they are; what rows that are read one by one are looked up by comes back before they are.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from services.actions import lock_catalogue
from services.models import ExchangeBatch, ServiceItem

LEAST = 50_000  # rows; shorter lists are written before the rest is worth it
_WAIT = "3s"  # for others who use the tables; then the list is loaded the ordinary way
_WAIT_AGAIN = "60s"  # when pieces are made again
_MEMORY = "512MB"
_TABLES = ["services_serviceitem", "services_itemversion", "services_legalbasis", "services_searchplace"]
# Kinds of pieces, in the order in which they are made.
_LOOKUP, _INDEX, _REFERENCE, _AWAY = "lookup", "index", "reference", "away"
# The import itself finds rows by these, first columns or whole indexes.
_LOOKED_UP_BY = ["current_id", "version_id", "place_topic"]
_AT_ONCE = 2  # connections that make pieces
_IN_A_ROW = 8  # pieces before the catalogue is let go
# Versions refer to much that a list never tells: what is empty in all rows is seen in one index without a row,
# not once more in the whole table for each reference.
_SELDOM = "services_itemversion"
_TOLD = f"{_SELDOM}_told"
_INDEXES = """
SELECT CASE WHEN first.attname = ANY(%(looked_up_by)s) OR class.relname = ANY(%(looked_up_by)s)
            THEN 'lookup' ELSE 'index' END AS kind,
       owner.relname, class.relname, pg_get_indexdef(index.indexrelid)
FROM pg_index index
JOIN pg_class class ON class.oid = index.indexrelid
JOIN pg_class owner ON owner.oid = index.indrelid
LEFT JOIN pg_attribute first ON first.attrelid = owner.oid AND first.attnum = index.indkey[0]
WHERE index.indrelid = ANY(%(tables)s::regclass[]) AND NOT index.indisunique AND index.indisvalid
ORDER BY kind DESC, (first.atttypid = 'varchar'::regtype) DESC, owner.relname, class.relname
"""
_REFERENCES = """
SELECT 'reference', owner.relname, fk.conname, pg_get_constraintdef(fk.oid)
FROM pg_constraint fk JOIN pg_class owner ON owner.oid = fk.conrelid
WHERE fk.conrelid = ANY(%(tables)s::regclass[]) AND fk.contype = 'f' AND fk.convalidated
ORDER BY owner.relname, fk.conname
"""
_SELDOM_TOLD = """
SELECT string_agg(quote_ident(attname) || ' IS NOT NULL', ' OR ' ORDER BY attname)
FROM pg_constraint fk JOIN pg_attribute col ON col.attrelid = fk.conrelid AND col.attnum = fk.conkey[1]
WHERE fk.conrelid = %s::regclass AND fk.contype = 'f' AND fk.convalidated AND NOT col.attnotnull
"""
_IS_SELDOM = """
SELECT 1 FROM pg_constraint fk JOIN pg_attribute col ON col.attrelid = fk.conrelid AND col.attnum = fk.conkey[1]
WHERE fk.conrelid = %s::regclass AND fk.conname = %s AND NOT col.attnotnull AND to_regclass(%s) IS NOT NULL
"""
_IS_OWNER = "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid = ANY(%(tables)s::regclass[])"
_HAS_CONSTRAINT = "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"

_Line = tuple[Callable[[list[str]], str], list[list[str]]]  # what is done with pieces, one after the other

_log = logging.getLogger("onestop.exchange")


class TableBusy(Exception):
    """Somebody held a table for so long that a piece was not made: let go of everything, then ask again."""


def put_aside(batch: ExchangeBatch) -> bool:
    """Put indexes and references aside for a long first load; says whether that was done.

    Not done where the catalogue has items, the tables belong to another role, or somebody holds them.
    """
    if batch.total < LEAST:
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_catalogue()
            chosen = {"tables": _TABLES, "looked_up_by": _LOOKED_UP_BY}
            cursor.execute(_IS_OWNER, chosen)
            if ServiceItem.objects.exists() or not cursor.fetchone()[0]:
                return False
            cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
            batch.put_aside = _drop(cursor, chosen)
            batch.save(update_fields=["put_aside", "updated_at"])
    except OperationalError as error:  # lock timeout
        _log.info("the first load keeps its indexes: %s", error)
        batch.put_aside = []
    return bool(batch.put_aside)


def _drop(cursor: Any, chosen: dict[str, list[str]]) -> list[list[str]]:
    """Drop what is put aside; returns [kind, table, name, definition] in the order in which it is made again."""
    cursor.execute(_SELDOM_TOLD, [_SELDOM])
    told = cursor.fetchone()[0]
    cursor.execute(_INDEXES, chosen)
    indexes = [list(piece) for piece in cursor.fetchall()]
    cursor.execute(_REFERENCES, chosen)
    references = [list(piece) for piece in cursor.fetchall()]
    quote = connection.ops.quote_name
    for _kind, _table, name, _definition in indexes:
        cursor.execute(f"DROP INDEX {quote(name)}")
    for _kind, table, name, _definition in references:
        cursor.execute(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")
    helper = [[_INDEX, _SELDOM, _TOLD, f"CREATE INDEX {_TOLD} ON {_SELDOM} (id) WHERE {told}"]] if told else []
    away = [[_AWAY, _SELDOM, _TOLD, ""]] if told else []
    return [*indexes, *helper, *references, *away]


def make_lookups_again(batch: ExchangeBatch) -> bool:
    """As :func:`make_again` after lanes, only of what rows that are read one by one are looked up by."""
    return bool(batch.put_aside) and batch.put_aside[0][0] == _LOOKUP and batch.lanes.exists() and make_again(batch)


def make_again(batch: ExchangeBatch, meanwhile: Callable[[], int] | None = None) -> bool:
    """Make the next pieces that were put aside; False when there is none. Inside the caller's transaction.

    They are made in connections of their own, so the caller must have written to none of the tables. A piece that was
    made by a run that was lost then is found and taken off the list. While indexes are made, ``meanwhile`` is called
    as long as it has something to do; it may read the tables. Raises :class:`TableBusy`.
    """
    if not batch.put_aside:
        return False
    kind = batch.put_aside[0][0]
    chosen = [piece for piece in batch.put_aside if piece[0] == kind]
    if kind != _REFERENCE:
        chosen = chosen[:_IN_A_ROW]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        if kind == _REFERENCE:  # one after the other: each holds two tables
            pool.submit(_alone, iter([(_bind, chosen)])).result()
        todo = iter([(_make, line) for line in _lines(chosen)])
        workers = [pool.submit(_alone, todo) for _number in range(_AT_ONCE)]
        if kind == _INDEX and meanwhile:
            while not all(worker.done() for worker in workers) and meanwhile():
                pass
        for worker in workers:
            for problem in worker.result():
                batch.problem = problem[:1000]
    batch.put_aside = [piece for piece in batch.put_aside if piece not in chosen]
    batch.save(update_fields=["put_aside", "problem", "updated_at"])
    return True


def _lines(pieces: list[list[str]]) -> list[list[list[str]]]:
    """Pieces that wait for one another stand in one line: a table's references are looked at one after the other."""
    if pieces[0][0] != _REFERENCE:
        return [[piece] for piece in pieces]
    tables = sorted({piece[1] for piece in pieces}, key=lambda table: (table != ServiceItem._meta.db_table, table))
    return [[piece for piece in pieces if piece[1] == table] for table in tables]


def _alone(todo: Iterator[_Line]) -> list[str]:
    """Do what is next in a connection of this thread until nothing is left; returns the problems.

    It waits for somebody who holds a table only so long: they may wait for the catalogue, which the caller holds in
    another connection, and the server sees no circle there.
    """
    problems = []
    try:
        for work, line in todo:
            for piece in line:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT_AGAIN}'")
                    problems.append(work(piece))
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise TableBusy from error
        raise
    finally:
        connection.close()
    return [problem for problem in problems if problem]


def _bind(piece: list[str]) -> str:
    """Bind new rows first; what is there is looked at by :func:`_make`."""
    _kind, table, name, definition = piece
    with connection.cursor() as cursor:
        cursor.execute(_HAS_CONSTRAINT, [name, table])
        if not cursor.fetchone():
            quote = connection.ops.quote_name
            cursor.execute(f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} {definition} NOT VALID")
    return ""


def _make(piece: list[str]) -> str:
    """Make an index, or look whether a reference holds for every row; returns what breaks it, nothing is lost.

    The last piece takes away what only served to make the others.
    """
    kind, table, name, definition = piece
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if kind == _AWAY:
            cursor.execute(f"DROP INDEX IF EXISTS {quote(name)}")
            return ""
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
        if kind != _REFERENCE:
            cursor.execute(definition.replace("CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1))
            return ""
        if table == _SELDOM:
            cursor.execute(_IS_SELDOM, [table, name, _TOLD])
            if cursor.fetchone():
                cursor.execute("SET LOCAL enable_seqscan = off")
        try:
            with transaction.atomic():
                cursor.execute(f"ALTER TABLE {quote(table)} VALIDATE CONSTRAINT {quote(name)}")
        except IntegrityError as error:
            _log.error("a reference does not hold for every row, new rows are bound by it: %s", error)
            return f"{name}: {error}"
    return ""


def make_all_again(*, before: datetime | None = None) -> int:
    """Make again what any batch put aside (that was last touched before a time); returns how many pieces there were.

    A load that is still going on is not harmed: it goes on with everything in its place, and takes longer.
    """
    count = 0
    open_ones = ExchangeBatch.objects.exclude(put_aside=[])
    if before:
        open_ones = open_ones.filter(updated_at__lt=before)
    for key in list(open_ones.values_list("pk", flat=True)):
        try:
            while made := _make_some_again(key):
                count += made
        except TableBusy as busy:
            _log.warning("indexes of a first load are not made again yet, a table is busy: %s", busy.__cause__)
    return count


@transaction.atomic
def _make_some_again(batch_id: UUID) -> int:
    batch = ExchangeBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    aside = len(batch.put_aside)
    make_again(batch)
    return aside - len(batch.put_aside)
