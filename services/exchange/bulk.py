# ruff: noqa: S608 (every statement is put together from constants of this file; values are parameters)
"""Plain rows of implementation lists, written by the thousand in a few statements.

A row is plain when it is new here, has nothing beside it (no extension, no lists, no rest) and every value is as the
columns want it (:mod:`services.exchange.plain`, told when it was staged). All others, and everything doubtful, are
left to :mod:`services.exchange.items`, which says the reasons; a test holds both to the same result. The audit has
one entry for each chunk, with the first and last item.
"""

from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from common import events
from common.ids import uuid7_series
from identity.actor import Actor
from services import events as codes
from services.exchange import tables
from services.exchange.outcomes import RowOutcome
from services.exchange.plain import COLUMNS, TEXTS
from services.importing.content import Row, legal_bases
from services.models import ExchangeBatch, ItemVersion, SearchPlace, SearchTopic, ServiceItem
from services.searching import indexing
from services.searching.indexing import REVISION

_REWRITE = 200
_LAWS = 400  # characters of a 设定依据 that are looked at here

_TABLES = [table.name for table in tables.BASICS]
_CHOSEN = """
FROM services_exchangerow row WHERE row.batch_id = %(batch)s AND row.id BETWEEN %(first)s AND %(last)s
"""
_ITEM_ROWS = f"""{_CHOSEN} AND row.outcome = '' AND row.parent = '' AND row."table" = ANY(%(tables)s)"""
_BESIDE = """
EXISTS (SELECT 1 FROM services_exchangerow child
        WHERE child.batch_id = %(batch)s AND child.parent = row.guid AND child.parent <> '')
"""
# Rows of items that are here already: the same as last time, or to be read one by one.
_KNOWN = f"""
SELECT row.id, bool_or(item.row_digest = md5(row."values"::text)::uuid AND NOT {_BESIDE})
{_ITEM_ROWS.replace(" WHERE ", " JOIN services_serviceitem item ON item.row_guid = row.guid WHERE ", 1)} GROUP BY row.id
"""
_FIRST = ["task_code", "task_name", "task_type", "by_law", "dept_name", "server_type", "task_state", "task_version"]
_IN_ORDER = [*_FIRST, *(name for name in COLUMNS if name not in {*_FIRST, "row_guid", "catalog_code"})]
_AS_TEXT = ", ".join(f"{name} text" for name in _IN_ORDER)
# UUID version 7 in a series of :mod:`common.ids`: in the order of the rows, so that they fill an index from one end.
_NEW_KEY = "(%({0})s || lpad(to_hex(told.id), 12, '0'))::uuid"
# OFFSET 0: looked up row by row. A join would read all items once for each chunk of a long list.
# What every statement reads, and what is as long in every row, comes first: the server walks a row from its beginning.
_NEW = f"""
SELECT told.id AS row_id, {_NEW_KEY.format("items")} AS item_id, {_NEW_KEY.format("versions")} AS version_id,
       department.id AS department_id, region.id AS region_id, md5(told."values"::text)::uuid AS digest, region.level,
       told.guid, {", ".join(f"value.{name}" for name in _IN_ORDER)}
FROM (SELECT row.* {_ITEM_ROWS} AND row.is_plain OFFSET 0) told
CROSS JOIN LATERAL jsonb_to_record(told."values") AS value({_AS_TEXT})
JOIN identity_department department ON department.uscc = value.dept_code
LEFT JOIN identity_region named ON named.code = CASE WHEN value.area_code ~ '^[1-9][0-9]{{5}}000000$'
                                                THEN left(value.area_code, 6) ELSE value.area_code END
JOIN identity_region region ON region.id = coalesce(
    named.id, CASE WHEN value.area_code IS NULL THEN department.region_id END)
"""
_UNKNOWN = """
WHERE NOT EXISTS (SELECT 1 FROM services_serviceitem item WHERE item.row_guid = told.guid OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM services_serviceitem item WHERE item.task_code = value.task_code OFFSET 0)
  AND (value.local_task_code IS NULL OR NOT EXISTS (
      SELECT 1 FROM services_serviceitem item
      WHERE item.local_code = value.local_task_code AND item.local_code <> '' OFFSET 0))
"""
# Where rows follow one another, what another row of the chunk says counts too; lanes have looked at the whole list.
_ALONE = f"""
  AND NOT {_BESIDE.replace("row.guid", "told.guid")}
  AND value.task_code NOT IN (SELECT task FROM code WHERE task IS NOT NULL GROUP BY task HAVING count(*) > 1)
  AND (value.local_task_code IS NULL OR value.local_task_code NOT IN (
      SELECT local FROM code WHERE local IS NOT NULL GROUP BY local HAVING count(*) > 1))
"""
_PLAIN_OF_LANE = f"CREATE TEMP TABLE plain ON COMMIT DROP AS {_NEW}"
_PLAIN_AND_UNKNOWN = f"{_PLAIN_OF_LANE}{_UNKNOWN}"
_PLAIN_OF_CHUNK = f"""
CREATE TEMP TABLE plain ON COMMIT DROP AS
WITH code AS MATERIALIZED (
    SELECT row.id, btrim(row."values" ->> 'task_code') AS task, btrim(row."values" ->> 'local_task_code') AS local
    {_ITEM_ROWS}
)
{_NEW}{_UNKNOWN}{_ALONE}
"""
_NOT_PLAIN = """
UPDATE services_exchangerow row SET is_plain = false
WHERE row.batch_id = %(batch)s AND row.id BETWEEN %(first)s AND %(last)s AND row.is_plain
  AND NOT EXISTS (SELECT 1 FROM plain WHERE plain.row_id = row.id)
"""
_ENTRIES = """
INSERT INTO services_directoryentry (id, created_at, updated_at, catalog_code, local_catalog_code, name, item_type,
                                     state, row_guid)
SELECT DISTINCT ON (substr(task_code, 20)) gen_random_uuid(), now(), now(), substr(task_code, 20), '', task_name,
       task_type, '1', ''
FROM plain ORDER BY substr(task_code, 20), row_id
ON CONFLICT (catalog_code) DO NOTHING
"""
_TOPICS_WANTED = """
SELECT DISTINCT entry.id, plain.task_name FROM plain
JOIN services_directoryentry entry ON entry.catalog_code = substr(plain.task_code, 20)
"""
_UNIT = "CASE WHEN {0} IN ('2', 'N') THEN 'N' ELSE 'W' END"
_CODES = "CASE WHEN {0} IS NULL THEN '[]'::jsonb ELSE to_jsonb(string_to_array({0}, {1})) END"
_VERSION: dict[str, str] = {
    "id": "plain.version_id",
    "created_at": "now()",
    "updated_at": "now()",
    "item_id": "plain.item_id",
    "version": "plain.task_version::int",
    "state": "'published'",
    "effective_on": "%(today)s::date",
    "name": "plain.task_name",
    "audience": _CODES.format("plain.server_type", "'^'"),
    "handle_forms": _CODES.format("plain.handle_type", "'^'"),
    "conditions": _CODES.format("plain.accept_condition", "E'\\n'"),
    "flow": _CODES.format("plain.handle_flow", "'→'"),
    "use_level": "coalesce(plain.use_level, (plain.level + 1)::text)",
    "project_type": "coalesce(plain.project_type, '2')",
    "statutory_days": "plain.anticipate_day::smallint",
    "statutory_unit": _UNIT.format("plain.anticipate_type"),
    "promise_days": "plain.promise_day::smallint",
    "promise_unit": _UNIT.format("plain.promise_type"),
    "visits": "coalesce(plain.limit_scene_num, '0')::smallint",
    "link_single_sign_on": "coalesce(plain.is_single_login, '0') = '1'",
    "mobile_single_sign_on": "coalesce(plain.app_is_single_login, '0') = '1'",
    "source_row": "jsonb_strip_nulls(jsonb_build_object('is_fee', plain.is_fee, 'dept_code', plain.dept_code, "
    "'dept_uscc', plain.dept_code))",
    **{column: f"coalesce(plain.{name}, '')" for name, (column, _longest) in TEXTS.items()},
}
_ITEM: dict[str, str] = {
    "id": "plain.item_id",
    "created_at": "now()",
    "updated_at": "now()",
    "entry_id": "entry.id",
    "task_code": "plain.task_code",
    "local_code": "coalesce(plain.local_task_code, '')",
    "department_id": "plain.department_id",
    "department_name": "plain.dept_name",
    "region_id": "plain.region_id",
    "state": "coalesce(plain.task_state, '1')",
    "item_type": "plain.task_type",
    "name": "plain.task_name",
    "current_id": "plain.version_id",
    "row_guid": "plain.guid",
    "row_version": "plain.task_version::int",
    "row_digest": "plain.digest",
}
_OF_ENTRY = "JOIN services_directoryentry entry ON entry.catalog_code = substr(plain.task_code, 20)"
# Their keys are the version's with the place of the law in it.
_BASES = """
INSERT INTO services_legalbasis (id, created_at, updated_at, "order", version_id, law, article, kind, number, gist,
                                 issuer, since, is_inherited)
SELECT overlay(plain.version_id::text PLACING lpad(to_hex(law.place), 3, '0') FROM 16 FOR 3)::uuid, now(), now(),
       law.place, plain.version_id, law.law, law.article, '', '', '', '', '', false
FROM plain JOIN unnest(%(texts)s::text[], %(places)s::int[], %(laws)s::text[], %(articles)s::text[])
     AS law(by_law, place, law, article) ON law.by_law = plain.by_law
"""
_PLACES = f"""
INSERT INTO services_searchplace (item_id, topic_id, region_id, popularity, level, depth, is_online, is_shown,
                                  item_type, audience, themes, department_name)
SELECT plain.item_id, topic.id, plain.region_id, 0, plain.level, 0, false, coalesce(plain.task_state, '1') = '1',
       plain.task_type, coalesce(string_to_array(plain.server_type, '^'), ARRAY[]::text[]), ARRAY[]::text[],
       plain.dept_name
FROM plain {_OF_ENTRY}
JOIN unnest(%(entries)s::uuid[], %(names)s::text[], %(topics)s::bigint[]) AS topic(entry_id, name, id)
     ON topic.entry_id = entry.id AND topic.name = plain.task_name
"""


