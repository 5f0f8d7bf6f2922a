"""应用整合: the list of old apps, one app, and registering it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Forbidden
from common.formatting import action_label, code_label, format_date
from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.workbench.legacy_forms import AppForm, LegacyFilterForm
from portal.workbench.pages import page_of, show
from portal.workbench.show.editing import history_of
from portal.workbench.step_page import StepPage
from services.legacy import actions, queries
from services.legacy.states import Decision, PlanState
from services.models import LegacyApp, LegacyPlan

PLAN_TONES = {"proposed": "amber", "agreed": "brand", "done": "jade", "refused": "red", "withdrawn": "plain"}
_page_methods = require_http_methods(["GET", "HEAD", "POST"])


def reader(request: HttpRequest) -> Actor:
    """The actor; Forbidden for posts that neither manage items nor supervise."""
    actor = actor_of(request)
    if not queries.may_read(actor):
        raise Forbidden
    return actor


@require_safe
@staff_required
def apps(request: HttpRequest) -> HttpResponse:
    """Old apps with filters in the address: all, those nobody uses, the empty shells."""
    actor = reader(request)
    form = LegacyFilterForm(request.GET, departments=queries.departments_with_apps(actor))
    wanted = form.wanted()
    kept = {name: value for name, value in form.cleaned_data.items() if value}
    context = {
        "form": form,
        "wanted": wanted,
        "views": [
            {"label": label, "url": f"?{urlencode({**kept, 'view': key})}", "is_chosen": key == wanted.view}
            for key, label in LegacyFilterForm.VIEWS
        ],
        "page": page_of(request, queries.apps(actor, wanted)),
        "tones": PLAN_TONES,
        "is_filtered": bool(kept.keys() - {"view", "days"}),
        "manages": queries.managed_departments(actor).exists(),
    }
    return show(request, "workbench/legacy/list.html", context, nav="management")


@require_safe
@staff_required
def app_page(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """One app: its figures, its functions with their items, and its plans."""
    actor = reader(request)
    app = queries.get_app(actor, app_id)
    plans = list(queries.plans_of(app))
    manages = queries.may_manage(actor, app)
    context = {
        "app": app,
        "facts": _facts(app),
        "pairs": _pairs(app),
        "functions": list(queries.functions_of(app)),
        "plans": [_plan(actor, app, plan) for plan in plans],
        "manages": manages,
        "may_propose": manages and _is_open(app),
    }
    return show(request, "workbench/legacy/app.html", context, nav="management")


def _is_open(app: LegacyApp) -> bool:
    return app.plan is None or (app.plan.state == PlanState.DONE and app.plan.decision == Decision.KEEP)


def _facts(app: LegacyApp) -> list[tuple[str, str]]:
    unknown = _("没有填")
    return [
        (_("用户总数"), unknown if app.users_total is None else f"{app.users_total:,}"),
        (_("月活跃用户"), unknown if app.users_monthly is None else f"{app.users_monthly:,}"),
        (_("最近有人用"), format_date(app.last_used_on) if app.last_used_on else unknown),
        (_("最近发布"), format_date(app.released_on) if app.released_on else unknown),
    ]


def _pairs(app: LegacyApp) -> list[tuple[str, str]]:
    rows = [
        (_("主管部门"), app.department.name),
        (_("类型"), code_label(app.get_kind_display())),
        (_("平台"), app.platform),
        (_("网址"), app.address),
        (_("怎么登录"), code_label(app.get_sign_in_display())),
        (_("用户数据是哪天的"), format_date(app.figures_on)),
    ]
    return [(label, value) for label, value in rows if value]


def _plan(actor: Actor, app: LegacyApp, plan: LegacyPlan) -> dict[str, Any]:
    plan.app = app
    steps = queries.plan_steps_for(actor, plan)
    return {
        "plan": plan,
        "tone": PLAN_TONES[plan.state],
        "history": history_of(plan.history.all()),
        "steps": [
            {
                "label": action_label(step.label),
                "url": reverse("legacy_plan_step", args=[plan.pk, step.value]),
                "kind": "primary" if step in ("approve", "finish") else "quiet",
            }
            for step in steps
        ],
    }


@_page_methods
@staff_required
def app_new(request: HttpRequest) -> HttpResponse:
    """Register an app."""
    actor = reader(request)
    departments = queries.managed_departments(actor)
    if not departments.exists():
        raise Forbidden
    form = AppForm(request.POST or None, departments=departments)
    made: list[LegacyApp] = []

    def act() -> str:
        made.append(actions.add_app(actor, facts=form.facts()))
        return _("已经登记。接着登记它的功能。")

    page = _page(request, form, _("登记应用"), reverse("workbench_legacy"))
    return page.answer(act, done=lambda: redirect("workbench_legacy_app", made[0].pk))


@_page_methods
@staff_required
def app_edit(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Change what is registered about an app."""
    actor = reader(request)
    app = queries.get_app(actor, app_id)
    if not queries.may_manage(actor, app):
        raise Forbidden
    form = AppForm(request.POST or None, departments=queries.managed_departments(actor), app=app)

    def act() -> str:
        revision = form.cleaned_data["revision"] or 0
        actions.change_app(actor, app_id=app.pk, facts=form.facts(), expected_revision=revision)
        return _("已经改好。")

    title = _("修改“%(name)s”") % {"name": app.name}
    page = _page(request, form, title, reverse("workbench_legacy_app", args=[app.pk]))
    return page.answer(act, done=lambda: redirect("workbench_legacy_app", app.pk))


def _page(request: HttpRequest, form: forms.Form, title: str, back: str) -> StepPage:
    return StepPage(request, form, title, _("保存"), back, nav="management")
