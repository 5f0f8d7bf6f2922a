"""From a row to an item's description, or to the reason why not. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from identity.models import Department, Region
from services.codes import CATALOG_CODE, is_task_code
from services.descriptions import ItemDescription
from services.importing import reasons, repairs
from services.importing.columns import LOOSE
from services.importing.content import Row, version_content
from services.importing.reasons import Finding, Weight
from services.models import ServiceItem
from services.validation import has_forbidden_text, problems

_NAME_LIMIT = 1000
_CODE_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a row is read against: regions by code, departments by USCC and by (region, name)."""

    regions: Mapping[str, Region]
    departments: Mapping[str, Department]
    departments_by_name: Mapping[tuple[str, str], Department]
    usccs: Mapping[str, str]  # organisation code → USCC, learned from the whole list
    default_region: str = ""


@dataclass(slots=True)
class ReadRow:
    """A row of the file after reading: its findings, and its description unless one of them rejects it."""

    number: int
    name: str = ""
    department_name: str = ""
    region_code: str = ""
    codes: tuple[str, ...] = ()
    parent_item: str = ""
    findings: list[Finding] = field(default_factory=list)
    description: ItemDescription | None = None

    @property
    def weight(self) -> Weight:
        """The heaviest of its findings; a row without any is plainly accepted."""
        weights = {finding.reason.weight for finding in self.findings}
        return next((weight for weight in (Weight.REJECT, Weight.REPAIR) if weight in weights), Weight.NOTE)

    @property
    def telling(self) -> list[Finding]:
        """The findings that matter: of a rejected row those that rejected it, else all."""
        if self.weight != Weight.REJECT:
            return self.findings
        return [finding for finding in self.findings if finding.reason.weight == Weight.REJECT]

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What no two items share: region, department, parent item and name."""
        return (self.region_code, self.department_name[:100], self.parent_item, self.name)

    def reject(self, finding: Finding) -> None:
        """Turn the row down after all."""
        self.findings.append(finding)
        self.description = None


def national(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by national column; a looser list's own names are translated."""
    translated = {LOOSE[column]: value for column, value in values.items() if column in LOOSE}
    own = {column: value for column, value in values.items() if column not in LOOSE and value not in ("", None)}
    return {**translated, **own}


def region_of(values: Mapping[str, Any], default: str) -> str:
    """Return the region code of a row in short form, empty when it names none; ValueError when it is no code."""
    text = str(values.get("area_code") or default or "").strip()
    return repairs.region_code(text) if text else ""


def read_row(number: int, given: Mapping[str, Any], around: Surroundings) -> ReadRow:
    """Read one row; never raises for what stands in it."""
    result = ReadRow(number)
    if has_forbidden_text(given):
        result.reject(Finding(reasons.ROW_UNREADABLE, "NUL / surrogate"))
        return result
    row = Row(national(given), result.findings)
    result.name = " ".join(unicodedata.normalize("NFC", row.text("task_name")).split())
    result.department_name = row.text("dept_name")
    result.parent_item = row.text("parent_item")
    _identify(result, row, around)
    if result.weight != Weight.REJECT:
        _describe(result, row, around)
    return result


def _identify(result: ReadRow, row: Row, around: Surroundings) -> None:
    """Find name, codes and region; a missing one rejects the row."""
    if not result.name:
        result.reject(Finding(reasons.NAME_MISSING))
    elif len(result.name) > _NAME_LIMIT:
        result.reject(Finding(reasons.CONTENT_INVALID, f"task_name > {_NAME_LIMIT}"))
    if not result.department_name:
        result.reject(Finding(reasons.DEPARTMENT_NAME_MISSING))
    result.codes = tuple(filter(None, dict.fromkeys([row.text("task_code"), row.text("local_task_code")])))
    if not result.codes:
        result.reject(Finding(reasons.CODE_MISSING))
    elif any(len(code) > _CODE_LIMIT for code in result.codes):
        result.reject(Finding(reasons.CODE_INVALID, f"> {_CODE_LIMIT}"))
    try:
        result.region_code = region_of(row.values, around.default_region)
    except ValueError:
        result.reject(Finding(reasons.REGION_MALFORMED, row.text("area_code")[:20]))
        return
    if not result.region_code:
        result.reject(Finding(reasons.REGION_MISSING))
    elif result.region_code not in around.regions:
        result.reject(Finding(reasons.REGION_UNKNOWN, result.region_code))


def _describe(result: ReadRow, row: Row, around: Surroundings) -> None:
    kind = repairs.item_type(row.text("task_type"), row.text("item_type"))
    result.findings += kind.findings
    department = _department(result, row, around)
    task_code, local_code, catalog_code = _codes(result, row)
    region = around.regions[result.region_code]
    content = version_content(row, name=result.name, level=str(region.level + 1))  # 行使层级 counts from the state
    if result.weight == Weight.REJECT:
        return
    description = ItemDescription(
        region=region,
        department=department,
        department_name=row.text("dept_name", 100),
        item_type=kind.value,
        content=content,
        task_code=task_code or None,
        local_code=local_code,
        catalog_code=catalog_code,
        local_catalog_code=row.text("local_catalog_code", 50),
        state=row.one_of("task_state", ServiceItem.State.values, ServiceItem.State.ACTIVE),
    )
    problem = next(problems(description), "")
    if problem:
        result.reject(Finding(reasons.CONTENT_INVALID, problem))
    else:
        result.description = description


def _department(result: ReadRow, row: Row, around: Surroundings) -> Department | None:
    """Match the department by its code, else by its name in the same region."""
    code = repairs.department_code(row.text("dept_code"), usccs=around.usccs)
    result.findings += code.findings
    department = around.departments.get(code.value) or around.departments_by_name.get(
        (result.region_code, result.department_name)
    )
    if department is None:
        result.findings.append(Finding(reasons.DEPARTMENT_UNMATCHED))
    if row.text("dept_code"):
        row.kept["dept_code"] = row.text("dept_code")
    if code.value:
        row.kept["dept_uscc"] = code.value
    return department


def _codes(result: ReadRow, row: Row) -> tuple[str, str, str]:
    """Return (task code, local code, catalogue code); a code that is not the national one stays as the local one."""
    task, local, catalog = row.text("task_code"), row.text("local_task_code"), row.text("catalog_code")
    if not task and is_task_code(local):
        task, local = local, ""
    if task and not is_task_code(task):
        result.findings.append(Finding(reasons.LEGACY_ITEM_CODE))
        if local and local != task:
            row.kept["task_code"] = task
        task, local = "", local or task
    elif not task:
        result.findings.append(Finding(reasons.LEGACY_ITEM_CODE))
    if catalog and (not CATALOG_CODE.fullmatch(catalog) or (task and task[19:] != catalog)):
        result.findings.append(Finding(reasons.CATALOG_CODE_DROPPED, catalog))
        row.kept["catalog_code"] = catalog
        catalog = ""
    return task, local, catalog or (task[19:] if task else "")
