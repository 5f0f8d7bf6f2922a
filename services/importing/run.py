"""One import from file to catalogue, in one transaction: all of it or nothing."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from identity.actor import Actor
from identity.models import Department, Region
from services.actions import Outcome, lock_catalogue, record_import, upsert_items
from services.importing import reasons, regions, repairs
from services.importing.columns import KNOWN, NAMING
from services.importing.errors import ColumnsUnknown, FileUnreadable, RegionOptionInvalid
from services.importing.readers import RawRow, file_digest, read_rows
from services.importing.reasons import Finding, Reason, Weight
from services.importing.rows import ReadRow, Surroundings, national, read_row, region_of
from services.models import ImportBatch, ServiceItem

_CHUNK = 500

Progress = Callable[[str, int, int], None]  # what is being done, how many of how many


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import. ``region`` is for rows without ``area_code``; ``create_regions`` maps codes to names."""

    region: str = ""
    create_regions: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    is_dry_run: bool = False


@dataclass(slots=True)
class ImportResult:
    """What an import did; ``batch`` is None after a dry run."""

    rows: list[ReadRow]
    notes: list[Finding]
    outcomes: Counter[Outcome]
    batch: ImportBatch | None = None

    def count(self, weight: Weight) -> int:
        """How many rows were plainly accepted (``NOTE``), repaired or rejected."""
        return sum(row.weight == weight for row in self.rows)

    @property
    def by_reason(self) -> list[tuple[Reason, int, str]]:
        """(reason, rows, message of the first) of every reason met, rejections first, most first."""
        findings = [finding for row in self.rows for finding in row.telling] + self.notes
        counts = Counter(finding.reason for finding in findings)
        first = {finding.reason: finding.message for finding in reversed(findings)}
        heaviest = [Weight.REJECT, Weight.REPAIR, Weight.NOTE]
        return sorted(
            ((reason, count, first[reason]) for reason, count in counts.items()),
            key=lambda entry: (heaviest.index(entry[0].weight), -entry[1], entry[0].code),
        )

    @property
    def report(self) -> list[dict[str, Any]]:
        """One line for each finding that repaired or rejected a row."""
        return [
            {
                "row": row.number,
                "outcome": row.weight.value,
                "code": finding.reason.code,
                "message": finding.message,
                "name": row.name[:200],
            }
            for row in self.rows
            for finding in row.telling
            if finding.reason.weight != Weight.NOTE
        ]


def import_file(actor: Actor, *, path: Path, options: ImportOptions, progress: Progress) -> ImportResult:
    """Import a list: every row is accepted, repaired or rejected, and the account is kept as an ``ImportBatch``.

    Nothing is written when this raises (:class:`ImportRefused`, ``Forbidden``) or on a dry run.
    """
    raws = list(read_rows(path, encoding=options.encoding))
    notes = _check_columns(raws, path)
    with transaction.atomic():
        lock_catalogue()  # what is checked against the catalogue must still hold when it is written
        regions.create_regions(actor, named=options.create_regions)
        rows = _read(raws, _surroundings(raws, options), progress)
        _refuse_duplicates(rows)
        result = ImportResult(rows, notes, _write(actor, rows, progress))
        if options.is_dry_run:
            transaction.set_rollback(True)
            return result
        result.batch = record_import(
            actor,
            file_name=path.name,
            sha256=file_digest(path),
            accepted=result.count(Weight.NOTE),
            repaired=result.count(Weight.REPAIR),
            rejected=result.count(Weight.REJECT),
            report=result.report,
        )
    return result


def _check_columns(raws: list[RawRow], path: Path) -> list[Finding]:
    if not raws:
        raise FileUnreadable(file=path.name, problem=_("没有数据行"))
    columns = {str(column) for raw in raws for column in raw.values}
    if columns and not columns & NAMING:
        raise ColumnsUnknown(file=path.name, found="、".join(sorted(columns))[:200])
    unknown = sorted(columns - KNOWN)
    return [Finding(reasons.UNKNOWN_COLUMNS, "、".join(unknown)[:200])] if unknown else []


