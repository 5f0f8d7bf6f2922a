"""Item rows on their way in, a chunk at a time: read, merged with their rest, checked, and handed to the one writer."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from common.errors import DomainError
from identity.actor import Actor, ActorKind
from identity.models import Department, Region
from identity.permissions import Permission
from identity.reviewing.states import OPEN_VERSIONS
from services.actions import Outcome, SavedItem, upsert_items
from services.codes import is_handle_code
from services.descriptions import ItemDescription, VersionContent
from services.editing.basics import differing
from services.editing.publishing import set_due
from services.editing.versions import begin
from services.editing.waivers import propose_waiver
from services.exchange import outcomes, side, tables
from services.exchange.outcomes import Problem, RowOutcome
from services.importing import reasons, repairs
from services.importing.content import Row, version_content
from services.importing.rows import ReadRow, Surroundings, national, read_row
from services.models import DirectoryEntry, ExchangeBatch, ExchangeRow, ServiceItem
from services.states import Standing
from services.validation import problems as description_problems

_NOT_CONTENT = frozenset(["row_guid", "task_version", "task_handle_item", "plan_effective_date"])
_LISTS = {"materials": "materials", "fees": "fees", "questions": "questions"}
_TABLES = {**tables.TABLES}
_DIGESTS = """
SELECT row.id, md5(row."values"::text || coalesce((
    SELECT string_agg(child."table" || child."values"::text, '' ORDER BY child."table", child.id)
    FROM services_exchangerow child WHERE child.batch_id = row.batch_id AND child.parent = row.guid
      AND child.parent <> ''), ''))::uuid
FROM services_exchangerow row WHERE row.id = ANY(%s)
"""


@dataclass(slots=True)
class Wanted:
    """A row being read: what it says, what is wrong with it, and what its rest adds."""

    row: ExchangeRow
    digest: UUID
    children: list[ExchangeRow] = field(default_factory=list)
    description: ItemDescription | None = None
    rest: Mapping[str, Any] = field(default_factory=dict)
    wants_online: bool = False
    outcome: RowOutcome | None = None
    problems: list[Problem] = field(default_factory=list)
    codes: tuple[str, ...] = ()

    def reject(self, problem: Problem) -> None:
        """Turn the row down."""
        self.outcome, self.description = RowOutcome.REJECTED, None
        self.problems = [problem]


def take_items(actor: Actor, batch: ExchangeBatch, rows: Sequence[ExchangeRow], names: side.Names) -> list[Wanted]:
    """Bring items in line with their rows, inside the caller's transaction; says what became of each."""
    if not rows:
        return []
    wanted = _with_children(batch, rows)
    known = _known(rows)
    todo = [one for one in wanted if not _is_settled(one, known)]
    around = _around(todo)
    for one in todo:
        _read(one, around, names)
    _refuse_clashes(batch, todo, known)
    _check_department(actor, todo)
    _save(actor, todo)
    return wanted


def _with_children(batch: ExchangeBatch, rows: Sequence[ExchangeRow]) -> list[Wanted]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [[row.pk for row in rows]])
        digests = dict(cursor.fetchall())
    wanted = {row.guid: Wanted(row, digests[row.pk]) for row in rows}
    for child in ExchangeRow.objects.filter(batch=batch, parent__in=list(wanted)).order_by("id"):
        wanted[child.parent].children.append(child)
    return list(wanted.values())


def _known(rows: Sequence[ExchangeRow]) -> dict[str, ServiceItem]:
    """Items that stand for these rows already, by row_guid and by each of their codes."""
    columns = ("task_code", "local_task_code", "task_handle_item")
    codes = {str(row.values.get(name)).strip() for row in rows for name in columns if row.values.get(name)}
    named = Q(task_code__in=codes) | Q(handle_code__in=codes) | Q(local_code__in=codes)
    items = ServiceItem.objects.filter(Q(row_guid__in=[row.guid for row in rows]) | named).select_related("current")
    known: dict[str, ServiceItem] = {}
    for item in items:
        for code in filter(None, (item.task_code, item.handle_code, item.local_code)):
            known[f"code {code}"] = item
        if item.row_guid:
            known[f"guid {item.row_guid}"] = item
    return known


