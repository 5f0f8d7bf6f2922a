"""待办 and 办件查询: the lists of cases."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import changes, queries
from cases.models import Case
from cases.queries import WorklistFilter
from portal.access import actor_of, staff_required
from portal.workbench.forms import WorklistForm
from portal.workbench.pages import page_of, show
from portal.workbench.show.lamps import calendars_for, lamps_of
from portal.workbench.show.people import party_name


@require_safe
@staff_required
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits for this post, most urgent first."""
    return _list(request, default="mine", nav="worklist", title=_("待办"))


@require_safe
@staff_required
def search(request: HttpRequest) -> HttpResponse:
    """Every case this post may know of."""
    return _list(request, default="all", nav="case_search", title=_("办件查询"))


def _list(request: HttpRequest, *, default: str, nav: str, title: str) -> HttpResponse:
    form = WorklistForm(request.GET)
    form.is_valid()  # a wrong value is left out, the others count
    chosen = WorklistFilter(
        task=form.cleaned_data.get("task") or default,
        state=form.cleaned_data.get("state", ""),
        text=form.cleaned_data.get("text", ""),
    )
    page = page_of(request, queries.worklist(actor_of(request), chosen))
    cases = list(page.object_list)
    calendars = calendars_for(cases)
    context = {
        "title": title,
        "form": form,
        "chosen": chosen,
        "tasks": _tasks(chosen, reverse(request.resolver_match.view_name)) if request.resolver_match else [],
        "page": page,
        "rows": [_row(case, calendars) for case in cases],
        "change_count": changes.task_count(actor_of(request)) if nav == "worklist" else 0,
        "is_filtered": bool(chosen.state or chosen.text.strip()),
    }
    return show(request, "workbench/worklist.html", context, nav=nav)


def _tasks(chosen: WorklistFilter, address: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"{address}?task={key}", "is_chosen": key == chosen.task}
        for key, label in WorklistForm.TASKS
    ]


def _row(case: Case, calendars: dict[str, Any]) -> dict[str, Any]:
    return {
        "case": case,
        "applicant": party_name(case.applicant),
        "lamps": lamps_of(case, calendars[case.department.region.code]),
    }
