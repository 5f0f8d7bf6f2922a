"""Reads of the registry of old apps. Everything starts from :func:`visible_to`."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DateField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from identity.actor import Actor, ActorKind
from identity.models import Department
from identity.permissions import Permission
from services.legacy.errors import AppNotFound, FunctionNotFound, PlanNotFound, SheetNotFound
from services.legacy.states import PlanAction, plan_actions
from services.models import (
    CatalogueStep,
    LegacyApp,
    LegacyFunction,
    LegacyMapping,
    LegacyPlan,
    LegacySheet,
    LegacyVisit,
)
from services.queries import search
from services.searching.listing import ListedItem

SUGGESTIONS = 5
VISIT_DAYS = 30
_SECOND = {PlanAction.APPROVE, PlanAction.REFUSE}
_HISTORY = Prefetch("history", CatalogueStep.objects.select_related("account"))


@dataclass(frozen=True, slots=True)
class AppFilter:
    """What narrows the list of apps. ``view``: all, ``idle`` (nobody for ``days``) or ``shell`` (empty for ``days``).

    ``decision`` is one of the plans', or ``none`` for apps without a plan.
    """

    text: str = ""
    department: UUID | None = None
    kind: str = ""
    status: str = ""
    decision: str = ""
    view: str = ""
    days: int = 90


def may_read(actor: Actor) -> bool:
    """Whether the post has anything to do with old apps."""
    return bool(actor.departments(Permission.MANAGE_ITEMS) or actor.departments(Permission.SUPERVISE))


def may_manage(actor: Actor, app: LegacyApp) -> bool:
    """Whether the post maintains this app."""
    return actor.may(Permission.MANAGE_ITEMS, app.department_id)


def visible_to(actor: Actor) -> QuerySet[LegacyApp]:
    """Apps of the departments where the post manages items or supervises; all for the system, else none."""
    if actor.kind == ActorKind.SYSTEM:
        return LegacyApp.objects.all()
    seen = actor.departments(Permission.MANAGE_ITEMS) | actor.departments(Permission.SUPERVISE)
    return LegacyApp.objects.filter(department_id__in=seen)


def managed_departments(actor: Actor) -> QuerySet[Department]:
    """Departments for which the post may register apps."""
    return Department.objects.filter(pk__in=actor.departments(Permission.MANAGE_ITEMS), is_active=True)


def departments_with_apps(actor: Actor) -> list[tuple[str, str]]:
    """(id, short name) of departments that have apps this actor sees (one query)."""
    found = Department.objects.filter(pk__in=visible_to(actor).values("department_id"))
    return [(str(pk), name) for pk, name in found.values_list("pk", "short_name")]


def apps(actor: Actor, wanted: AppFilter) -> QuerySet[LegacyApp]:
    """Apps by department and name, with ``function_count``, ``settled_count`` and ``last_use``; plan loaded."""
    rows: QuerySet[Any] = visible_to(actor).filter(_narrowed(wanted)).annotate(last_use=_last_use_of_app())
    since = timezone.localdate() - dt.timedelta(days=wanted.days)
    if wanted.view == "idle":
        rows = _idle(rows, since)
    elif wanted.view == "shell":
        rows = _shells(rows, since)
    return (
        rows.select_related("department", "plan__owner")
        .annotate(
            function_count=_count(LegacyFunction.objects.all()),
            settled_count=_count(LegacyFunction.objects.exclude(mapping=LegacyFunction.Mapping.OPEN)),
        )
        .order_by("department__uscc", "name", "id")
    )


def _narrowed(wanted: AppFilter) -> Q:
    narrowed = Q()
    if wanted.text.strip():
        named = LegacyFunction.objects.filter(app=OuterRef("pk"), name__icontains=wanted.text.strip())
        narrowed &= Q(name__icontains=wanted.text.strip()) | Q(Exists(named))
    for column, value in (("department_id", wanted.department), ("kind", wanted.kind), ("status", wanted.status)):
        if value:
            narrowed &= Q(**{column: value})
    if wanted.decision:
        narrowed &= Q(plan=None) if wanted.decision == "none" else Q(plan__decision=wanted.decision)
    return narrowed


def _count(functions: QuerySet[LegacyFunction]) -> Coalesce:
    counted = functions.filter(app=OuterRef("pk")).order_by().values("app").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _last_use_of_app() -> Coalesce:
    """The last day somebody used it; where only a figure was reported, the day of the figure."""
    reported = Case(When(users_monthly__gt=0, then=F("figures_on")), output_field=DateField(null=True))
    return Coalesce("last_used_on", reported)


def _idle(rows: QuerySet[Any], since: dt.date) -> QuerySet[Any]:
    """Nobody since that day. Apps that reported neither a day nor a figure are unknown, not idle."""
    known = Q(last_used_on__isnull=False) | Q(users_monthly__isnull=False)
    unused = Q(last_use__lt=since) | Q(last_use__isnull=True)
    return rows.filter(known & unused).exclude(status=LegacyApp.Status.CLOSED)


def _shells(rows: QuerySet[Any], since: dt.date) -> QuerySet[Any]:
    """No function that does something itself was used since that day; one nobody reported about counts as used."""
    reported = Case(When(uses__gt=0, then=F("app__figures_on")), output_field=DateField(null=True))
    alive = LegacyFunction.objects.filter(app=OuterRef("pk"), is_link_only=False).annotate(
        last_use=Coalesce("last_used_on", reported)
    )
    unknown = Q(last_used_on__isnull=True, uses__isnull=True)
    return rows.exclude(Exists(alive.filter(Q(last_use__gte=since) | unknown))).exclude(status=LegacyApp.Status.CLOSED)


def get_app(actor: Actor, app_id: UUID) -> LegacyApp:
    """Return an app with department and plan; raises :class:`AppNotFound`."""
    app = visible_to(actor).select_related("department", "plan__owner").filter(pk=app_id).first()
    if app is None:
        raise AppNotFound
    return app


def functions_of(app: LegacyApp) -> QuerySet[LegacyFunction]:
    """Functions of an app with their items (two queries)."""
    mappings = Prefetch("mappings", LegacyMapping.objects.select_related("item"))
    return app.functions.prefetch_related(mappings).order_by("-uses", "name")


def get_function(actor: Actor, function_id: UUID) -> LegacyFunction:
    """Return a function with its app; raises :class:`FunctionNotFound`."""
    functions = LegacyFunction.objects.filter(app__in=visible_to(actor)).select_related("app__department", "app__plan")
    function = functions.filter(pk=function_id).select_related("settled_by").first()
    if function is None:
        raise FunctionNotFound
    return function


def mappings_of(function: LegacyFunction) -> list[LegacyMapping]:
    """The confirmed items of a function, with who confirmed them (one query)."""
    return list(function.mappings.select_related("item", "confirmed_by"))


def visits_of(function: LegacyFunction) -> int:
    """How often old links to the function were followed in the last :data:`VISIT_DAYS` days (one query)."""
    since = timezone.localdate() - dt.timedelta(days=VISIT_DAYS)
    return sum(LegacyVisit.objects.filter(function=function, day__gt=since).values_list("count", flat=True))


def suggestions(function: LegacyFunction, *, text: str = "", taken: frozenset[UUID] = frozenset()) -> list[ListedItem]:
    """Items that may do what the function does: found by ``text``, else by its name, else by its description.

    ``taken`` are left out. Three queries for a name that is found by its words, up to ten else.
    """
    asked = [text] if text.strip() else [function.name, function.description]
    for words in asked:
        if words.strip():
            found = search(words, page_size=SUGGESTIONS + len(taken)).items
            left = [item for item in found if item.pk not in taken]
            if left:
                return left[:SUGGESTIONS]
    return []


def plans_of(app: LegacyApp) -> QuerySet[LegacyPlan]:
    """All plans of an app, newest first, with their history (two queries)."""
    return app.plans.select_related("owner", "submitted_by", "reviewed_by").prefetch_related(_HISTORY)


def get_plan(actor: Actor, plan_id: UUID) -> LegacyPlan:
    """Return a plan to those who maintain its app; raises :class:`PlanNotFound`."""
    plan = LegacyPlan.objects.select_related("app").filter(pk=plan_id, app__in=visible_to(actor)).first()
    if plan is None or not may_manage(actor, plan.app):
        raise PlanNotFound
    return plan


def plan_steps_for(actor: Actor, plan: LegacyPlan) -> list[PlanAction]:
    """The steps this actor may take on a plan: who proposed it does not judge it."""
    if not may_manage(actor, plan.app):
        return []
    is_own = actor.account_id in {plan.author_id, plan.submitted_by_id}
    return [one for one in plan_actions(plan.state) if not (is_own and one in _SECOND)]


def sheets(actor: Actor) -> QuerySet[LegacySheet]:
    """One's own uploads, newest first."""
    return LegacySheet.objects.filter(made_by_id=actor.account_id).defer("rows", "problems")


def get_sheet(actor: Actor, sheet_id: UUID) -> LegacySheet:
    """Return one's own upload; raises :class:`SheetNotFound`."""
    sheet = sheets(actor).defer(None).filter(pk=sheet_id).first()
    if sheet is None:
        raise SheetNotFound
    return sheet