def _insert(model: type[models.Model], told: dict[str, str], joined: str) -> str:
    """An INSERT from the plain rows; columns that nobody tells get the model's default."""
    names, values = [], []
    for field in model._meta.concrete_fields:
        names.append(f'"{field.column}"')
        values.append(told.get(str(field.column)) or _default(field))
    source = f"SELECT {', '.join(values)} FROM plain {joined}"
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) {source}"


def _default(field: Any) -> str:
    value = field.get_default()
    if field.null and value in (None, ""):
        return "NULL"
    if isinstance(field, models.JSONField):
        return "'[]'::jsonb" if value == [] else "'{}'::jsonb"
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, int) else f"'{value}'"


_INSERT_ITEMS = _insert(ServiceItem, _ITEM, _OF_ENTRY)
_INSERT_VERSIONS = _insert(ItemVersion, _VERSION, "")


def take_plain(actor: Actor, batch: ExchangeBatch, *, first: int, last: int) -> dict[int, RowOutcome]:
    """Write the plain rows between two ids and find the unchanged ones; returns what became of these, by row.

    The others need reading one by one. Inside the caller's transaction, holding the catalogue's lock; for the system
    alone.
    """
    chosen = _chosen(batch, first, last)
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, chosen)
        unchanged = {row_id: RowOutcome.UNCHANGED for row_id, is_same in cursor.fetchall() if is_same}
        _write(cursor, actor, batch, _PLAIN_OF_CHUNK, chosen)
        cursor.execute("SELECT row_id FROM plain")
        return unchanged | {row_id: RowOutcome.CREATED for (row_id,) in cursor.fetchall()}


