"""承诺核查: what applicants promised, whether it was true, and records of what was not."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import Breach, Undertaking
from cases.promises import actions, queries
from common.errors import Conflict, DomainError, Forbidden, Invalid
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.show.people import applicant_of

_FILTERS = {
    "todo": gettext_lazy("待核查、待补交"),
    "false": gettext_lazy("不实、未补"),
    "breach": gettext_lazy("失信记录"),
    "all": gettext_lazy("全部"),
}
_TONES = {"open": "amber", "true": "jade", "supplied": "jade", "false": "red", "missed": "red"}


class _KeyedForm(forms.Form):
    request_key = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("页面已经失效，请刷新后再操作。")},
    )


class ResultForm(_KeyedForm):
    """Whether a promise was true, and how that was found."""

    result = forms.ChoiceField(
        label=gettext_lazy("核查结果"),
        choices=[("true", gettext_lazy("真实")), ("false", gettext_lazy("不实"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选核查结果。")},
    )
    note = forms.CharField(
        label=gettext_lazy("怎么核查的、查到什么"),
        help_text=gettext_lazy("申请人会看到"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明怎么核查的、查到什么。")},
    )


class ProposalForm(_KeyedForm):
    """Why a promise goes on record, and by what law."""

    reason = forms.CharField(
        label=gettext_lazy("认定理由"),
        help_text=gettext_lazy("申请人会看到，并可以陈述申辩"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明理由。")},
    )
    basis = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=300,
        error_messages={"required": gettext_lazy("请写明依据的条款。")},
    )


class DecisionForm(_KeyedForm):
    """Put it on record, or not."""

    decision = forms.ChoiceField(
        label=gettext_lazy("决定"),
        choices=[("confirm", gettext_lazy("认定承诺不实")), ("drop", gettext_lazy("不予认定"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选决定。")},
    )
    note = forms.CharField(
        label=gettext_lazy("决定的理由"),
        help_text=gettext_lazy("写明陈述申辩采纳了没有、为什么"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明理由。")},
    )


class RepairForm(_KeyedForm):
    """Why a record ends early."""

    note = forms.CharField(
        label=gettext_lazy("修复的理由"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明理由。")},
    )


@require_safe
@staff_required
def undertakings(request: HttpRequest) -> HttpResponse:
    """The list; the filter stands in the address."""
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in _FILTERS else "todo"
    page = page_of(request, queries.listing(actor_of(request), shown=chosen))
    today = timezone.localdate()
    rows = [
        {
            "one": one,
            "applicant": applicant_of(one.case, whole=False).name,
            "tone": _TONES.get(one.state, "plain"),
            "is_late": one.state == "open" and one.due_on is not None and one.due_on < today,
        }
        for one in page
    ]
    context = {"page": page, "rows": rows, "filters": _FILTERS.items(), "shown": chosen}
    return show(request, "workbench/undertakings.html", context, nav="management")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def undertaking(request: HttpRequest, undertaking_id: UUID) -> HttpResponse:
    """One undertaking with the one thing that can be done about it now."""
    actor = actor_of(request)
    row = queries.get_undertaking(actor, undertaking_id)
    step = _step(actor, row)
    if request.method != "POST":
        return _page(request, row, step, _form(step))
    if step is None:
        raise Forbidden
    form = _FORMS[step](request.POST)
    if not form.is_valid():
        return _page(request, row, step, form, status=422)
    try:
        _do(actor, row, step, form.cleaned_data)
    except Invalid as error:
        for field, message in error.fields.items():
            form.add_error(field if field in form.fields else None, str(message))
        return _page(request, row, step, form, status=422)
    except Conflict as error:
        return _page(request, queries.get_undertaking(actor, undertaking_id), step, form, refusal=error, status=409)
    messages.success(request, _("已记下。"))
    return redirect("workbench_undertaking", undertaking_id)


_FORMS: dict[str, type[_KeyedForm]] = {
    "result": ResultForm,
    "propose": ProposalForm,
    "decide": DecisionForm,
    "repair": RepairForm,
}


def _form(step: str | None) -> _KeyedForm | None:
    return _FORMS[step](initial={"request_key": new_request_key()}) if step else None


def _step(actor: Actor, row: Undertaking) -> str | None:
    """What this post can do about it now; None when it is nobody's turn, or somebody else's."""
    breach = getattr(row, "breach", None)
    decides = actor.may(Permission.DECIDE, row.department_id)
    if breach is not None:
        if breach.state == Breach.State.PROPOSED:
            return "decide" if decides and actor.account_id != breach.proposed_by_id else None
        return "repair" if decides and breach.state == Breach.State.RECORDED else None
    if row.kind != Undertaking.Kind.PROMISE or not queries.may_check(actor, row):
        return None
    return {"open": "result", "false": "propose"}.get(row.state)


def _do(actor: Actor, row: Undertaking, step: str, data: dict[str, Any]) -> None:
    key = data["request_key"]
    if step == "result":
        actions.record_result(
            actor, undertaking_id=row.pk, is_true=data["result"] == "true", note=data["note"], request_key=key
        )
    elif step == "propose":
        actions.propose_breach(
            actor, undertaking_id=row.pk, reason=data["reason"], basis=data["basis"], request_key=key
        )
    elif step == "decide":
        is_confirmed = data["decision"] == "confirm"
        actions.decide_breach(actor, breach_id=row.breach.pk, is_confirmed=is_confirmed, note=data["note"])
    else:
        actions.repair_breach(actor, breach_id=row.breach.pk, note=data["note"])


def _page(
    request: HttpRequest,
    row: Undertaking,
    step: str | None,
    form: _KeyedForm | None,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    breach = getattr(row, "breach", None)
    context = {
        "row": row,
        "case": row.case,
        "applicant": applicant_of(row.case, whole=False),
        "tone": _TONES.get(row.state, "plain"),
        "breach": breach,
        "in_force": breach is not None and queries.in_force(breach, today=timezone.localdate()),
        "step": step,
        "form": form,
        "refusal": refusal,
    }
    return show(request, "workbench/undertaking.html", context, nav="management", status=status)
