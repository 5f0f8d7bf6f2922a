"""档案销毁: what is due in the own departments, the lists proposed and approved, their progress and their record."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.archive import destruction, queries
from cases.archive.models import DestructionList
from common.errors import Conflict, DomainError, Forbidden, Invalid
from identity.actor import Actor
from portal.access import fresh_sign_in, staff_required
from portal.downloads import attachment, file_response
from portal.workbench.archive_forms import ProposeForm, SettleForm
from portal.workbench.pages import page_of, show
from portal.workbench.views.archive import keeper

_TONES = {"proposed": "amber", "withdrawn": "plain", "rejected": "plain", "running": "brand", "done": "jade"}
_ROW_TONES = {"todo": "plain", "erasing": "brand", "done": "jade", "kept": "amber"}
_MEDIA = {"record": "application/pdf", "manifest": "application/json"}
page_methods = require_http_methods(["GET", "HEAD", "POST"])


@page_methods
@staff_required
@fresh_sign_in
def destructions(request: HttpRequest) -> HttpResponse:
    """What is due by department, and the lists there were; a form sent proposes one."""
    actor = keeper(request)
    dues = destruction.due_counts(actor, today=timezone.localdate())
    form = ProposeForm(request.POST or None, departments=_choices(dues))
    problem: DomainError | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = destruction.propose(
                    actor,
                    department_id=UUID(form.cleaned_data["department"]),
                    reason=form.cleaned_data["reason"],
                    checked=form.cleaned_data["checked"],
                )
            except Invalid as error:
                _add_errors(form, error)
            except Conflict as error:
                problem, status = error, error.http_status
            else:
                messages.success(request, _("清册已经提出，等另一个人审批。"))
                return redirect("archive_destruction", made.pk)
    page = page_of(request, queries.lists_of(actor))
    context = {
        "form": form,
        "may_propose": bool(dues),
        "page": page,
        "rows": [(row, _TONES[row.state]) for row in page],
        "problem": problem,
    }
    return show(request, "workbench/archive/destructions.html", context, nav="management", status=status)


def _choices(dues: list[tuple[UUID, str, int]]) -> list[tuple[str, str]]:
    words = _("%(name)s（%(number)s 份）")
    return [(str(pk), words % {"name": name, "number": number}) for pk, name, number in dues]


def _add_errors(form: Any, error: Invalid) -> None:
    for name, message in error.fields.items():
        form.add_error(name, str(message))


@page_methods
@staff_required
@fresh_sign_in
def archive_destruction(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """One list: what is on it, who proposed and settled it, how far it is; a form sent settles or withdraws it."""
    actor = keeper(request)
    made = queries.get_list(actor, list_id)
    form = SettleForm(request.POST or None)
    problem: DomainError | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _step(actor, made, form.cleaned_data)
            except Invalid as error:
                _add_errors(form, error)
            except (Conflict, Forbidden) as error:
                problem, status = error, error.http_status
            else:
                messages.success(request, _("已记下。"))
                return redirect("archive_destruction", list_id)
    return show(
        request,
        "workbench/archive/destruction.html",
        _context(request, actor, made, form, problem),
        nav="management",
        status=status,
    )


def _step(actor: Actor, made: DestructionList, given: dict[str, Any]) -> None:
    match given["step"]:
        case "approve":
            destruction.approve(actor, list_id=made.pk, checked=given["checked"], note=given["note"])
        case "reject":
            destruction.reject(actor, list_id=made.pk, note=given["note"])
        case _:
            destruction.withdraw(actor, list_id=made.pk)


def _context(
    request: HttpRequest, actor: Actor, made: DestructionList, form: SettleForm, problem: DomainError | None
) -> dict[str, Any]:
    is_open = made.state == DestructionList.State.PROPOSED
    is_own = made.proposed_by_id in {actor.account_id, actor.stands_in_for}
    page = page_of(request, queries.rows_of(made))
    return {
        "made": made,
        "tone": _TONES[made.state],
        "page": page,
        "rows": [(row, _ROW_TONES[row.state]) for row in page],
        "may_settle": is_open and not is_own,
        "may_withdraw": is_open,
        "is_own": is_open and is_own,
        "form": form,
        "problem": problem,
    }


@require_safe
@staff_required
@fresh_sign_in
def destruction_file(request: HttpRequest, list_id: UUID, part: str) -> HttpResponse:
    """The sealed record, or the manifest with every hash."""
    made, content = queries.record_file(keeper(request), list_id, part)
    name = f"{_('档案销毁清册')} {made.number}"
    if part == "record":
        return file_response(content, media_type=_MEDIA[part], name=name)
    return attachment(content, media_type=_MEDIA[part], name=name, sha256=made.manifest_sha256)
