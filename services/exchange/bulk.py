# ruff: noqa: S608 (every statement is put together from constants of this file; values are parameters)
"""Plain rows of implementation lists, written by the thousand in a few statements.

A row is plain when it is new here, has nothing beside it (no extension, no lists, no rest) and every value is as the
columns want it. All others, and everything doubtful, are left to :mod:`services.exchange.items`, which says the
reasons; a test holds both to the same result. The audit has one entry for each chunk, with the first and last item.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from common import events
from common.ids import uuid7
from identity.actor import Actor
from services import events as codes
from services.exchange import tables
from services.exchange.outcomes import RowOutcome
from services.importing.content import Row, legal_bases
from services.models import ExchangeBatch, ExchangeRow, ItemVersion, SearchTopic, ServiceItem
from services.searching import indexing
from services.searching.indexing import REVISION

_REWRITE = 200
_LAWS = 400  # characters of a 设定依据 that are looked at here

# Text columns of a version: national column → (column, longest).
_TEXTS = {
    "power_source": ("power_source", 1),
    "dept_type": ("body_kind", 1),
    "link_way": ("consult_phone", 100),
    "supervise_way": ("complaint_phone", 100),
    "transact_addr": ("hall_place", 500),
    "transact_time": ("hall_hours", 500),
    "special_procedure": ("special_procedure", 500),
    "anticipate_explain": ("statutory_note", 256),
    "promise_explain": ("promise_note", 256),
    "link_addr": ("link_address", 256),
    "mobile_terminal_url": ("mobile_address", 500),
}
_OTHERS = """
row_guid catalog_code task_code local_task_code task_name task_type by_law use_level dept_name dept_code
accept_condition anticipate_day anticipate_type promise_day promise_type project_type handle_type handle_flow
server_type is_fee limit_scene_num is_single_login app_is_single_login task_state task_version area_code
"""
_COLUMNS = [*_OTHERS.split(), *_TEXTS]
_FAMILIES = {
    tables.FAMILIES["general"]["basic"].name: "^0[015789]$|^10$",
    tables.FAMILIES["public"]["basic"].name: "^20$",
}

_TYPES = " ".join(f"WHEN '{name}' THEN '{types}'" for name, types in _FAMILIES.items())

# Values are strings or numbers, and no text begins or ends with space, a line break or an escape.
_ODD = '": (\\[|\\{|t|f|n)|": "(\\s|\u3000|\u00a0|\\\\)|(\\s|\u3000|\u00a0|\\\\[a-z0-9]{1,5})"(,|\\})'
_DISTINCT_CODES = "([0-9]).*\\1"
_SAME = """
SELECT row.id FROM services_exchangerow row JOIN services_serviceitem item ON item.row_guid = row.guid
WHERE row.id = ANY(%(rows)s) AND item.row_digest = md5(row."values"::text)::uuid
  AND NOT EXISTS (SELECT 1 FROM services_exchangerow child
                  WHERE child.batch_id = row.batch_id AND child.parent = row.guid AND child.parent <> '')
