"""Plain rows of a long first load, written by two connections at once, each over its own stretch of the list.

Only what cannot depend on the order of rows is written so: rows whose codes stand once in the list, and whose entry is
in the directory or is told by a plain row first. All others keep to the ordinary way and its order, afterwards. A lane
keeps its place in the transaction of its rows, so that a lost run goes on in both. Whoever runs the lanes holds the
batch and the catalogue's lock for them.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from identity.actor import SYSTEM
from services.actions import lock_catalogue
from services.exchange import bulk, tables
from services.models import ExchangeBatch, ExchangeLane

_LANES = 2
_STRETCH = 8_000  # rows of a transaction
_STRETCHES = 8  # of each lane before the batch is told how far it is
_BASICS = [table.name for table in tables.BASICS]
# Codes are compared by a number: where two different ones have the same, their rows keep to the ordinary way.
_TOLD = """
CREATE TEMP TABLE told ON COMMIT DROP AS
SELECT row.id, hashtextextended(code.task, 0) AS task,
       hashtextextended(btrim(row."values" ->> 'local_task_code'), 0) AS local,
       row.is_plain AND department.id IS NOT NULL AS is_plain,
       EXISTS (SELECT 1 FROM services_exchangerow child
               WHERE child.batch_id = %(batch)s AND child.parent = row.guid AND child.parent <> '') AS has_parts,
       substr(code.task, 20) AS entry
FROM services_exchangerow row
CROSS JOIN LATERAL (SELECT btrim(row."values" ->> 'task_code') AS task OFFSET 0) code
LEFT JOIN identity_department department ON department.uscc = row."values" ->> 'dept_code'
WHERE row.batch_id = %(batch)s AND row.id > %(after)s AND row.outcome = '' AND row.parent = ''
  AND row."table" = ANY(%(tables)s)
"""
_ENTRY_FIRST = """
CREATE TEMP TABLE entry_first ON COMMIT DROP AS
SELECT first.entry, row."values" ->> 'task_name' AS name, row."values" ->> 'task_type' AS type, told.is_plain
FROM (SELECT entry, min(id) AS id FROM told WHERE entry <> '' GROUP BY entry) first
JOIN told ON told.id = first.id
JOIN services_exchangerow row ON row.id = first.id
WHERE NOT EXISTS (SELECT 1 FROM services_directoryentry known WHERE known.catalog_code = first.entry)
"""
_DISORDERLY = """
CREATE TEMP TABLE disorderly ON COMMIT DROP AS
SELECT id FROM told
WHERE NOT is_plain OR has_parts
   OR task IN (SELECT task FROM told WHERE task IS NOT NULL GROUP BY task HAVING count(*) > 1)
   OR local IN (SELECT local FROM told WHERE local IS NOT NULL GROUP BY local HAVING count(*) > 1)
   OR entry IN (SELECT entry FROM entry_first WHERE NOT is_plain)
"""
_ORDERLY = """
UPDATE services_exchangerow row SET is_plain = false FROM disorderly WHERE row.id = disorderly.id AND row.is_plain
"""
_ENTRIES = """
INSERT INTO services_directoryentry (id, created_at, updated_at, catalog_code, local_catalog_code, name, item_type,
                                     state, row_guid)
SELECT gen_random_uuid(), now(), now(), entry, '', name, type, '1', '' FROM entry_first WHERE is_plain ORDER BY entry
"""
_ENDS = """
SELECT min(id), max(id) FROM services_exchangerow
WHERE batch_id = %(batch)s AND id > %(after)s AND "table" = ANY(%(tables)s)
"""


def go_on(batch: ExchangeBatch) -> bool:
    """Do some of the rows of the batch's lanes; False when there are none to do.

    Inside the caller's transaction, holding the batch; takes the catalogue's lock.
    """
    open_ones = list(batch.lanes.filter(position__lt=F("last")).values_list("pk", flat=True))
    if open_ones:
        lock_catalogue()
        with ThreadPoolExecutor(len(open_ones)) as pool:
            for done in [pool.submit(_run, key) for key in open_ones]:
                done.result()
    return _count(batch) or bool(open_ones)


def divide(batch: ExchangeBatch, *, next_table: str) -> bool:
    """Make the lanes of a first load whose next row is of this table; says whether that was done now.

    What depends on the order is left to the ordinary way, and new entries are made. Takes the catalogue's lock.
    """
    if not batch.put_aside or next_table not in _BASICS or batch.lanes.exists():
        return False
    lock_catalogue()
    chosen: dict[str, Any] = {"batch": batch.pk, "tables": _BASICS, "after": batch.last_row or 0}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for statement in (_TOLD, _ENTRY_FIRST, _DISORDERLY, "ANALYZE disorderly", _ORDERLY, _ENTRIES):
            cursor.execute(statement, chosen)
        cursor.execute("DROP TABLE told, entry_first, disorderly")
        cursor.execute(_ENDS, chosen)
        first, last = cursor.fetchone()
    share = (last - first) // _LANES + 1
    for number in range(_LANES):
        start = first - 1 + number * share
        ExchangeLane.objects.create(batch=batch, position=start, last=min(start + share, last))
    return True


def _run(lane_id: int) -> None:
    """Some stretches of one lane, in a connection of its own."""
    try:
        with connection.cursor() as cursor:  # a stretch fits; can be set only before the first one
            cursor.execute("SET temp_buffers = '32MB'")
        for _number in range(_STRETCHES):
            with transaction.atomic():
                if not _stretch(lane_id):
                    return
    finally:
        connection.close()


def _stretch(lane_id: int) -> bool:
    lane = ExchangeLane.objects.select_for_update(of=("self",)).select_related("batch").get(pk=lane_id)
    if lane.position >= lane.last:
        return False
    first, last = lane.position + 1, min(lane.position + _STRETCH, lane.last)
    with connection.cursor() as cursor:
        # A server that falls loses the last stretches whole, with their place: they are written again.
        cursor.execute("SET LOCAL synchronous_commit = off")
        # The planner cannot know how long a table is that grows by thousands a second: indexes are right always.
        cursor.execute("SET LOCAL enable_seqscan = off")
        taken = bulk.take_divided(SYSTEM, lane.batch, first=first, last=last)
    lane.position, lane.created = last, lane.created + taken
    lane.save()
    return True


def _count(batch: ExchangeBatch) -> bool:
    """Tell the batch of the rows that lanes wrote; says whether there were any."""
    new = 0
    for lane in batch.lanes.all():
        new += lane.created - lane.counted
        lane.counted = lane.created
        lane.save()
    if new:
        counts: dict[str, Any] = dict(batch.counts)
        batch.counts = {**counts, "created": counts.get("created", 0) + new}
        batch.done += new
        batch.save()
        if not batch.lanes.filter(position__lt=F("last")).exists():
            bulk.analyse()
    return new > 0
