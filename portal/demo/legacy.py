"""Loads the demonstration's old apps; one that is registered already stays as it is."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from common.errors import DomainError
from identity.actor import Actor
from identity.models import Department
from portal.demo.catalogue import DemoCatalogue
from portal.demo.entries import CONTENT, Entry, read_entries, unique
from portal.demo.publishing import Officers
from portal.demo.staff import catalogue_officers
from services.legacy.actions import add_app, add_function, add_link, confirm_item, set_unmappable
from services.legacy.plan_actions import propose_plan, step_plan
from services.legacy.queries import visible_to
from services.legacy.rules import AppFacts, FunctionFacts
from services.legacy.states import Decision, PlanAction, PlanState
from services.models import LegacyApp, ServiceItem

_FIGURES_DAYS_AGO = 5
_STEPS = {
    PlanState.PROPOSED: (),
    PlanState.AGREED: (PlanAction.APPROVE,),
    PlanState.DONE: (PlanAction.APPROVE, PlanAction.FINISH),
}


def load(actor: Actor, catalogue: DemoCatalogue, *, content: Path = CONTENT) -> int:
    """Register the apps that are missing and return how many were; the staff must be seated.

    Raises :class:`ContentError` with the place of what contradicts the format (README.md) or is refused.
    """
    required = "key department name kind sign_in functions"
    optional = "platform address users monthly released used_days_ago plan"
    entries = unique(read_entries(content / "legacy.yaml", required=required, optional=optional), "key")
    known = {(app.department_id, app.name) for app in visible_to(actor)}
    officers = catalogue_officers(actor)
    added = 0
    for entry in entries:
        department = catalogue.departments.get(entry.text("department"))
        if department is None:
            raise entry.fail(f"unknown department {entry.text('department')!r}")
        if (department.pk, entry.text("name")) in known:
            continue
        try:
            with transaction.atomic():
                _register(officers, entry, department, catalogue.items)
        except DomainError as error:
            raise entry.fail(f"{error.text} {error.fields}") from error
        added += 1
    return added


def _register(officers: Officers, entry: Entry, department: Department, items: Mapping[str, ServiceItem]) -> None:
    app = add_app(
        officers.editor,
        facts=AppFacts(
            department_id=department.pk,
            name=entry.text("name"),
            kind=entry.code("kind", LegacyApp.Kind.values),
            sign_in=entry.code("sign_in", LegacyApp.SignIn.values),
            figures_on=timezone.localdate() - dt.timedelta(days=_FIGURES_DAYS_AGO),
            platform=entry.text("platform"),
            address=entry.text("address"),
            users_total=entry.number("users"),
            users_monthly=entry.number("monthly"),
            released_on=entry.day("released"),
            last_used_on=_ago(entry.number("used_days_ago")),
        ),
    )
    optional = "about uses used_days_ago link_only items none links"
    for function in entry.entries("functions", required="key name", optional=optional):
        _add(officers, function, app, items)
    if "plan" in entry:
        _decide(officers, entry.entry("plan", required="decision reason owner due_days state"), app)


def _ago(days: int | None) -> dt.date | None:
    return None if days is None else timezone.localdate() - dt.timedelta(days=days)


def _add(officers: Officers, entry: Entry, app: LegacyApp, items: Mapping[str, ServiceItem]) -> None:
    facts = FunctionFacts(
        name=entry.text("name"),
        description=entry.text("about"),
        uses=entry.number("uses"),
        last_used_on=_ago(entry.number("used_days_ago")),
        is_link_only=entry.flag("link_only", default=False),
    )
    function = add_function(officers.editor, app_id=app.pk, facts=facts, slug=entry.text("key"))
    for key in entry.texts("items"):
        if key not in items:
            raise entry.fail(f"unknown item {key!r}")
        function = confirm_item(
            officers.editor,
            function_id=function.pk,
            item_id=items[key].pk,
            expected_revision=function.revision,
        )
    if "none" in entry:
        revision = function.revision
        reason = entry.text("none")
        set_unmappable(officers.editor, function_id=function.pk, reason=reason, expected_revision=revision)
    for address in entry.texts("links"):
        add_link(officers.editor, function_id=function.pk, address=address)


def _decide(officers: Officers, entry: Entry, app: LegacyApp) -> None:
    plan = propose_plan(
        officers.editor,
        app_id=app.pk,
        decision=entry.code("decision", Decision.values),
        reason=entry.text("reason"),
        owner=entry.text("owner"),
        due_on=timezone.localdate() + dt.timedelta(days=entry.number("due_days") or 0),
    )
    for action in _STEPS[PlanState(entry.code("state", [state.value for state in _STEPS]))]:
        plan = step_plan(officers.reviewer, plan_id=plan.pk, action=action, expected_revision=plan.revision)