def take_divided(actor: Actor, batch: ExchangeBatch, *, first: int, last: int) -> int:
    """As :func:`take_plain` for a stretch of a divided list, whose plain rows are new; returns how many it wrote.

    Those that turn out not to be plain are left to be read one by one.
    """
    chosen = _chosen(batch, first, last)
    with connection.cursor() as cursor:
        try:  # the catalogue was empty, so that three look-ups for each row would find nothing
            with transaction.atomic():
                count = _write(cursor, actor, batch, _PLAIN_OF_LANE, chosen)
        except IntegrityError:  # somebody wrote one of these items since
            count = _write(cursor, actor, batch, _PLAIN_AND_UNKNOWN, chosen)
        if count < last + 1 - first:
            cursor.execute(_NOT_PLAIN, chosen)
    return count


def _chosen(batch: ExchangeBatch, first: int, last: int) -> dict[str, Any]:
    return {"batch": batch.pk, "first": first, "last": last, "tables": _TABLES}


def _write(cursor: Any, actor: Actor, batch: ExchangeBatch, plain: str, chosen: dict[str, Any]) -> int:
    """Write the rows that a statement finds plain, and one entry of the audit; returns how many."""
    cursor.execute("DROP TABLE IF EXISTS plain")
    cursor.execute(plain, {**chosen, "items": uuid7_series(), "versions": uuid7_series()})
    laws = _laws(cursor)
    cursor.execute("SELECT count(*), min(item_id::text), max(item_id::text) FROM plain")
    count, first, last = cursor.fetchone()
    if count:
        cursor.execute(_ENTRIES)
        topics = _topics(cursor)
        cursor.execute(_INSERT_ITEMS)
        cursor.execute(_INSERT_VERSIONS, {"today": timezone.localdate()})
        cursor.execute(_BASES, laws)
        cursor.execute(_PLACES, topics)
        events.record(codes.ITEMS_WRITTEN, actor=actor, subject_id=batch.pk, rows=count, first=first, last=last)
    return int(count)