def _surroundings(raws: list[RawRow], options: ImportOptions) -> Surroundings:
    """Load what rows are read against; raises :class:`RegionUnknown` when no row stands in a known region."""
    default = _default_region(options.region)
    values = [national(raw.values) for raw in raws if not raw.finding]
    wanted = {code for row in values if (code := _region_or_nothing(row, default))}
    known = {region.code: region for region in Region.objects.filter(code__in=wanted)}
    if wanted and not known:
        ancestors = set(Region.objects.values_list("code", flat=True))
        raise regions.unknown_regions(regions.missing_options(wanted, ancestors))
    departments = list(Department.objects.filter(is_active=True).select_related("region"))
    return Surroundings(
        regions=known,
        departments={department.uscc: department for department in departments},
        departments_by_name={
            (department.region.code, name): department
            for department in departments
            for name in (department.name, department.short_name)
        },
        usccs=repairs.usccs_by_org_code(
            (str(row.get("dept_code") or ""), f"{row.get('task_code')} {row.get('local_task_code')}") for row in values
        ),
        default_region=default,
    )


def _default_region(text: str) -> str:
    try:
        return repairs.region_code(text) if text else ""
    except ValueError as error:
        raise RegionOptionInvalid(option=text, problem=_("代码应为 6、9 或 12 位数字")) from error


def _region_or_nothing(values: Mapping[str, Any], default: str) -> str:
    try:
        return region_of(values, default)
    except ValueError:
        return ""  # the row itself will be rejected for it


def _read(raws: list[RawRow], around: Surroundings, progress: Progress) -> list[ReadRow]:
    rows = []
    for done, raw in enumerate(raws, start=1):
        rows.append(
            ReadRow(raw.number, findings=[raw.finding]) if raw.finding else read_row(raw.number, raw.values, around)
        )
        progress(_("核对"), done, len(raws))
    return rows


def _refuse_duplicates(rows: list[ReadRow]) -> None:
    """Reject a row whose code or whose place (region, department, parent, name) an earlier row or item has."""
    good = [row for row in rows if row.description]
    taken = _items_by_place(good)
    by_code: dict[str, int] = {}
    by_place: dict[tuple[str, str, str, str], int] = {}
    for row in good:
        repeated = next((by_code[code] for code in row.codes if code in by_code), None)
        if repeated:
            row.reject(Finding(reasons.CODE_REPEATED, str(repeated)))
        elif row.place in by_place:
            row.reject(Finding(reasons.NAME_REPEATED, str(by_place[row.place])))
        elif row.place in taken and not taken[row.place] & set(row.codes):
            row.reject(Finding(reasons.NAME_IN_CATALOGUE, "、".join(sorted(taken[row.place]))))
        else:
            by_code.update(dict.fromkeys(row.codes, row.number))
            by_place[row.place] = row.number


def _items_by_place(rows: list[ReadRow]) -> dict[tuple[str, str, str, str], set[str]]:
    """Return the codes of the items in the catalogue, by place, of the departments these rows name."""
    items = (
        ServiceItem.objects.filter(
            department_name__in={row.place[1] for row in rows}, region__code__in={row.region_code for row in rows}
        )
        .exclude(state=ServiceItem.State.CANCELLED)
        .values_list(
            "region__code", "department_name", "current__source_row__parent_item", "name", "task_code", "local_code"
        )
    )
    places: dict[tuple[str, str, str, str], set[str]] = {}
    for region, department, parent, name, task_code, local_code in items:
        codes = {code for code in (task_code, local_code) if code}
        places.setdefault((region, department, parent or "", name), set()).update(codes)
    return places


def _write(actor: Actor, rows: list[ReadRow], progress: Progress) -> Counter[Outcome]:
    good = [row for row in rows if row.description]
    outcomes: Counter[Outcome] = Counter()
    for start in range(0, len(good), _CHUNK):
        chunk = good[start : start + _CHUNK]
        saved = upsert_items(actor, descriptions=[row.description for row in chunk if row.description])
        for row, one in zip(chunk, saved, strict=True):
            outcomes[one.outcome] += 1
            if one.outcome == Outcome.KEPT:
                row.reject(Finding(reasons.MAINTAINED_HERE))
        progress(_("写入"), start + len(chunk), len(good))
    return outcomes
