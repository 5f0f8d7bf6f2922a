"""存量证照: a department's export is uploaded and checked, the report read, then imported in the background."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from certificates.models import StockImport
from certificates.stock import desk
from certificates.stock.reading import NEEDED
from common.errors import Conflict, Forbidden, Invalid
from common.formatting import format_list
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.downloads import attachment
from portal.workbench.pages import page_of, show
from portal.workbench.stock_forms import StockForm

_TONES = {"checking": "amber", "checked": "plain", "running": "amber", "done": "jade", "failed": "red"}
_SHOWN = 200


def _issuing(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.departments(Permission.ISSUE_CERTIFICATE):
        raise Forbidden
    return actor


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def imports(request: HttpRequest) -> HttpResponse:
    """The department's imports, and the form to upload another file. Nothing enters the register by uploading."""
    actor = _issuing(request)
    issuers = desk.issuers(actor)
    types = desk.types_of(issuers.values_list("pk", flat=True))
    is_sent = request.method == "POST"
    form = StockForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, issuers=issuers, types=types
    )
    status = 200
    if is_sent:
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                row = desk.upload_stock(
                    actor,
                    kind=given["type"],
                    issuer=given["issuer"],
                    file_name=given["sheet"].name,
                    chunks=given["sheet"].chunks(),
                )
                return redirect("stock_import", row.pk)
            except Invalid as error:
                form.add_error("sheet", error.text)
            except Forbidden as error:
                form.add_error("type", f"{error.text}{error.what_to_do}")
                status = error.http_status
    context = {
        "form": form,
        "page": page_of(request, desk.imports(actor)),
        "tones": _TONES,
        "needed": format_list(NEEDED),
    }
    return show(request, "workbench/stock/list.html", context, nav="certificates", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def one_import(request: HttpRequest, stock_id: UUID) -> HttpResponse:
    """What the check found, how far the import got, and starting it."""
    actor = _issuing(request)
    row = desk.get_import(actor, stock_id)
    conflict = None
    if request.method == "POST":
        try:
            desk.start_stock(actor, stock_id=row.pk)
            messages.success(request, _("正在后台入库，可以关掉页面。"))
            return redirect("stock_import", row.pk)
        except Conflict as error:
            conflict = error
    counts = row.counts
    context = {
        "row": row,
        "tone": _TONES[row.state],
        "counts": [(desk.outcome_label(one), counts.get(one, 0)) for one in desk.OUTCOMES],
        "taken": sum(counts.values()) if row.state != StockImport.State.CHECKED else 0,
        "problems": _problems(row),
        "to_take": counts.get("new", 0) + counts.get("waiting", 0),
        "may_start": desk.may_start(row),
        "conflict": conflict,
    }
    status = conflict.http_status if conflict else 200
    return show(request, "workbench/stock/import.html", context, nav="certificates", status=status)


def _problems(row: StockImport) -> list[dict[str, Any]]:
    return [
        {"line": line, "outcome": outcome, "problem": problem, "is_wrong": outcome == desk.outcome_label("wrong")}
        for line, outcome, problem in desk.problem_lines(row, most=_SHOWN)
    ]


@require_safe
@staff_required
@fresh_sign_in
def report(request: HttpRequest, stock_id: UUID) -> HttpResponse:
    """A line for each row of the file, as CSV."""
    actor = _issuing(request)
    row = desk.get_import(actor, stock_id)
    content = desk.read_report(actor, row)
    return attachment(content, media_type="text/csv", name=_("存量入库报告"))