def _is_settled(one: Wanted, known: Mapping[str, ServiceItem]) -> bool:
    """Whether the row needs no reading: the same as last time, an earlier version, or not in force yet."""
    row = Row(one.row.values)
    number = row.number("task_version")
    day = row.day("plan_effective_date")
    item = known.get(f"guid {one.row.guid}")
    if item and item.row_digest == one.digest:
        one.outcome = RowOutcome.UNCHANGED
    elif not number:
        one.reject(outcomes.VERSION_INVALID.found())
    elif item and item.row_version and item.row_version > number:
        one.reject(outcomes.OLDER_VERSION.found(str(item.row_version)))
    elif day and day > timezone.localdate():
        one.reject(outcomes.NOT_YET.found(day.isoformat()))
    return one.outcome is not None


def _around(wanted: Sequence[Wanted]) -> Surroundings:
    """Regions and departments that these rows name (two queries)."""
    usccs, names, regions = set(), set(), set()
    for one in wanted:
        values = one.row.values
        usccs |= {str(values.get("dept_code") or "").strip().upper(), str(values.get("task_code") or "")[:18]}
        names.add(str(values.get("dept_name") or "").strip())
        code = str(values.get("area_code") or "").strip()
        regions |= {code[:6], code[:9], code, str(values.get("task_code") or "")[2:8]}
    departments = list(
        Department.objects.filter(Q(uscc__in=usccs) | Q(name__in=names) | Q(short_name__in=names)).select_related(
            "region"
        )
    )
    return Surroundings(
        regions={region.code: region for region in Region.objects.filter(code__in=regions)}
        | {department.region.code: department.region for department in departments},
        departments={department.uscc: department for department in departments},
        departments_by_name={
            (department.region.code, name): department
            for department in departments
            for name in (department.name, department.short_name)
        },
        usccs=repairs.usccs_by_org_code(
            (str(one.row.values.get("dept_code") or ""), str(one.row.values.get("task_code") or "")) for one in wanted
        ),
    )


def _values(one: Wanted, around: Surroundings) -> dict[str, Any]:
    """The row as the list importer takes it: one mapping with its extension, its lists and its region."""
    values: dict[str, Any] = {}
    lists: dict[str, list[dict[str, Any]]] = {}
    for child in one.children:
        part = _TABLES[child.table].part if child.table in _TABLES else ""
        if part == "extend":
            values |= child.values
        elif part in _LISTS:
            lists.setdefault(part, []).append(child.values)
        elif child.table == tables.ITEM_REST:
            one.rest = child.values
    values |= one.row.values
    for part, rows in lists.items():
        values[part] = sorted(rows, key=lambda row: _order(row.get("order_num")))
    values.pop("task_guid", None)
    if not values.get("area_code"):
        department = around.departments.get(str(values.get("dept_code") or "").strip().upper())
        values["area_code"] = department.region.code if department else str(values.get("task_code") or "")[2:8]
    return values


