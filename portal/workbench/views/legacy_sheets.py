"""应用整合: a sheet of apps and functions is checked, looked at, then registered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Conflict, Forbidden, Invalid
from common.lines import csv_line
from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.workbench.pages import page_of, show
from portal.workbench.staff_forms import SheetForm
from services.legacy import queries, sheet_actions
from services.legacy import sheets as reading
from services.models import LegacySheet

_SHOWN = 200
_page_methods = require_http_methods(["GET", "HEAD", "POST"])


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not queries.managed_departments(actor).exists():
        raise Forbidden
    return actor


@_page_methods
@staff_required
def sheets(request: HttpRequest) -> HttpResponse:
    """One's own uploads and the form for another. Uploading registers nothing."""
    actor = _manager(request)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["sheet"]
            try:
                content = file.read(reading.MOST_BYTES + 1)
                row = sheet_actions.upload_sheet(actor, file_name=file.name, content=content)
                return redirect("workbench_legacy_sheet", row.pk)
            except Invalid as error:
                form.add_error("sheet", error.text)
    context = {"form": form, "page": page_of(request, queries.sheets(actor))}
    return show(request, "workbench/legacy/sheets.html", context, nav="management", status=status)


@_page_methods
@staff_required
def sheet(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """The report of one sheet, and registering what it says."""
    actor = _manager(request)
    row = queries.get_sheet(actor, sheet_id)
    conflict = None
    if request.method == "POST":
        try:
            sheet_actions.apply_sheet(actor, sheet_id=row.pk)
            messages.success(request, _("已经登记。"))
            return redirect("workbench_legacy_sheet", row.pk)
        except Conflict as error:
            conflict = error
    is_checked = row.state == LegacySheet.State.CHECKED
    context = {
        "row": row,
        "problems": row.problems[:_SHOWN],
        "more": max(len(row.problems) - _SHOWN, 0),
        "changes": row.counts["new"] + row.counts["changed"],
        "may_apply": is_checked and not row.problems and row.counts["new"] + row.counts["changed"] > 0,
        "conflict": conflict,
    }
    status = conflict.http_status if conflict else 200
    return show(request, "workbench/legacy/sheet.html", context, nav="management", status=status)


@require_safe
@staff_required
def template_file(request: HttpRequest) -> HttpResponse:
    """The headings and an example, as CSV that a spreadsheet opens."""
    _manager(request)
    text = "\ufeff" + "".join(csv_line(line) for line in reading.template())
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="onestop-legacy.csv"'
    return response