def _laws(cursor: Any) -> dict[str, list[Any]]:
    """Read every 设定依据 once; rows whose text does not fit are left to be read one by one."""
    cursor.execute("SELECT DISTINCT by_law FROM plain WHERE by_law IS NOT NULL")
    found: dict[str, list[Any]] = {"texts": [], "places": [], "laws": [], "articles": []}
    unfit = []
    for (text,) in cursor.fetchall():
        row = Row({"by_law": text})
        bases = legal_bases(row)
        if row.findings:
            unfit.append(text)
            continue
        for place, basis in enumerate(bases):
            found["texts"].append(text)
            found["places"].append(place)
            found["laws"].append(basis.law)
            found["articles"].append(basis.article)
    if unfit:
        cursor.execute("DELETE FROM plain WHERE by_law = ANY(%s)", [unfit])
    return found


def _topics(cursor: Any) -> dict[str, list[Any]]:
    """The search topics of the rows; their words are made after the last chunk (:func:`index_some`)."""
    cursor.execute(_TOPICS_WANTED)
    pairs = cursor.fetchall()
    known = indexing.topics_named(pairs)
    ids = [known[pair] for pair in pairs]
    SearchTopic.objects.filter(pk__in=set(ids), revision__gte=REVISION).update(revision=0)
    return {"entries": [entry for entry, _name in pairs], "names": [name for _entry, name in pairs], "topics": ids}


def index_some() -> int:
    """Make the words of some topics that got new places; 0 when none is left. Holding the catalogue's lock."""
    due = list(indexing.outdated_topics().values_list("pk", flat=True)[:_REWRITE])
    indexing.rewrite(due)
    return len(due)


def analyse() -> None:
    """Tell the planner of a long list, so that what comes after it finds its indexes."""
    with connection.cursor() as cursor:
        for model in (ServiceItem, SearchPlace, SearchTopic):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