def _order(number: Any) -> int:
    text = str(number or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 10**9


def _read(one: Wanted, around: Surroundings, names: side.Names) -> None:
    values = _values(one, around)
    handle = str(values.get("task_handle_item") or "").strip()
    given = {name: value for name, value in values.items() if name not in _NOT_CONTENT}
    if handle:  # its 实施编码 is that of the item it belongs to
        given["local_task_code"] = values.get("local_task_code") or handle
        given.pop("task_code", None)
    read = read_row(one.row.number, given, around)
    if read.description is None:
        told = outcomes.worth_telling(read.telling)
        one.reject(told[0] if told else outcomes.CONTENT_INVALID.found())
        one.problems = told or one.problems
        return
    one.problems = outcomes.worth_telling(read.findings)
    try:
        one.description = _described(one, read, Row(national(given)), handle, values, names)
    except side.ReferenceUnknown as error:
        one.reject(outcomes.REFERENCE_UNKNOWN.found(str(error)))
    except side.RestInvalid as error:
        one.reject(outcomes.CONTENT_INVALID.found(f"{tables.ITEM_REST}: {error}"))
    if one.description:
        _check(one, one.description)


def _described(
    one: Wanted, read: ReadRow, row: Row, handle: str, values: Mapping[str, Any], names: side.Names
) -> ItemDescription:
    assert read.description is not None
    plain = read.description
    content = plain.content
    if one.rest:
        level = str(plain.region.level + 1)
        rest = side.read(one.rest.get("content"), names)
        parsed = version_content(row, name=read.name, level=level)
        content = side.merged(parsed, rest, row, guid=one.row.guid, level=level)
        one.problems = []  # the rest holds what the columns could not
        one.wants_online, content = (
            content.is_applicable_online,
            dataclasses.replace(content, is_applicable_online=False),
        )
    popularity = one.rest.get("popularity")
    number = row_number(values)
    return dataclasses.replace(
        plain,
        content=content,
        handle_code=handle or None,
        task_code=None if handle else plain.task_code,
        local_code=str(values.get("local_task_code") or "") if handle else plain.local_code,
        popularity=popularity if isinstance(popularity, int) and 0 <= popularity < 2**31 else None,
        number=number,
        row_guid=one.row.guid,
        row_version=number,
        row_digest=one.digest,
    )


def row_number(values: Mapping[str, Any]) -> int:
    """The row's 事项版本."""
    return Row(values).number("task_version") or 1


def _check(one: Wanted, description: ItemDescription) -> None:
    handle = description.handle_code
    problem = next(description_problems(description), "")
    if problem:
        one.reject(outcomes.CONTENT_INVALID.found(problem))
    elif handle and not is_handle_code(handle):
        one.reject(outcomes.CONTENT_INVALID.found(handle[:40]))
    elif tables.family_of(description.item_type)["basic"].name != one.row.table:
        one.reject(outcomes.TYPE_IN_WRONG_TABLE.found(description.item_type))
    one.codes = tuple(filter(None, (description.task_code, description.local_code, handle)))


def _refuse_clashes(batch: ExchangeBatch, todo: Sequence[Wanted], known: Mapping[str, ServiceItem]) -> None:
    """Codes must name one item: the row's own, and no other row's of this batch."""
    seen: set[str] = set()
    tasks = {one.description.task_code for one in todo if one.description}
    parents = {
        one.description.handle_code[:31] for one in todo if one.description and one.description.handle_code
    } - tasks
    here = (
        set(ServiceItem.objects.filter(task_code__in=parents).values_list("task_code", flat=True)) if parents else set()
    )
    others = {item.row_guid for item in known.values() if item.row_guid} - {one.row.guid for one in todo}
    earlier = _earlier(batch, others)
    for one in todo:
        if one.description is None:
            continue
        same = {item.pk: item for code in one.codes if (item := known.get(f"code {code}"))}
        mine = known.get(f"guid {one.row.guid}")
        repeated = next((code for code in one.codes if code in seen), "")
        if repeated or any(item.row_guid in earlier for item in same.values()):
            one.reject(outcomes.CODE_REPEATED.found(repeated or one.codes[0]))
        elif len(same) > 1 or (mine and same and mine.pk not in same):
            one.reject(outcomes.CODE_OF_ANOTHER.found("、".join(one.codes)))
        elif one.description.handle_code and one.description.handle_code[:31] not in here | tasks:
            one.reject(outcomes.HANDLING_PARENT.found(one.description.handle_code[:31]))
        else:
            seen.update(one.codes)


def _earlier(batch: ExchangeBatch, guids: set[str]) -> set[str]:
    """Those of the row_guids that other rows of this batch carry."""
    if not guids:
        return set()
    rows = ExchangeRow.objects.filter(batch=batch, parent="", guid__in=guids)
    return set(rows.values_list("guid", flat=True))


def _check_department(actor: Actor, todo: Sequence[Wanted]) -> None:
    if actor.kind == ActorKind.SYSTEM:
        return
    mine = actor.departments(Permission.MANAGE_ITEMS)
    for one in todo:
        if one.description and (one.description.department is None or one.description.department.pk not in mine):
            one.reject(outcomes.NOT_YOURS.found(one.description.department_name))


def _save(actor: Actor, todo: Sequence[Wanted]) -> None:
    good = [one for one in todo if one.description]
    entries = _entries(good)
    for one in good:
        if one.description:
            one.description = _following(one, one.description, entries)
    plain = [one for one in good if one.description and not one.description.handle_code]
    for group in (plain, [one for one in good if one.description and one.description.handle_code]):
        for one, saved in zip(group, _upsert(actor, group), strict=True):
            _settle(actor, one, saved)


def _entries(good: Sequence[Wanted]) -> dict[str, DirectoryEntry]:
    codes = {one.description.catalog_code for one in good if one.description and one.rest.get("follows_directory")}
    entries = DirectoryEntry.objects.filter(catalog_code__in=codes - {""}, current__isnull=False)
    return {entry.catalog_code: entry for entry in entries.select_related("current")} if codes else {}


def _following(one: Wanted, description: ItemDescription, entries: Mapping[str, DirectoryEntry]) -> ItemDescription:
    """Tie the version to the directory version whose basic elements it has."""
    entry = entries.get(description.catalog_code) if one.rest.get("follows_directory") else None
    source = entry.current if entry else None
    if source and not differing(description.content, source, keeps_name=bool(description.handle_code)):
        return dataclasses.replace(description, follows=source.pk)
    return description


def _upsert(actor: Actor, group: Sequence[Wanted]) -> list[SavedItem | DomainError]:
    """Save all at once; where that is refused, one by one, so that each row gets its own answer."""
    if not group:
        return []
    try:
        with transaction.atomic():
            return list(upsert_items(actor, descriptions=[one.description for one in group if one.description]))
    except DomainError:
        return [_upsert_one(actor, one) for one in group]


def _upsert_one(actor: Actor, one: Wanted) -> SavedItem | DomainError:
    assert one.description is not None
    try:
        with transaction.atomic():
            return upsert_items(actor, descriptions=[one.description])[0]
    except DomainError as error:
        return error


def _settle(actor: Actor, one: Wanted, saved: SavedItem | DomainError) -> None:
    if isinstance(saved, DomainError):
        one.reject(Problem(saved.code, saved.text))
        return
    one.outcome = RowOutcome(saved.outcome.value)
    if saved.outcome == Outcome.KEPT:
        one.problems = [outcomes.of_finding(reasons.Finding(reasons.MAINTAINED_HERE))]
        return
    if saved.outcome == Outcome.CREATED and saved.item.due_on:
        set_due(saved.item)
    if saved.outcome in (Outcome.CREATED, Outcome.REVISED) and one.description:
        if one.wants_online:
            _propose_online(actor, one, saved.item, one.description.content)
        _propose_waivers(actor, one, saved.item)


def _propose_online(actor: Actor, one: Wanted, item: ServiceItem, content: VersionContent) -> None:
    """Draft the version that takes applications: two persons here decide whether it is opened."""
    if item.department_id is None or item.standing == Standing.CANCELLED:
        return
    if item.versions.filter(state__in=OPEN_VERSIONS).exists():
        return
    with transaction.atomic():
        begin(actor, item=item, content=dataclasses.replace(content, is_applicable_online=True))
    one.problems.append(outcomes.ONLINE_TO_REVIEW.found())


def _propose_waivers(actor: Actor, one: Wanted, item: ServiceItem) -> None:
    given = one.rest.get("waivers") or []
    for waiver in given if isinstance(given, list) else []:
        values = {name: str(waiver.get(name) or "") for name in ("kind", "key", "reason", "legal_basis")}
        until = Row(waiver).day("until")
        if item.waivers.filter(kind=values["kind"], key=values["key"], state__in=("in_review", "approved")).exists():
            continue
        try:
            propose_waiver(actor, item_id=item.pk, **values, until=until)
        except DomainError as error:
            one.problems.append(Problem(error.code, error.text))
        else:
            one.problems.append(outcomes.WAIVER_TO_REVIEW.found(values["key"]))
