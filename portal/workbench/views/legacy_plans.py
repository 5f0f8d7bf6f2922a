"""应用整合: a plan is proposed, agreed by a second person, and done."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import Forbidden
from common.formatting import action_label, code_label
from portal.access import staff_required
from portal.workbench.legacy_forms import PlanForm, PlanStepForm
from portal.workbench.step_page import StepPage
from portal.workbench.views.legacy import reader
from services.legacy import plan_actions, queries
from services.legacy.errors import PlanNotFound
from services.legacy.states import PlanAction

_page_methods = require_http_methods(["GET", "HEAD", "POST"])


@_page_methods
@staff_required
def propose(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Propose what becomes of an app."""
    actor = reader(request)
    app = queries.get_app(actor, app_id)
    if not queries.may_manage(actor, app):
        raise Forbidden
    form = PlanForm(request.POST or None)

    def act() -> str:
        plan_actions.propose_plan(actor, app_id=app.pk, **form.cleaned_data)
        return _("已经提出，由另一位同事同意后算数。")

    title = _("“%(name)s”怎么整合") % {"name": app.name}
    back = reverse("workbench_legacy_app", args=[app.pk])
    page = StepPage(request, form, title, _("提出"), back, nav="management")
    return page.answer(act, done=lambda: redirect("workbench_legacy_app", app.pk))


@_page_methods
@staff_required
def plan_step(request: HttpRequest, plan_id: UUID, action: str) -> HttpResponse:
    """Agree to a plan, refuse, withdraw or finish it."""
    actor = reader(request)
    plan = queries.get_plan(actor, plan_id)
    if action not in PlanAction.values:
        raise PlanNotFound
    wanted = PlanAction(action)
    form = PlanStepForm(request.POST or None, action=wanted, initial={"revision": plan.revision})
    label = action_label(wanted.label)
    decision = code_label(plan.get_decision_display())
    title = _("%(action)s：%(decision)s“%(name)s”") % {"action": label, "decision": decision, "name": plan.app.name}
    is_danger = wanted in (PlanAction.REFUSE, PlanAction.WITHDRAW)
    back = reverse("workbench_legacy_app", args=[plan.app_id])
    page = StepPage(request, form, title, label, back, is_danger=is_danger, nav="management")

    def act() -> str:
        given = form.cleaned_data
        plan_actions.step_plan(
            actor, plan_id=plan.pk, action=wanted, note=given.get("note", ""), expected_revision=given["revision"]
        )
        return _("已办好：%(action)s。") % {"action": label}

    return page.answer(act, done=lambda: redirect("workbench_legacy_app", plan.app_id))
