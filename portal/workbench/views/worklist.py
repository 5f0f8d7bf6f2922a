"""待办 and 办件查询: the lists of cases."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.beside import Beside, waiting_beside
from cases.lists import queries as lists
from cases.lists.choices import choices_for
from cases.lists.filters import WorklistFilter
from cases.lists.finding import is_personal, person_of
from cases.lists.models import SavedView
from cases.lists.saved import may_share, views_for
from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.workbench.list_forms import TASKS, BulkForm, ViewForm, WorklistForm
from portal.workbench.pages import show
from portal.workbench.show.lamps import calendars_for, lamps_of
from portal.workbench.show.people import party_name
from portal.workbench.trail import case_url

_PAGES = {"worklist": "mine", "workbench_case_search": "all"}
_NOBODY = UUID(int=0)  # stands in an address for a person that is not registered: no case is theirs


@require_safe
@staff_required
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits for this post, most urgent first; or the view that somebody wants to begin with."""
    views = list(views_for(actor_of(request)))
    default = next((view for view in views if view.is_default), None)
    if default and not request.GET:
        return redirect(f"{reverse('worklist')}?{default.query}")
    return _list(request, name="worklist", views=views, title=_("待办"))


@require_safe
@staff_required
def search(request: HttpRequest) -> HttpResponse:
    """Every case this post may know of."""
    views = list(views_for(actor_of(request)))
    return _list(request, name="workbench_case_search", views=views, title=_("办件查询"))


@require_POST
@staff_required
def find(request: HttpRequest) -> HttpResponse:
    """Turn the filter into an address. A person's number, or name and birth date, becomes the key of that person:
    what stands in addresses stays in histories and logs.
    """
    name = request.POST.get("page", "")
    name = name if name in _PAGES else "worklist"
    values = request.POST.dict()
    text = values.get("text", "").strip()
    if is_personal(text):
        values |= {"text": "", "applicant": str(person_of(text) or _NOBODY)}
    chosen = WorklistFilter.read(values, task=_PAGES[name])
    more = "&more=1" if values.get("more") else ""
    return redirect(f"{reverse(name)}?{chosen.query}{more}")


def _list(request: HttpRequest, *, name: str, views: list[SavedView], title: str) -> HttpResponse:
    actor = actor_of(request)
    chosen = WorklistFilter.read(request.GET.dict(), task=_PAGES[name])
    page = lists.page(actor, chosen, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    calendars = calendars_for(row.case for row in page.rows)
    address = reverse(name)
    context = {
        "title": title,
        "page_name": name,
        "form": _form(request, actor, chosen),
        "chosen": chosen,
        "tasks": _tasks(chosen, address),
        "page": page,
        "pages": _neighbours(page, chosen, address),
        "rows": [_row(row, chosen, calendars) for row in page.rows],
        "beside": waiting_beside(actor) if name == "worklist" else Beside(),
        "views": [_view(view, chosen) for view in views],
        "view_form": ViewForm(may_share=may_share(actor), initial={"query": chosen.query}, auto_id="view-%s"),
        "bulk_form": BulkForm(actor=actor, auto_id="bulk-%s"),
        "plain": f"{address}?{WorklistFilter(task=chosen.task).query}",
        "without_applicant": f"{address}?{chosen.without('applicant').query}" if chosen.applicant else "",
        "applicant_name": _applicant_name(page),
    }
    nav = "worklist" if name == "worklist" else "case_search"
    is_all_that_waits = chosen.task == "mine" and not chosen.is_narrowed
    return show(request, "workbench/worklist.html", context, nav=nav, waiting=page.count if is_all_that_waits else None)


def _form(request: HttpRequest, actor: Actor, chosen: WorklistFilter) -> WorklistForm:
    """The filter as it is set; the rarer conditions are read and shown only when they are asked for or set."""
    is_long = bool(request.GET.get("more")) or any(getattr(chosen, name) for name in WorklistForm.MORE)
    form = WorklistForm(initial={**chosen.values(), "more": "1" if is_long else ""}, auto_id="filter-%s")
    if is_long:
        form.offer(choices_for(actor))
    else:
        form.hide_more()
    return form


def _tasks(chosen: WorklistFilter, address: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": f"{address}?task={key}", "is_chosen": key == chosen.task} for key, label in TASKS]


def _view(view: SavedView, chosen: WorklistFilter) -> dict[str, Any]:
    is_chosen = view.query == chosen.query
    return {"view": view, "url": f"{reverse('worklist')}?{view.query}", "is_chosen": is_chosen}


def _neighbours(page: lists.Page, chosen: WorklistFilter, address: str) -> dict[str, str]:
    return {
        "before": f"{address}?{chosen.query}&before={page.before.text}" if page.before else "",
        "after": f"{address}?{chosen.query}&after={page.after.text}" if page.after else "",
    }


def _row(row: lists.Row, chosen: WorklistFilter, calendars: dict[str, Any]) -> dict[str, Any]:
    case = row.case
    return {
        "case": case,
        "url": case_url(case.pk, chosen, row.place),
        "applicant": party_name(case.applicant),
        "lamps": lamps_of(case, calendars[case.department.region.code]),
    }


def _applicant_name(page: lists.Page) -> str:
    return party_name(page.rows[0].case.applicant) if page.rows else _("没有登记或者不能确定的人")
