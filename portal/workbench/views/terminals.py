"""自助终端: the machines of a hall for whoever looks after it, and people at them whom a clerk lets in."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.terminal import errors, queries, setup_actions, visit_actions
from common.errors import Conflict, DomainError, Forbidden, Invalid
from common.masking import mask_id, mask_name
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import new_request_key, show
from portal.workbench.staff_forms import refuse

_PAGE = ["GET", "HEAD", "POST"]


class TerminalForm(forms.Form):
    """One machine: its name, and whether it is in use."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    terminal = forms.UUIDField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("终端的名称"),
        max_length=40,
        help_text=gettext_lazy("写明放在哪里，例如“1 号机（进门右手）”"),
        error_messages={"required": gettext_lazy("请填名称。")},
    )


@require_http_methods(_PAGE)
@staff_required
def hall_terminals(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """The machines of one hall with their addresses; the form enrols one more."""
    actor = actor_of(request)
    machines = queries.machines_of(actor, hall_id)
    form = TerminalForm(request.POST if request.method == "POST" else None, initial={"request_key": new_request_key()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sent = form.cleaned_data
            try:
                setup_actions.save_terminal(actor, hall_id=hall_id, name=sent["name"], request_key=sent["request_key"])
            except Invalid as error:
                refuse(form, error)
                status = error.http_status
            else:
                messages.success(request, _("已登记。在那台终端上打开下面的地址就可以用。"))
                return redirect("hall_terminals", hall_id)
    site = f"{request.scheme}://{request.get_host()}"
    rows = [{"terminal": one, "url": site + reverse("terminal", args=[one.key])} for one in machines.rows]
    context: dict[str, Any] = {"hall": machines.hall, "rows": rows, "form": form}
    return show(request, "workbench/calling/terminals.html", context, nav="management", status=status)


@require_POST
@staff_required
def hall_terminal(request: HttpRequest, hall_id: UUID, terminal_id: UUID) -> HttpResponse:
    """Take a machine out of use or into use again, or give it a new address."""
    actor = actor_of(request)
    machines = queries.machines_of(actor, hall_id)
    found = next((one for one in machines.rows if one.pk == terminal_id), None)
    if found is None:
        raise errors.TerminalNotFound
    try:
        if request.POST.get("do") == "renew":
            setup_actions.renew_terminal_key(actor, hall_id=hall_id, terminal_id=terminal_id)
            messages.success(request, _("已换成新地址，旧地址马上失效，正在用的人已退出。请在终端上打开新地址。"))
        elif request.POST.get("do") in {"stop", "start"}:
            is_active = request.POST["do"] == "start"
            setup_actions.save_terminal(
                actor, hall_id=hall_id, terminal_id=terminal_id, name=found.name, is_active=is_active
            )
            messages.success(request, _("已恢复使用。") if is_active else _("已停用，正在用的人已退出。"))
        else:
            messages.error(request, _("请从列出的操作里选。"))
    except (Invalid, Conflict) as error:
        messages.error(request, "".join(map(str, error.fields.values())) or error.text)
    return redirect("hall_terminals", hall_id)


@require_safe
@staff_required
def terminal_releases(request: HttpRequest) -> HttpResponse:
    """Who waits at the terminals of this post's halls, longest first."""
    return _releases(request)


@require_POST
@staff_required
@fresh_sign_in
def terminal_release(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Let somebody in whose card and face were compared."""
    if not actor_of(request).departments(Permission.COUNTER):
        raise Forbidden
    try:
        visit = visit_actions.release(actor_of(request), visit_id=visit_id)
    except (errors.ReleaseNotWaiting, errors.NotReleasable) as error:
        return _releases(request, problem=error)
    messages.success(request, _("%(number)s 号已放行，终端会自动进入。") % {"number": visit.number})
    return redirect("terminal_releases")


def _releases(request: HttpRequest, *, problem: DomainError | None = None) -> HttpResponse:
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    rows = [
        {"visit": one, "name": mask_name(one.person.name), "code": mask_id(one.person.id_number)}
        for one in queries.to_release(actor)[:50]
        if one.person
    ]
    context = {"rows": rows, "problem": problem}
    status = problem.http_status if problem else 200
    return show(request, "workbench/calling/releases.html", context, nav="calling", status=status)
