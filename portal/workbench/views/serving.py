"""待送达: notices nobody opened, and how the counter brings them to their reader."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.serving import actions, queries
from cases.serving.delivered import delivered_on, service_of
from cases.serving.errors import ServiceNotFound
from cases.serving.models import NoticeService
from cases.serving.rules import deemed_on
from common.errors import Conflict, Forbidden, Invalid
from common.masking import mask_name
from identity.models import Party
from identity.permissions import Permission
from portal.access import actor_of, staff_required
from portal.workbench.message_forms import STEP_FORMS
from portal.workbench.pages import page_of, show
from portal.workbench.staff_forms import refuse

_State = NoticeService.State
_STEPS: dict[str, tuple[str, ...]] = {
    _State.TO_DO: ("paper", "post", "publish"),
    _State.POSTED: ("receipt", "return", "paper"),
    _State.PUBLISHED: ("paper",),
    _State.DONE: (),
}
_ACTIONS: dict[str, Callable[..., None]] = {
    "paper": actions.record_paper,
    "post": actions.record_posting,
    "receipt": actions.record_receipt,
    "return": actions.record_return,
    "publish": actions.publish,
}
_TONES = {_State.TO_DO: "red", _State.POSTED: "amber", _State.PUBLISHED: "amber", _State.DONE: "jade"}


@require_safe
@staff_required
def serving(request: HttpRequest) -> HttpResponse:
    """What this post still has to see delivered, oldest first."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    page = page_of(request, queries.to_do(actor))
    rows = [
        {"service": row, "name": _name(row.notice.case.applicant), "tone": _TONES[_State(row.state)]} for row in page
    ]
    return show(request, "workbench/serving.html", {"page": page, "rows": rows}, nav="management")


@require_safe
@staff_required
def service(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice: how far its delivery is, and what may be recorded now."""
    return _page(request, notice_id)


@require_POST
@staff_required
def service_step(request: HttpRequest, notice_id: UUID, step: str) -> HttpResponse:
    """Record one step of the delivery."""
    actor = actor_of(request)
    actor.require(Permission.COUNTER, queries.get_notice(actor, notice_id).case.department_id)
    if step not in STEP_FORMS:
        raise ServiceNotFound
    form = STEP_FORMS[step](request.POST, prefix=step)
    if not form.is_valid():
        return _page(request, notice_id, bound=(step, form), status=422)
    try:
        _ACTIONS[step](actor, notice_id=notice_id, **form.cleaned_data)
    except Invalid as error:
        refuse(form, error)
        return _page(request, notice_id, bound=(step, form), status=422)
    except Conflict as error:
        return _page(request, notice_id, conflict=error, status=error.http_status)
    messages.success(request, _("已登记。"))
    return redirect("workbench_service", notice_id)


def _page(
    request: HttpRequest,
    notice_id: UUID,
    *,
    bound: tuple[str, forms.Form] | None = None,
    conflict: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    notice = queries.get_notice(actor, notice_id)
    row = service_of(notice)
    state = _State(row.state) if row else _State.TO_DO
    delivered = delivered_on(notice)
    may = actor.may(Permission.COUNTER, notice.case.department_id) and not delivered
    steps = {
        name: bound[1] if bound and bound[0] == name else STEP_FORMS[name](prefix=name)
        for name in (_STEPS[state] if may else ())
    }
    context: dict[str, Any] = {
        "notice": notice,
        "service": row,
        "state_label": _State.DONE.label if delivered else state.label,
        "tone": "jade" if delivered else _TONES[state],
        "addressee": _name(notice.case.applicant),
        "delivered": delivered,
        "deemed_on": deemed_on(row.published_on) if row and row.published_on else None,
        "steps": steps,
        "bound": bound[1] if bound else None,
        "conflict": conflict,
    }
    return show(request, "workbench/service.html", context, nav="management", status=status)


def _name(party: Party) -> str:
    return mask_name(party.name) if party.kind == Party.Kind.PERSON else party.name
