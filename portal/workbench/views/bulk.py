"""批量办理: cases are chosen in a list, looked over, then worked on in the background."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.lists import bulk_actions
from cases.lists.assigning import BY_LOAD, assignees_for
from cases.lists.errors import AssigneeMissing, JobNotFound, NothingChosen
from cases.lists.exporting import FORMATS
from cases.lists.filters import WorklistFilter
from cases.lists.messages import MESSAGES
from cases.lists.models import BulkJob
from cases.lists.saved import get_job, jobs_of, rows_of
from common.errors import Conflict, NotFound
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.downloads import attachment
from portal.workbench.list_forms import AssigneeForm, BulkForm
from portal.workbench.pages import page_of, show

_TONES = {"prepared": "amber", "running": "brand", "done": "jade", "stopped": "red"}
_TOLD = {
    "start": gettext_lazy("已经开始办。"),
    "stop": gettext_lazy("已停下，没有办的不再办。"),
    "undo": gettext_lazy("已经开始撤销。"),
}
_ROW_TONES = {"todo": "plain", "done": "jade", "refused": "red"}


@require_POST
@staff_required
def prepare(request: HttpRequest) -> HttpResponse:
    """Freeze what was chosen in a list; the next page says what will be done before it is done."""
    actor = actor_of(request)
    form = BulkForm(request.POST, actor=actor)
    query = request.POST.get("query", "")
    back = f"{reverse('worklist')}?{WorklistFilter.of_query(query).query}"
    if not form.is_valid():
        messages.error(request, _("请选择要批量做什么。"))
        return redirect(back)
    kind, detail = form.cleaned_data["act"].split(":")
    is_all = form.cleaned_data["scope"] == "all"
    try:
        job = bulk_actions.prepare(
            actor,
            kind=kind,
            detail=detail,
            case_ids=[] if is_all else _keys(request.POST.getlist("case")),
            chosen=WorklistFilter.of_query(query) if is_all else None,
        )
    except NothingChosen as error:
        messages.error(request, error.text)
        return redirect(back)
    return redirect("bulk_job", job.pk)


def _keys(values: list[str]) -> list[UUID]:
    keys = []
    for value in values[:1000]:
        try:
            keys.append(UUID(value))
        except ValueError:
            continue
    return keys


@require_safe
@staff_required
def jobs(request: HttpRequest) -> HttpResponse:
    """One's own jobs, newest first."""
    page = page_of(request, jobs_of(actor_of(request)))
    rows = [(one, _TONES[one.state]) for one in page]
    return show(request, "workbench/bulk/list.html", {"page": page, "rows": rows}, nav="worklist")


@require_safe
@staff_required
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """What a job does, how far it got, and what came of each case."""
    return _page(request, job_id)


@require_POST
@staff_required
@fresh_sign_in
def step(request: HttpRequest, job_id: UUID, action: str) -> HttpResponse:
    """Begin a job, stop it, or take an assignment back."""
    actor = actor_of(request)
    try:
        if action == "start":
            found = bulk_actions.start(actor, job_id=job_id, detail=request.POST.get("detail", ""))
        elif action == "stop":
            found = bulk_actions.stop(actor, job_id=job_id)
        elif action == "undo":
            found = bulk_actions.undo(actor, job_id=job_id)
        else:
            raise NotFound
    except AssigneeMissing as error:
        return _page(request, job_id, problem=error.text)
    except Conflict as error:
        return _page(request, job_id, conflict=error)
    messages.success(request, str(_TOLD[action]))
    return redirect("bulk_job", found.pk)


@require_safe
@staff_required
@fresh_sign_in
def file(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The exported list."""
    found = get_job(actor_of(request), job_id)
    if not found.file or found.detail not in FORMATS:
        raise JobNotFound
    return attachment(found.file.read(), media_type=FORMATS[found.detail], name=_("办件清单"))


def _page(request: HttpRequest, job_id: UUID, *, conflict: Conflict | None = None, problem: str = "") -> HttpResponse:
    actor = actor_of(request)
    found = get_job(actor, job_id)
    is_choosing = found.kind == BulkJob.Kind.ASSIGN and found.state == BulkJob.State.PREPARED
    form = AssigneeForm(offers=assignees_for(actor, found)) if is_choosing else None
    is_over = found.state in {BulkJob.State.DONE, BulkJob.State.STOPPED}
    done: int = found.done  # type: ignore[attr-defined]
    message = MESSAGES.get(found.detail) if found.kind == BulkJob.Kind.NOTIFY else None
    context = {
        "job": found,
        "tone": _TONES[found.state],
        "row_tones": _ROW_TONES,
        "finished": done + found.refused,  # type: ignore[attr-defined]
        "assignee_form": form,
        "problem": problem,
        "by_load": found.detail == BY_LOAD,
        "may_undo": found.kind == BulkJob.Kind.ASSIGN and is_over and done and not hasattr(found, "undoing"),
        "message": str(message.text) % {"number": _("办件编号")} if message else "",
        "page": page_of(request, rows_of(found)),
        "conflict": conflict,
    }
    status = conflict.http_status if conflict else 422 if problem else 200
    return show(request, "workbench/bulk/job.html", context, nav="worklist", status=status)
