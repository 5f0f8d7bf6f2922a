"""纸质表: numbered blank forms for days without network, and a supervisor's leave to enter one late."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.application import numbered_form
from cases.assisting import queries, sheet_actions
from cases.assisting.errors import AssistanceInvalid
from cases.counter.queries import windows_for
from common.errors import Conflict, Forbidden, Invalid
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.assist_forms import SheetsForm
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.person_forms import refuse


def _looker(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not (actor.departments(Permission.COUNTER) or actor.departments(Permission.SUPERVISE)):
        raise Forbidden
    return actor


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def paper_sheets(request: HttpRequest) -> HttpResponse:
    """The sheets of this post's windows; the form prints more."""
    actor = _looker(request)
    if request.method == "POST" and not actor.departments(Permission.COUNTER):
        raise Forbidden
    windows = list(windows_for(actor))
    items = queries.items_for(actor, windows[0]) if windows else []
    data = request.POST if request.method == "POST" else None
    form = SheetsForm(data, windows=windows, items=items, initial={"request_key": new_request_key()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sent = form.cleaned_data
            try:
                made = sheet_actions.make_sheets(
                    actor,
                    window_id=UUID(sent["window"]),
                    item_id=UUID(sent["item"]),
                    count=sent["count"],
                    request_key=sent["request_key"],
                )
            except Invalid as error:
                status = refuse(form, error)
            else:
                said = ngettext("已编号 %(count)s 张，请打印。", "已编号 %(count)s 张，请打印。", len(made))
                messages.success(request, said % {"count": len(made)})
                return redirect("paper_sheets")
    return _page(request, actor, form if windows else None, status)


def _page(
    request: HttpRequest, actor: Actor, form: SheetsForm | None, status: int, problem: tuple[UUID, str] | None = None
) -> HttpResponse:
    page = page_of(request, queries.sheets_of(actor))
    rows = [
        {
            "sheet": sheet,
            "used": any(one.state in queries.COUNTED for one in sheet.assistances.all()),
            "may_allow": actor.may(Permission.SUPERVISE, sheet.item.department_id),
            "problem": problem[1] if problem and problem[0] == sheet.pk else "",
        }
        for sheet in page
    ]
    context = {"form": form, "page": page, "rows": rows}
    return show(request, "workbench/calling/sheets.html", context, nav="calling", status=status)


@require_safe
@staff_required
def paper_sheet_file(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """One sheet to print: the item's own form, with its number."""
    sheet = queries.get_sheet(_looker(request), paper_id)
    office = f"{sheet.window.hall.name} {sheet.window.number}"
    department = sheet.item.department.name if sheet.item.department else ""
    pdf = numbered_form(sheet.item_version, department=department, number=sheet.number, office=office)
    return file_response(pdf, media_type="application/pdf", name=sheet.number)


@require_POST
@staff_required
def paper_sheet_late(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """A supervisor lets a sheet be entered late."""
    actor = _looker(request)
    try:
        sheet = sheet_actions.allow_late(actor, sheet_id=paper_id, reason=request.POST.get("reason", "")[:400])
    except AssistanceInvalid as error:
        return _page(request, actor, None, error.http_status, (paper_id, str(error.fields.get("reason", ""))))
    except Conflict as error:
        messages.error(request, f"{error.text}{error.what_to_do}")
    else:
        messages.success(request, _("已批准补录 %(number)s。") % {"number": sheet.number})
    return redirect("paper_sheets")
