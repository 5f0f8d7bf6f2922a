"""Old apps with functions, as short as they can be."""

from typing import Any

from django.utils import timezone

from identity.actor import SYSTEM
from identity.models import Department
from services.legacy.actions import add_app, add_function
from services.legacy.rules import AppFacts, FunctionFacts
from services.models import LegacyApp, LegacyFunction, LegacyPlan


def app_facts(department: Department, name: str = "食药通", **changes: Any) -> AppFacts:
    values = {"kind": "app", "sign_in": "own", "figures_on": timezone.localdate(), **changes}
    return AppFacts(department_id=department.pk, name=name, **values)


def an_old_app(department: Department, name: str = "食药通", **changes: Any) -> LegacyApp:
    return add_app(SYSTEM, facts=app_facts(department, name, **changes))


def an_old_function(app: LegacyApp, name: str = "食品许可申请", *, slug: str = "", **changes: Any) -> LegacyFunction:
    return add_function(SYSTEM, app_id=app.pk, facts=FunctionFacts(name=name, **changes), slug=slug)


def legacy_snapshot() -> list[Any]:
    """What must be the same after a refusal."""
    return [
        list(LegacyApp.objects.order_by("id").values()),
        list(LegacyFunction.objects.order_by("id").values()),
        list(LegacyPlan.objects.order_by("id").values("state", "revision", "reviewed_by")),
        list(LegacyFunction.objects.order_by("id").values_list("mappings__item", "links__path")),
    ]