"""
_PLAIN = f"""
CREATE TEMP TABLE plain ON COMMIT DROP AS
WITH told AS MATERIALIZED (
    SELECT keys.row_id, keys.item_id, keys.version_id, row."table" AS exchange_table, row.guid,
           row."values"::text AS written, row."values" AS given
    FROM unnest(%(rows)s::bigint[], %(items)s::uuid[], %(versions)s::uuid[]) AS keys(row_id, item_id, version_id)
    JOIN services_exchangerow row ON row.id = keys.row_id
    WHERE row."values" - %(columns)s::text[] = '{{}}'::jsonb
      AND NOT EXISTS (SELECT 1 FROM services_exchangerow child
                      WHERE child.batch_id = row.batch_id AND child.parent = row.guid AND child.parent <> '')
), known AS (
    SELECT told.*, value.*, department.id AS department_id, region.id AS region_id, region.level,
           md5(told.written)::uuid AS digest,
           count(*) OVER (PARTITION BY value.task_code) AS same_task,
           count(*) OVER (PARTITION BY value.local_task_code) AS same_local
    FROM told
    CROSS JOIN LATERAL jsonb_to_record(told.given) AS value({", ".join(f"{name} text" for name in _COLUMNS)})
    JOIN identity_department department ON department.uscc = value.dept_code
    JOIN identity_region region ON region.id = coalesce(
        (SELECT id FROM identity_region WHERE code = CASE WHEN value.area_code ~ '^[1-9][0-9]{{5}}000000$'
                                                     THEN left(value.area_code, 6) ELSE value.area_code END),
        CASE WHEN value.area_code IS NULL THEN department.region_id END)
    WHERE told.written !~ %(odd)s
)
SELECT * FROM known
WHERE task_code ~ '^.{{18}}[1-7][0-9]{{2}}[0-2][0-9][0-9A-HJ-NP-RT-UW-Y]{{8}}$' AND left(task_code, 18) = dept_code
  AND (catalog_code IS NULL OR catalog_code = substr(task_code, 20))
  AND same_task = 1 AND (local_task_code IS NULL OR same_local = 1 AND length(local_task_code) <= 100)
  AND task_type ~ CASE exchange_table {_TYPES} END
  AND task_version ~ '^[1-9][0-9]{{0,3}}$'
  AND length(task_name) <= 1000 AND task_name !~ '\\s\\s|[\\t\\n\\r\u3000\u00a0]' AND task_name IS NFC NORMALIZED
  AND length(dept_name) <= 100 AND coalesce(length(by_law), 0) <= {_LAWS}
  AND (use_level IS NULL OR length(use_level) <= 11)
  AND (power_source IS NULL OR power_source ~ '^[1-6]$') AND (dept_type IS NULL OR dept_type ~ '^[1239]$')
  AND (anticipate_day IS NULL OR anticipate_day ~ '^[0-9]{{1,4}}$')
  AND (promise_day IS NULL OR promise_day ~ '^[0-9]{{1,4}}$')
  AND (limit_scene_num IS NULL OR limit_scene_num ~ '^[0-9]{{1,4}}$')
  AND (anticipate_type IS NULL OR anticipate_type ~ '^[12WN]$') AND (promise_type IS NULL OR promise_type ~ '^[12WN]$')
  AND (project_type IS NULL OR project_type ~ '^[129]$') AND (task_state IS NULL OR task_state ~ '^[123]$')
  AND (is_single_login IS NULL OR is_single_login ~ '^[01]$')
  AND (app_is_single_login IS NULL OR app_is_single_login ~ '^[01]$')
  AND (server_type IS NULL OR server_type ~ '^[1-69](\\^[1-69])*$' AND server_type !~ %(repeated)s)
  AND (handle_type IS NULL OR handle_type ~ '^[1-3](\\^[1-3])*$' AND handle_type !~ %(repeated)s)
  AND (accept_condition IS NULL OR accept_condition !~ '\\r|\\n\\s|\\s\\n|\u3000')
  AND (handle_flow IS NULL OR handle_flow !~ '[\\r\\n➝>—-]|^→|→$|→\\s|\\s→|→→|\u3000')
  AND {" AND ".join(f"coalesce(length({name}), 0) <= {longest}" for name, (_column, longest) in _TEXTS.items())}
  AND NOT EXISTS (SELECT 1 FROM services_serviceitem item WHERE item.task_code = known.task_code)
  AND NOT EXISTS (SELECT 1 FROM services_serviceitem item WHERE item.row_guid = known.guid)
  AND (local_task_code IS NULL OR NOT EXISTS (
      SELECT 1 FROM services_serviceitem item WHERE item.local_code = known.local_task_code))
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
    **{column: f"coalesce(plain.{name}, '')" for name, (column, _longest) in _TEXTS.items()},
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
_BASES = """
INSERT INTO services_legalbasis (id, created_at, updated_at, "order", version_id, law, article, kind, number, gist,
                                 issuer, since, is_inherited)
SELECT gen_random_uuid(), now(), now(), law.place, plain.version_id, law.law, law.article, '', '', '', '', '', false
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


def take_plain(actor: Actor, batch: ExchangeBatch, rows: list[ExchangeRow]) -> list[ExchangeRow]:
    """Write the plain rows and mark the unchanged ones; returns those that need reading one by one.

    Inside the caller's transaction, holding the catalogue's lock; for the system alone.
    """
    if not rows:
        return rows
    by_id = {row.pk: row for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(_SAME, {"rows": list(by_id)})
        for (row_id,) in cursor.fetchall():
            by_id.pop(row_id).outcome = RowOutcome.UNCHANGED
        left = list(by_id)
        if not left:
            return []
        written = _write(cursor, left)
    if written:
        ids = [item_id for _row_id, item_id in written]
        events.record(
            codes.ITEMS_WRITTEN, actor=actor, subject_id=batch.pk, rows=len(ids), first=str(ids[0]), last=str(ids[-1])
        )
    for row_id, _item_id in written:
        by_id.pop(row_id).outcome = RowOutcome.CREATED
    return list(by_id.values())


def _write(cursor: Any, row_ids: Sequence[int]) -> list[tuple[int, Any]]:
    cursor.execute("DROP TABLE IF EXISTS plain")
    cursor.execute(
        _PLAIN,
        {
            "rows": list(row_ids),
            "items": [uuid7() for _row in row_ids],
            "versions": [uuid7() for _row in row_ids],
            "columns": _COLUMNS,
            "odd": _ODD,
            "repeated": _DISTINCT_CODES,
        },
    )
    laws = _laws(cursor)
    cursor.execute("SELECT row_id, item_id FROM plain ORDER BY row_id")
    written: list[tuple[int, Any]] = cursor.fetchall()
    if not written:
        return []
    cursor.execute("ANALYZE plain")
    cursor.execute(_ENTRIES)
    topics = _topics(cursor)
    cursor.execute(_INSERT_ITEMS)
    cursor.execute(_INSERT_VERSIONS, {"today": timezone.localdate()})
    cursor.execute(_BASES, laws)
    cursor.execute(_PLACES, topics)
    cursor.execute("DROP TABLE plain")
    return written


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
