"""A sheet is checked and shown first; applying it changes exactly what was shown, or nothing."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from common.errors import Forbidden
from identity.actor import Actor
from identity.models import Department
from identity.staff.current import hold
from services import events as codes
from services.importing.readers import RawRow
from services.legacy import actions
from services.legacy.errors import SheetMoved, SheetNotFound
from services.legacy.queries import managed_departments
from services.legacy.rules import AppFacts, FunctionFacts, changed_fields, problems_of
from services.legacy.sheets import APP_COLUMNS, FUNCTION_COLUMNS, Problem, SheetRow, read_sheet, understand
from services.models import LegacyApp, LegacyFunction, LegacySheet

_KEPT_PROBLEMS = 1000
_Place = tuple[UUID, str, str]  # department, name, kind


@dataclass(slots=True)
class _AppPlan:
    """What the sheet says of one app, and the app that is there already."""

    facts: AppFacts
    number: int
    stored: LegacyApp | None
    functions: dict[str, FunctionFacts]


@dataclass(slots=True)
class _Check:
    apps: list[_AppPlan]
    problems: list[Problem]
    counts: dict[str, int]


@transaction.atomic
def upload_sheet(actor: Actor, *, file_name: str, content: bytes) -> LegacySheet:
    """Read and check a sheet and keep what it says; nothing is registered yet. Raises :class:`SheetUnreadable`.

    Needs :attr:`Permission.MANAGE_ITEMS` in some department; rows about others are among the problems.
    """
    hold(actor)
    departments = list(managed_departments(actor))
    if not departments:
        raise Forbidden
    raws = read_sheet(file_name=file_name, content=content)
    check = _checked(raws, departments)
    name = "".join(letter for letter in file_name if letter.isprintable())[-200:]
    return LegacySheet.objects.create(
        made_by_id=actor.account_id,
        file_name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=[_stored(raw) for raw in raws],
        counts=check.counts,
        problems=[asdict(problem) for problem in check.problems[:_KEPT_PROBLEMS]],
    )


@transaction.atomic
def apply_sheet(actor: Actor, *, sheet_id: UUID) -> LegacySheet:
    """Register what a checked sheet says, all of it or nothing.

    Raises :class:`SheetMoved` when it was applied before, has problems, or would no longer do what its report said.
    """
    hold(actor)
    sheet = LegacySheet.objects.select_for_update().filter(pk=sheet_id, made_by_id=actor.account_id).first()
    if sheet is None:
        raise SheetNotFound
    if sheet.state == LegacySheet.State.DONE or sheet.problems:
        raise SheetMoved
    check = _checked([RawRow(row["n"], row["v"]) for row in sheet.rows], list(managed_departments(actor)))
    if check.problems or check.counts != sheet.counts:
        raise SheetMoved
    for plan in check.apps:
        _apply(actor, plan)
    sheet.state = LegacySheet.State.DONE
    sheet.save()
    events.record(
        codes.LEGACY_SHEET_APPLIED,
        actor=actor,
        subject_id=sheet.pk,
        sha256=sheet.sha256,
        new=check.counts["new"],
        changed=check.counts["changed"],
    )
    return sheet


def _stored(raw: RawRow) -> dict[str, Any]:
    """A row as JSON: days as text, what else is no JSON as text too."""
    plain = {
        str(name): value if isinstance(value, str | int | bool | None) else str(value)
        for name, value in raw.values.items()
        if name in APP_COLUMNS or name in FUNCTION_COLUMNS
    }
    return {"n": raw.number, "v": plain}


def _checked(raws: Iterable[RawRow], departments: list[Department]) -> _Check:
    by_name = {name: one for one in departments for name in (one.uscc, one.name, one.short_name)}
    rows: list[tuple[SheetRow, AppFacts]] = []
    problems: list[Problem] = []
    for raw in raws:
        row, wrong = understand(raw)
        problems += wrong
        if row is None:
            continue
        department = by_name.get(row.department)
        if department is None:
            message = _("没有“%(name)s”，或者不归您管理。") % {"name": row.department[:30]}
            problems.append(Problem(row.number, "主管部门", "legacy.department_unknown", message))
            continue
        rows.append((row, row.app_facts(department.pk)))
    apps = _gathered(rows, problems)
    return _Check(apps, problems, _counts(apps, len({problem.row for problem in problems})))


def _gathered(rows: list[tuple[SheetRow, AppFacts]], problems: list[Problem]) -> list[_AppPlan]:
    """Rows of the same app together; what they say of it must be the same."""
    stored = _stored_apps({facts.department_id for _row, facts in rows})
    plans: dict[_Place, _AppPlan] = {}
    today = timezone.localdate()
    for row, facts in rows:
        place = (facts.department_id, facts.name, facts.kind)
        plan = plans.get(place)
        if plan is None:
            plan = plans[place] = _AppPlan(facts, row.number, stored.get(place), {})
            problems += _named(row.number, problems_of(facts, today), APP_COLUMNS)
        elif plan.facts != facts:
            message = _("和第 %(row)s 行对同一个应用的说法不一样。") % {"row": plan.number}
            problems.append(Problem(row.number, "应用名称", "legacy.app_differs", message))
        function = row.function_facts()
        if function is None:
            continue
        if function.name in plan.functions:
            message = _("同一个应用的功能“%(name)s”写了两遍。") % {"name": function.name}
            problems.append(Problem(row.number, "功能名称", "legacy.function_repeated", message))
        plan.functions[function.name] = function
        problems += _named(row.number, problems_of(function, today), FUNCTION_COLUMNS)
    return list(plans.values())


def _named(number: int, wrong: dict[str, str], columns: dict[str, str]) -> list[Problem]:
    headings = {field: heading for heading, field in columns.items()}
    return [Problem(number, headings[field], "legacy.cell_wrong", message) for field, message in wrong.items()]


def _stored_apps(departments: set[UUID]) -> dict[_Place, LegacyApp]:
    apps = LegacyApp.objects.filter(department_id__in=departments).prefetch_related("functions")
    return {(app.department_id, app.name, app.kind): app for app in apps}


def _counts(apps: list[_AppPlan], wrong: int) -> dict[str, int]:
    counts = {"new": 0, "changed": 0, "same": 0, "wrong": wrong}
    for plan in apps:
        known = _functions(plan.stored)
        pairs: list[tuple[Any, Any]] = [(plan.stored, plan.facts)]
        pairs += [(known.get(name), facts) for name, facts in plan.functions.items()]
        for record, facts in pairs:
            counts["new" if record is None else "changed" if changed_fields(record, facts) else "same"] += 1
    return counts


def _functions(app: LegacyApp | None) -> dict[str, LegacyFunction]:
    return {function.name: function for function in app.functions.all()} if app else {}


def _apply(actor: Actor, plan: _AppPlan) -> None:
    if plan.stored is None:
        app = actions.add_app(actor, facts=plan.facts)
    else:
        revision = plan.stored.revision
        app = actions.change_app(actor, app_id=plan.stored.pk, facts=plan.facts, expected_revision=revision)
    known = _functions(plan.stored)
    for name, facts in plan.functions.items():
        function = known.get(name)
        if function is None:
            actions.add_function(actor, app_id=app.pk, facts=facts)
        elif changed_fields(function, facts):
            actions.change_function(actor, function_id=function.pk, facts=facts, expected_revision=function.revision)
