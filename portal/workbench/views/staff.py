"""人员与岗位: who works where; each change has a form of its own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from cases.actions.reassignment import hand_over
from cases.staffing import Handover, waiting_with
from common.errors import Conflict, Invalid, NotFound
from common.formatting import format_date
from identity.models import Account
from identity.staff import queries
from identity.staff.actions import accounts
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import page_of, show
from portal.workbench.show.staff import event_rows, holding_rows
from portal.workbench.staff_forms import HandOverForm, NewStaffForm, StaffFilterForm, holding_label, refuse
from portal.workbench.staff_operations import OPERATIONS, Operation, form_for, open_operations


@require_safe
@staff_required
def staff_list(request: HttpRequest) -> HttpResponse:
    """Staff of the managed departments, with filters."""
    actor = actor_of(request)
    form = StaffFilterForm(request.GET, departments=queries.managed_departments(actor))
    form.is_valid()  # a wrong value is left out
    chosen = form.cleaned_data
    department = chosen.get("department")
    state, text = chosen.get("state", ""), chosen.get("text", "")
    found = queries.staff_list(actor, department_id=department.pk if department else None, state=state, text=text)
    page = page_of(request, found)
    rows = [
        {"account": account, "posts": [holding_label(row) for row in account.live_holdings]}
        for account in page.object_list
    ]
    is_filtered = bool(department or state or text.strip())
    context = {"form": form, "page": page, "rows": rows, "is_filtered": is_filtered}
    return show(request, "workbench/staff/list.html", context, nav="management")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def staff_new(request: HttpRequest) -> HttpResponse:
    """Open the account of a new member of staff; the answer shows the enrolment code, once."""
    actor = actor_of(request)
    form = NewStaffForm(request.POST or None, posts=queries.managed_posts(actor))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                account = accounts.appoint(actor, **form.cleaned_data)
                return _code_page(request, account, accounts.issue_enrolment(actor, account=account))
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.http_status
    return show(request, "workbench/staff/new.html", {"form": form}, nav="management", status=status)


@sensitive_variables("code")
def _code_page(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show a code in this one answer: it stands at no address and in no session."""
    context = {"account": account, "code": code, "hours": accounts.ENROLMENT_HOURS}
    return show(request, "workbench/staff/code.html", context, nav="management")


@require_safe
@staff_required
def staff_person(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One member of staff: posts, what was changed, the last sign-ins, and what may be done."""
    actor = actor_of(request)
    account = queries.get_staff(actor, account_id)
    context = {
        "account": account,
        "holdings": holding_rows(account.all_holdings),  # type: ignore[attr-defined]
        "events": event_rows(list(queries.history(account)[:30])),
        "sign_ins": queries.last_sign_ins(account),
        "waiting": sum(len(row.branches) for row in waiting_with(actor, account)),
        "operations": open_operations(actor, account),
    }
    return show(request, "workbench/staff/person.html", context, nav="management")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def staff_operation(request: HttpRequest, account_id: UUID, operation: str) -> HttpResponse:
    """The form of one change, or the change itself. A refusal keeps what was typed."""
    actor = actor_of(request)
    chosen = OPERATIONS.get(operation)
    if chosen is None:
        raise NotFound
    account = queries.get_staff(actor, account_id)
    form = form_for(chosen, actor, account, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                code = chosen.run(actor, account, form.cleaned_data)
                return _done(request, account, chosen, code)
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.http_status
    context = {"account": account, "operation": chosen, "form": form}
    return show(request, "workbench/staff/operation.html", context, nav="management", status=status)


def _done(request: HttpRequest, account: Account, operation: Operation, code: str | None) -> HttpResponse:
    if code is not None:
        return _code_page(request, account, code)
    messages.success(request, str(operation.done))
    return redirect("staff_work" if operation.leads_to_work else "staff_person", account.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def staff_work(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """What waits for the posts of somebody who leaves, and handing it to another post."""
    actor = actor_of(request)
    account = queries.get_staff(actor, account_id)
    groups = waiting_with(actor, account)
    wanted = request.POST.get("from", "")
    forms = [_hand_over_form(row, request.POST if wanted == str(row.post.pk) else None) for row in groups]
    status = 200
    for form in forms:
        if not form.is_bound:
            continue
        status = 422
        if form.is_valid():
            sent = form.cleaned_data
            try:
                count = hand_over(actor, branch_ids=[UUID(key) for key in sent["branches"]], post=sent["post"])
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.http_status
            else:
                messages.success(request, _("已移交 %(count)s 件。") % {"count": count})
                return redirect("staff_work", account.pk)
    rows = [{"work": row, "form": form} for row, form in zip(groups, forms, strict=True)]
    context = {"account": account, "rows": rows}
    return show(request, "workbench/staff/work.html", context, nav="management", status=status)


def _hand_over_form(row: Handover, data: object) -> HandOverForm:
    branches = [
        (
            str(branch.pk),
            f"{branch.case.number} · {branch.case.item_version.name} · {branch.stage.name}"
            + (f" · {format_date(branch.due_on)}" if branch.due_on else ""),
        )
        for branch in row.branches
    ]
    return HandOverForm(data, targets=row.targets, branches=branches, prefix=None, auto_id=f"id_{row.post.pk}_%s")
