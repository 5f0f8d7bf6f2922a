"""Which apps do the same, and how far departments are with merging theirs."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from identity.actor import Actor
from services.legacy.queries import VISIT_DAYS, visible_to
from services.legacy.states import PlanState
from services.models import LegacyApp, LegacyFunction, LegacyMapping, LegacyVisit

MOST_ITEMS = 60  # columns of the picture, the most shared first
MOST_APPS = 60  # rows
_CSV_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Overlap:
    """The picture's data. ``cells``: (app, item) → names of the functions; ``is_cut``: there is more than fits."""

    apps: list[tuple[UUID, str]]
    items: list[tuple[UUID, str]]
    cells: dict[tuple[UUID, UUID], list[str]]
    is_cut: bool

    def apps_of(self, item: UUID) -> list[tuple[UUID, str, list[str]]]:
        """The apps that do what an item does, with their functions."""
        return [(pk, name, self.cells[pk, item]) for pk, name in self.apps if (pk, item) in self.cells]


def overlap(actor: Actor, *, department: UUID | None = None, only_shared: bool = True) -> Overlap:
    """Apps that are not offline × items that their functions map to (two queries).

    ``only_shared`` keeps items that more than one of the apps serves: the duplicates. Most shared first.
    """
    seen = visible_to(actor).exclude(status=LegacyApp.Status.CLOSED)
    if department:
        seen = seen.filter(department_id=department)
    rows = LegacyMapping.objects.filter(function__app__in=seen)
    counted = rows.order_by().values("item_id").annotate(apps=Count("function__app", distinct=True))
    if only_shared:
        counted = counted.filter(apps__gt=1)
    ranked = list(counted.order_by("-apps", "item_id").values_list("item_id", flat=True)[: MOST_ITEMS + 1])
    kept = ranked[:MOST_ITEMS]
    found = list(
        rows.filter(item_id__in=kept)
        .order_by("function__app__name", "function__app_id", "function__name")
        .values_list("function__app_id", "function__app__name", "item_id", "item__name", "function__name")
    )
    return _drawn(found, kept, is_cut=len(ranked) > MOST_ITEMS)


def _drawn(found: list[tuple[UUID, str, UUID, str, str]], kept: list[UUID], *, is_cut: bool) -> Overlap:
    names: dict[UUID, str] = {}
    items: dict[UUID, str] = {}
    cells: dict[tuple[UUID, UUID], list[str]] = {}
    for app, app_name, item, item_name, function in found:
        names[app], items[item] = app_name, item_name
        cells.setdefault((app, item), []).append(function)
    weight = {app: sum(1 for one, _item in cells if one == app) for app in names}
    apps = sorted(names.items(), key=lambda one: (-weight[one[0]], one[1], one[0]))
    shown = {app for app, _name in apps[:MOST_APPS]}
    return Overlap(
        apps[:MOST_APPS],
        [(item, items[item]) for item in kept if item in items],
        {place: functions for place, functions in cells.items() if place[0] in shown},
        is_cut=is_cut or len(apps) > MOST_APPS,
    )


@dataclass(slots=True)
class Progress:
    """How far one department is: apps by the state of their plan, functions by where they lead."""

    department_id: UUID
    name: str
    apps: int
    proposed: int
    agreed: int
    done: int
    functions: int = 0
    settled: int = 0
    visits: int = 0

    @property
    def without_plan(self) -> int:
        """Apps nobody has decided about."""
        return self.apps - self.proposed - self.agreed - self.done


def progress(actor: Actor) -> list[Progress]:
    """Progress of the departments whose apps this actor sees, in the order of their codes (three queries)."""
    seen = visible_to(actor)
    states = {f"n_{state.value}": Count("pk", filter=Q(plan__state=state)) for state in PlanState}
    rows: Any = seen.order_by("department__uscc").values("department_id", "department__short_name")
    found = {
        row["department_id"]: Progress(
            row["department_id"],
            row["department__short_name"],
            row["n"],
            row["n_proposed"],
            row["n_agreed"],
            row["n_done"],
        )
        for row in rows.annotate(n=Count("pk"), **states)
    }
    is_settled = ~Q(mapping=LegacyFunction.Mapping.OPEN)
    functions: QuerySet[Any] = (
        LegacyFunction.objects.filter(app__in=seen).order_by().values(department=F("app__department_id"))
    )
    for row in functions.annotate(n=Count("pk"), settled=Count("pk", filter=is_settled)):
        found[row["department"]].functions, found[row["department"]].settled = row["n"], row["settled"]
    since = timezone.localdate() - dt.timedelta(days=VISIT_DAYS)
    visits: QuerySet[Any] = LegacyVisit.objects.filter(function__app__in=seen, day__gt=since).order_by()
    for followed in visits.values(department=F("function__app__department_id")).annotate(n=Sum("count")):
        found[followed["department"]].visits = followed["n"]
    return list(found.values())


def plan_rows(actor: Actor) -> Iterator[LegacyApp]:
    """Every app with its plan and counts, for the export, department by department."""
    is_settled = ~Q(functions__mapping=LegacyFunction.Mapping.OPEN)
    rows = (
        visible_to(actor)
        .select_related("department", "plan__owner", "plan__submitted_by", "plan__reviewed_by")
        .annotate(
            function_count=Count("functions"),
            settled_count=Count("functions", filter=is_settled & Q(functions__isnull=False)),
        )
        .order_by("department__uscc", "name", "id")
    )
    return rows[:_CSV_ROWS].iterator(chunk_size=500)
