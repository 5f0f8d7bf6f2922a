"""One action on a case: its form, and what happens when it is sent."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cases import errors, queries
from cases.models import Case
from cases.notice_texts import remedies_of
from cases.states import FINAL_STATES, OF_BRANCH, TABLE, Action
from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from common.formatting import action_label, code_label
from common.workdays import for_region
from identity.actor import Actor
from portal.access import actor_of, require_recent_proof, staff_required
from portal.workbench.forms import StepForm
from portal.workbench.pages import new_request_key, show
from portal.workbench.show.evidence import evidence_of
from portal.workbench.show.lamps import lamps_of
from portal.workbench.show.people import applicant_of
from portal.workbench.show.quota import FILL, fill_url, quota_shown, refusal_words
from portal.workbench.show.route import history_of
from portal.workbench.steps import STEPS, Step, form_for
from portal.workbench.trail import trail_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def case_action(request: HttpRequest, case_id: UUID, action: str) -> HttpResponse:
    """Show the form of an action, or do it. A refusal keeps what was typed and says what to do."""
    step = STEPS.get(action)
    if step is None:
        raise NotFound
    if step.action in _DECISIONS:
        require_recent_proof(request)
    actor = actor_of(request)
    case = queries.get_case(actor, case_id)
    if request.method == "POST":
        return _do(request, actor, case, step)
    refusal = _why_not(actor, case, step)
    if isinstance(refusal, Forbidden):
        raise refusal
    if refusal:
        messages.warning(request, f"{refusal.text}{refusal.what_to_do}")
        return redirect("workbench_case", case_id)
    form = form_for(step, actor, case, request_key=new_request_key(), version=case.version)
    return _page(request, case, step, form)


def _do(request: HttpRequest, actor: Actor, case: Case, step: Step) -> HttpResponse:
    form = form_for(step, actor, case, request.POST, request.FILES)
    if not form.is_valid():
        refusal = _why_not(actor, case, step)
        if refusal is None:
            return _page(request, case, step, form, status=422)
        return _refused(request, actor, case, step, form, refusal)
    try:
        step.run(actor, case, form)
    except Invalid as error:
        _add_errors(form, error)
        return _page(request, case, step, form, status=error.http_status)
    except Conflict as error:
        return _refused(request, actor, case, step, form, error)
    messages.success(request, str(step.done))
    return redirect(reverse("workbench_case", args=[case.pk]) + trail_of(request))


def _why_not(actor: Actor, case: Case, step: Step) -> DomainError | None:
    """Say why a step is closed, or None when it is open."""
    if step.action in queries.actions_for(actor, case):
        return None
    move = TABLE[step.action]
    if move.permission and step.action not in OF_BRANCH and not actor.may(move.permission, case.department_id):
        return Forbidden()
    kind = errors.CaseClosed if case.state in FINAL_STATES else errors.MoveNotAllowed
    return kind(state=code_label(case.get_state_display()), action=action_label(step.action.label))


def _add_errors(form: StepForm, error: Invalid) -> None:
    known = {name: str(text) for name, text in error.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, error.text)


def _refused(
    request: HttpRequest, actor: Actor, case: Case, step: Step, form: StepForm, error: DomainError
) -> HttpResponse:
    """Answer 409 with what has changed meanwhile and the form as it was typed.

    Where the action is still open, the form carries the version now on screen: pressing again is a new decision.
    """
    if not isinstance(error, Conflict):
        raise error
    fresh = queries.get_case(actor, case.pk)
    data = request.POST.copy()
    data["version"], data["request_key"] = str(fresh.version), new_request_key()
    form.data = data
    may_repeat = _why_not(actor, fresh, step) is None
    context = {"conflict": error, "news": history_of(fresh)[-4:], "may_repeat": may_repeat}
    return _page(request, fresh, step, form, status=error.http_status, **context)


def _quota(request: HttpRequest, case: Case, step: Step, form: StepForm) -> dict[str, Any]:
    """Where a limited item is to be decided: its line, and for a refusal the sentence that no place is left."""
    if not step.is_approval and step.action != Action.REFUSE:
        return {}
    shown = quota_shown(actor_of(request), case)
    if shown is None or step.is_approval or form.is_bound or not shown.standing.is_full:
        return {"quota": shown}
    words = refusal_words(case, shown)
    if request.GET.get(FILL):
        form.initial["reason"] = words
        return {"quota": shown}
    return {"quota": shown, "quota_words": words, "quota_fill_url": fill_url(case, trail_of(request))}


def _page(
    request: HttpRequest, case: Case, step: Step, form: StepForm, *, status: int = 200, **extra: Any
) -> HttpResponse:
    context = {
        "case": case,
        "step": step,
        "form": form,
        "fields": [bound for bound in form.visible_fields() if not isinstance(bound.field.widget, forms.HiddenInput)],
        "applicant": applicant_of(case),
        "lamps": lamps_of(case, for_region(case.department.region.code)),
        "unseen": evidence_of(case).unseen if step.is_approval else [],
        "remedies": remedies_of(case) if step.action in _WITH_REMEDIES else [],
        **_quota(request, case, step, form),
        "may_repeat": True,
        "trail": trail_of(request),
        **extra,
    }
    return show(request, "workbench/step.html", context, nav="worklist", status=status)


_WITH_REMEDIES = frozenset({Action.REFUSE, Action.REFUSE_ACCEPTANCE, Action.TERMINATE})
_DECISIONS = frozenset(
    {Action.APPROVE, Action.REFUSE, Action.DECIDE_AT_ONCE, Action.REFUSE_ACCEPTANCE, Action.TERMINATE}
)
