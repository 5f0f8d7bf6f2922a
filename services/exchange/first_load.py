"""The first load of a long list: indexes and references are put aside, and made again over all rows at once.

To keep ten indexes and fourteen references in order row by row takes longer than to write the rows; over all of them
together it takes a tenth. That is done only while the catalogue is empty, so that nobody's page waits for an index.
What was put aside stands on the batch, written in the transaction that drops it, and each piece is made again in the
transaction that takes it off the list: a run that is lost in between makes the rest when it is gone on with. Unique
indexes stay where they are; what rows that are read one by one are looked up by comes back before they are.
"""

import logging
from collections import Counter
from collections.abc import Callable
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
_LOOKUP, _INDEX, _REFERENCE = "lookup", "index", "reference"  # kinds of pieces, in the order in which they are made
# The import itself finds rows by these, first columns or whole indexes.
_LOOKED_UP_BY = ["current_id", "version_id", "place_topic"]
_AT_ONCE = 2  # pieces, each in a connection of its own
_INDEXES = """
SELECT CASE WHEN first.attname = ANY(%(looked_up_by)s) OR class.relname = ANY(%(looked_up_by)s)
            THEN 'lookup' ELSE 'index' END AS kind,
       owner.relname, class.relname, pg_get_indexdef(index.indexrelid)
FROM pg_index index
JOIN pg_class class ON class.oid = index.indexrelid
JOIN pg_class owner ON owner.oid = index.indrelid
LEFT JOIN pg_attribute first ON first.attrelid = owner.oid AND first.attnum = index.indkey[0]
WHERE index.indrelid = ANY(%(tables)s::regclass[]) AND NOT index.indisunique AND index.indisvalid
ORDER BY kind DESC, owner.relname, class.relname
"""
_REFERENCES = """
SELECT 'reference', owner.relname, fk.conname, pg_get_constraintdef(fk.oid)
FROM pg_constraint fk JOIN pg_class owner ON owner.oid = fk.conrelid
WHERE fk.conrelid = ANY(%(tables)s::regclass[]) AND fk.contype = 'f' AND fk.convalidated
ORDER BY owner.relname, fk.conname
"""
_IS_OWNER = "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid = ANY(%(tables)s::regclass[])"
_HAS_CONSTRAINT = "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"

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
    found: list[list[str]] = []
    for statement in (_INDEXES, _REFERENCES):
        cursor.execute(statement, chosen)
        found += [list(piece) for piece in cursor.fetchall()]
    quote = connection.ops.quote_name
    for kind, table, name, _definition in found:
        if kind == _REFERENCE:
            cursor.execute(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")
        else:
            cursor.execute(f"DROP INDEX {quote(name)}")
    return found


def make_lookups_again(batch: ExchangeBatch) -> bool:
    """As :func:`make_again` after lanes, only of what rows that are read one by one are looked up by."""
    return bool(batch.put_aside) and batch.put_aside[0][0] == _LOOKUP and batch.lanes.exists() and make_again(batch)


def make_again(batch: ExchangeBatch) -> bool:
    """Make the next pieces that were put aside; False when there is none. Inside the caller's transaction.

    They are made in connections of their own, so the caller must have written to none of the tables. A piece that was
    made by a run that was lost then is found and taken off the list. Raises :class:`TableBusy`.
    """
    if not batch.put_aside:
        return False
    chosen = _side_by_side(batch.put_aside)
    with ThreadPoolExecutor(len(chosen)) as pool:
        if chosen[0][0] == _REFERENCE:
            for piece in chosen:  # one after the other: each holds two tables
                pool.submit(_alone, _bind, piece).result()
        for problem in pool.map(lambda piece: _alone(_make, piece), chosen):
            batch.problem = (problem or batch.problem)[:1000]
    batch.put_aside = [piece for piece in batch.put_aside if piece not in chosen]
    batch.save(update_fields=["put_aside", "problem", "updated_at"])
    return True


def _side_by_side(pieces: list[list[str]]) -> list[list[str]]:
    """The next pieces that do not wait for one another: a table's references are looked at one after the other."""
    kind = pieces[0][0]
    alike = [piece for piece in pieces if piece[0] == kind]
    if kind == _REFERENCE:  # those of the table that has most come first, so that none is left to go alone
        many = Counter(piece[1] for piece in alike)
        alike = list({piece[1]: piece for piece in reversed(alike)}.values())
        alike.sort(key=lambda piece: -many[piece[1]])
    return alike[:_AT_ONCE]


def _alone(work: Callable[[list[str]], str], piece: list[str]) -> str:
    """Do something in a connection of this thread.

    It waits for somebody who holds a table only so long: they may wait for the catalogue, which the caller holds in
    another connection, and the server sees no circle there.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT_AGAIN}'")
            return work(piece)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise TableBusy from error
        raise
    finally:
        connection.close()


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
    """Make an index, or look whether a reference holds for every row; returns what breaks it, nothing is lost."""
    kind, table, name, definition = piece
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
        if kind != _REFERENCE:
            cursor.execute(definition.replace("CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1))
            return ""
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
