"""不重复要: what the catalogue still asks in vain, ranked, from stored findings; and how far a check under way is."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.errors import Forbidden
from common.lines import csv_line
from portal.access import actor_of, staff_required
from portal.workbench.item_forms import FindingsForm
from portal.workbench.pages import page_of, show
from services.lint import queries, store

_CSV_LIMIT = 50_000  # rows


def _chosen(request: HttpRequest) -> tuple[FindingsForm, dict[str, Any]]:
    if not queries.may_read(actor_of(request)):
        raise Forbidden
    form = FindingsForm(request.GET)
    form.is_valid()  # a wrong value is left out
    given = form.cleaned_data
    chosen = {
        "text": given.get("text", "").replace("\x00", ""),
        "department": given.get("department", "").replace("\x00", ""),
        "code": given.get("code", ""),
        "only_in_vain": bool(given.get("vain")),
    }
    return form, chosen


@require_safe
@staff_required
def findings(request: HttpRequest) -> HttpResponse:
    """Departments and items by what they still ask in vain."""
    form, chosen = _chosen(request)
    actor = actor_of(request)
    page = page_of(request, queries.ranked_items(actor, **chosen))
    kept = {
        "text": chosen["text"],
        "department": chosen["department"],
        "code": chosen["code"],
        "vain": "on" if chosen["only_in_vain"] else "",
    }
    kept = {name: value for name, value in kept.items() if value}
    report = queries.report(actor)
    context = {
        "form": form,
        "report": report,
        "departments": [
            {**row, "url": f"?{urlencode({**kept, 'department': row['department_name']})}"}
            for row in report.departments
        ],
        "rows": [{"lint": row, "findings": queries.findings_of(row)} for row in page.object_list],
        "page": page,
        "department": chosen["department"],
        "all_url": f"?{urlencode({name: value for name, value in kept.items() if name != 'department'})}",
        "csv_url": f"{reverse('workbench_findings_csv')}?{urlencode(kept)}",
        "is_filtered": bool(kept),
    }
    return show(request, "workbench/findings.html", context, nav="items")


@require_POST
@staff_required
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a check of the whole catalogue; it runs in the background."""
    store.start_run(actor_of(request))
    messages.success(request, _("检查已经开始，可以离开这一页，过一会儿再来看。"))
    return redirect("workbench_findings")


@require_safe
@staff_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The list as CSV, one line for each finding, with the filters of the page."""
    _form, chosen = _chosen(request)
    rows = queries.ranked_items(actor_of(request), **chosen)[:_CSV_LIMIT]
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="findings.csv"'
    return response


def _lines(rows: Any) -> Iterator[str]:
    yield "\ufeff" + csv_line(
        [_("部门"), _("事项"), _("编码"), _("检查项"), _("位置"), _("说明"), _("严重程度"), _("豁免")]
    )
    for row in rows.iterator(chunk_size=500):
        for one in queries.findings_of(row):
            weight = _("错误") if one.rule.is_error else _("提醒")
            waived = _("已豁免") if one.is_waived else ""
            yield csv_line(
                [row.department_name, row.item.name, row.item.code, one.code, one.where, one.message, weight, waived]
            )
