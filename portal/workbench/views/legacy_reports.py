"""应用整合: the overlap picture, the departments' progress, and the plans as CSV."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.formatting import code_label
from common.lines import csv_line
from portal.access import staff_required
from portal.workbench.legacy_forms import OverlapForm
from portal.workbench.pages import show
from portal.workbench.show.overlap import overlap_svg
from portal.workbench.views.legacy import reader
from services.legacy import overlap, queries
from services.models import LegacyApp


@require_safe
@staff_required
def overlap_page(request: HttpRequest) -> HttpResponse:
    """Apps by the items they do, drawn and as a table; what is in the address narrows it."""
    actor = reader(request)
    form = OverlapForm(request.GET, departments=queries.departments_with_apps(actor))
    form.is_valid()  # a wrong value is left out
    chosen = form.cleaned_data.get("department")
    shows_all = bool(form.cleaned_data.get("all"))
    data = overlap.overlap(actor, department=UUID(chosen) if chosen else None, only_shared=not shows_all)
    context = {
        "form": form,
        "data": data,
        "picture": overlap_svg(data, label=_("应用和事项的重叠图，下面的表格说的是同样的内容")),
        "rows": [{"item": item, "name": name, "apps": data.apps_of(item)} for item, name in data.items],
        "is_filtered": bool(chosen),
    }
    return show(request, "workbench/legacy/overlap.html", context, nav="management")


@require_safe
@staff_required
def progress_page(request: HttpRequest) -> HttpResponse:
    """How far each department is."""
    rows = overlap.progress(reader(request))
    totals = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("apps", "proposed", "agreed", "done", "functions", "settled", "visits", "without_plan")
    }
    context = {"rows": rows, "totals": totals, "visit_days": queries.VISIT_DAYS}
    return show(request, "workbench/legacy/progress.html", context, nav="management")


@require_safe
@staff_required
def plans_file(request: HttpRequest) -> StreamingHttpResponse:
    """Every app with its plan, one line each."""
    response = StreamingHttpResponse(_lines(overlap.plan_rows(reader(request))), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="legacy-plans.csv"'
    return response


def _lines(apps: Iterator[Any]) -> Iterator[str]:
    heading = [
        _("部门"),
        _("应用"),
        _("类型"),
        _("状态"),
        _("用户总数"),
        _("月活跃用户"),
        _("功能"),
        _("有去向的功能"),
    ]
    heading += [
        _("怎么处理"),
        _("计划状态"),
        _("理由"),
        _("责任人"),
        _("期限"),
        _("提出人"),
        _("同意人"),
        _("完成日"),
    ]
    yield "\ufeff" + csv_line(heading)
    for app in apps:
        yield csv_line([*_app_cells(app), *_plan_cells(app)])


def _app_cells(app: Any) -> list[str]:
    return [
        app.department.name,
        app.name,
        code_label(app.get_kind_display()),
        code_label(app.get_status_display()),
        _number(app.users_total),
        _number(app.users_monthly),
        str(app.function_count),
        str(app.settled_count),
    ]


def _plan_cells(app: LegacyApp) -> list[str]:
    plan = app.plan
    if plan is None:
        return [""] * 8
    return [
        code_label(plan.get_decision_display()),
        code_label(plan.get_state_display()),
        plan.reason,
        plan.owner.staff_name,
        plan.due_on.isoformat(),
        plan.submitted_by.staff_name if plan.submitted_by else "",
        plan.reviewed_by.staff_name if plan.reviewed_by else "",
        plan.finished_on.isoformat() if plan.finished_on else "",
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
