"""批量导入: a spreadsheet is uploaded and checked, the report read, then applied."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Conflict, Invalid
from identity.models import StaffImport
from identity.staff import queries
from identity.staff.actions import imports
from identity.staff.sheets.writing import MEDIA_TYPE, template
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import page_of, show
from portal.workbench.staff_forms import SheetForm

_TONES = {"checked": "plain", "running": "amber", "done": "jade", "failed": "red"}
_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def staff_imports(request: HttpRequest) -> HttpResponse:
    """One's own imports, and the form to upload another sheet. Nothing is changed by uploading."""
    actor = actor_of(request)
    form = SheetForm(request.POST or None, request.FILES or None) if request.method == "POST" else SheetForm()
    page = page_of(request, queries.imports(actor))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sheet = form.cleaned_data["sheet"]
            try:
                row = imports.upload_sheet(actor, file_name=sheet.name, content=sheet.read(imports.MOST_BYTES + 1))
                return redirect("staff_import", row.pk)
            except Invalid as error:
                form.add_error("sheet", error.text)
    context = {"form": form, "page": page, "tones": _TONES}
    return show(request, "workbench/staff/imports.html", context, nav="management", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def staff_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The report of one sheet, how far it got, and applying it."""
    actor = actor_of(request)
    row = queries.get_import(actor, import_id)
    conflict = None
    if request.method == "POST":
        try:
            imports.start_import(actor, import_id=row.pk)
            messages.success(request, _("正在导入。"))
            return redirect("staff_import", row.pk)
        except Conflict as error:
            conflict = error
    may_apply = row.state == StaffImport.State.FAILED or (
        row.state == StaffImport.State.CHECKED and not row.counts["wrong"] and row.total
    )
    context = {
        "row": row,
        "tone": _TONES[row.state],
        "problems": row.problems[:_SHOWN],
        "more": max(row.counts["wrong"] - _SHOWN, 0),
        "may_apply": may_apply,
        "conflict": conflict,
    }
    status = conflict.http_status if conflict else 200
    return show(request, "workbench/staff/import.html", context, nav="management", status=status)


@require_safe
@staff_required
def template_file(request: HttpRequest) -> HttpResponse:
    """The empty template."""
    queries.managed(actor_of(request))
    response = HttpResponse(template(), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = 'attachment; filename="onestop-staff.xlsx"'
    return response
