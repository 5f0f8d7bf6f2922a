"""The first load of a long list: indexes and references are put aside, and made again over all rows at once.

To keep ten indexes and fourteen references in order row by row takes longer than to write the rows; over all of them
together it takes a tenth. That is done only while the catalogue is empty, so that nobody's page waits for an index.
What was put aside stands on the batch, written in the transaction that drops it, and each piece is made again in the
transaction that takes it off the list: a run that is lost in between makes the rest when it is gone on with. Unique
indexes and what the import itself looks things up by stay where they are.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from services.actions import lock_catalogue
from services.models import ExchangeBatch, ServiceItem

LEAST = 50_000  # rows; shorter lists are written before the rest is worth it
_WAIT = "3s"  # for others who use the tables; then the list is loaded the ordinary way
_MEMORY = "512MB"
_TABLES = ["services_serviceitem", "services_itemversion", "services_legalbasis", "services_searchplace"]
# Found by the import itself, or growing at one end and so cheap.
_KEPT = ["place_topic", "item_updated", "item_due"]
_KEPT_COLUMNS = ["current_id", "version_id"]
_INDEXES = """
SELECT class.relname, owner.relname, pg_get_indexdef(index.indexrelid)
FROM pg_index index
JOIN pg_class class ON class.oid = index.indexrelid
JOIN pg_class owner ON owner.oid = index.indrelid
LEFT JOIN pg_attribute first ON first.attrelid = owner.oid AND first.attnum = index.indkey[0]
WHERE index.indrelid = ANY(%(tables)s::regclass[]) AND NOT index.indisunique AND index.indisvalid
  AND class.relname <> ALL(%(kept)s) AND first.attname <> ALL(%(columns)s)
ORDER BY owner.relname, class.relname
"""
_REFERENCES = """
SELECT fk.conname, owner.relname, pg_get_constraintdef(fk.oid)
FROM pg_constraint fk JOIN pg_class owner ON owner.oid = fk.conrelid
WHERE fk.conrelid = ANY(%(tables)s::regclass[]) AND fk.contype = 'f' AND fk.convalidated
ORDER BY owner.relname, fk.conname
"""
_IS_OWNER = "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid = ANY(%(tables)s::regclass[])"
_HAS_CONSTRAINT = "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"

_log = logging.getLogger("onestop.exchange")


def put_aside(batch: ExchangeBatch) -> bool:
    """Put indexes and references aside for a long first load; says whether that was done.

    Not done where the catalogue has items, the tables belong to another role, or somebody holds them.
    """
    if batch.total < LEAST:
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_catalogue()
            chosen = {"tables": _TABLES, "kept": _KEPT, "columns": _KEPT_COLUMNS}
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
    found = []
    for kind, statement in (("index", _INDEXES), ("reference", _REFERENCES)):
        cursor.execute(statement, chosen)
        found += [[kind, table, name, definition] for name, table, definition in cursor.fetchall()]
    quote = connection.ops.quote_name
    for kind, table, name, _definition in found:
        if kind == "index":
            cursor.execute(f"DROP INDEX {quote(name)}")
        else:
            cursor.execute(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")
    return found


def make_again(batch: ExchangeBatch) -> bool:
    """Make the next piece that was put aside; False when there is none. Inside the caller's transaction."""
    if not batch.put_aside:
        return False
    (kind, table, name, definition), *rest = batch.put_aside
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
        if kind == "index":
            cursor.execute(definition.replace("CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1))
        else:
            _refer_again(cursor, batch, table, name, definition)
    batch.put_aside = rest
    batch.save(update_fields=["put_aside", "problem", "updated_at"])
    return True


def _refer_again(cursor: Any, batch: ExchangeBatch, table: str, name: str, definition: str) -> None:
    """Bind new rows first, then look at those that are there: what breaks the reference is told, nothing is lost."""
    cursor.execute(_HAS_CONSTRAINT, [name, table])
    quoted_table, quoted_name = connection.ops.quote_name(table), connection.ops.quote_name(name)
    if not cursor.fetchone():
        cursor.execute(f"ALTER TABLE {quoted_table} ADD CONSTRAINT {quoted_name} {definition} NOT VALID")
    try:
        with transaction.atomic():
            cursor.execute(f"ALTER TABLE {quoted_table} VALIDATE CONSTRAINT {quoted_name}")
    except IntegrityError as error:
        batch.problem = f"{name}: {error}"[:1000]
        _log.error("a reference does not hold for every row, new rows are bound by it: %s", error)


def make_all_again(*, before: datetime | None = None) -> int:
    """Make again what any batch put aside (that was last touched before a time); returns how many pieces there were.

    A load that is still going on is not harmed: it goes on with everything in its place, and takes longer.
    """
    count = 0
    open_ones = ExchangeBatch.objects.exclude(put_aside=[])
    if before:
        open_ones = open_ones.filter(updated_at__lt=before)
    for key in list(open_ones.values_list("pk", flat=True)):
        going_on = True
        while going_on:
            with transaction.atomic():
                batch = ExchangeBatch.objects.select_for_update(of=("self",)).get(pk=key)
                going_on = make_again(batch)
                count += going_on
    return count
