"""导入导出: exchange tables are uploaded and checked, the report read, then applied; the catalogue is exported."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, Forbidden, Invalid
from portal.access import actor_of, staff_required
from portal.workbench.item_forms import ExchangeForm, ExportForm
from portal.workbench.pages import page_of, show
from services.exchange import desk, runs
from services.exchange.abnormal import lines
from services.exchange.errors import BatchMoved, BatchNotFound
from services.exchange.report import report_lines
from services.models import ExchangeBatch

_TONES = {"done": "jade", "failed": "red", "running": "amber", "checking": "amber"}
_OUTCOMES = (
    ("created", gettext_lazy("新增")),
    ("revised", gettext_lazy("有新内容")),
    ("changed", gettext_lazy("只改了外围信息")),
    ("unchanged", gettext_lazy("没有变化")),
    ("kept", gettext_lazy("本平台维护，没有覆盖")),
    ("rejected", gettext_lazy("没有收")),
    ("exported", gettext_lazy("导出的事项")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def exchange(request: HttpRequest) -> HttpResponse:
    """One's own imports and exports, and the form to upload a file. Nothing is changed by uploading."""
    actor = actor_of(request)
    if not desk.may_exchange(actor):
        raise Forbidden
    form = ExchangeForm(request.POST, request.FILES) if request.method == "POST" else ExchangeForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data["tables"]
            try:
                batch = desk.upload(actor, file_name=given.name, chunks=given.chunks())
                return redirect("workbench_exchange_batch", batch.pk)
            except Invalid as error:
                form.add_error("tables", error.text)
    page = page_of(request, desk.batches(actor))
    context = {"form": form, "export_form": ExportForm(), "page": page, "tones": _TONES}
    return show(request, "workbench/exchange.html", context, nav="items", status=status)


@require_POST
@staff_required
def export(request: HttpRequest) -> HttpResponse:
    """Have the catalogue exported."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        return redirect("workbench_exchange")
    try:
        batch = desk.request_export(actor_of(request), file_format=form.cleaned_data["format"])
    except (Conflict, Invalid) as error:
        messages.error(request, f"{error.text}{error.what_to_do}")
        return redirect("workbench_exchange")
    return redirect("workbench_exchange_batch", batch.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def exchange_batch(request: HttpRequest, exchange_id: UUID) -> HttpResponse:
    """How far one batch is, its report, and applying it."""
    actor = actor_of(request)
    batch = desk.get_batch(actor, exchange_id)
    conflict = None
    if request.method == "POST":
        try:
            desk.start(actor, batch_id=batch.pk)
            messages.success(request, _("正在导入，可以离开这一页。"))
            return redirect("workbench_exchange_batch", batch.pk)
        except Conflict as error:
            conflict = error
            batch = desk.get_batch(actor, exchange_id)
    rows, has_more = report_lines(batch)
    context = {
        "batch": batch,
        "tone": _TONES.get(batch.state, "plain"),
        "counts": [(label, batch.counts[key]) for key, label in _OUTCOMES if batch.counts.get(key)],
        "rows": rows,
        "has_more": has_more,
        "is_moving": batch.state in ("waiting", "checking", "running"),
        "may_apply": batch.state == "checked"
        and any(batch.counts.get(key) for key in ("created", "revised", "changed")),
        "conflict": conflict,
    }
    return show(
        request, "workbench/exchange_batch.html", context, nav="items", status=conflict.http_status if conflict else 200
    )


@require_safe
@staff_required
def exchange_file(request: HttpRequest, exchange_id: UUID) -> HttpResponse:
    """The archive of a finished export."""
    batch = desk.get_batch(actor_of(request), exchange_id)
    if batch.kind != ExchangeBatch.Kind.EXPORT:
        raise BatchNotFound
    if batch.state != ExchangeBatch.State.DONE:
        raise BatchMoved(state=batch.get_state_display())
    response = HttpResponse(batch.file.read(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{batch.file_name}"'
    return response


@require_safe
@staff_required
def exchange_problems(request: HttpRequest, exchange_id: UUID) -> StreamingHttpResponse:
    """Rows that were not taken, in the shape of dn_audit_abnormal."""
    batch = desk.get_batch(actor_of(request), exchange_id)
    response = StreamingHttpResponse(_csv(batch), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="dn_audit_abnormal.csv"'
    return response


def _csv(batch: ExchangeBatch) -> Iterator[str]:
    yield "\ufeff"
    rows = runs.problem_rows(batch).values("table", "number", "guid", "problems").iterator(chunk_size=1000)
    for cells in lines(batch, rows):
        buffer = io.StringIO()
        csv.writer(buffer).writerow(cells)
        yield buffer.getvalue()
