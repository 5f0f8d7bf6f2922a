"""批量办理: cases are chosen in a list, looked over, then worked on in the background."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.lists import bulk_actions
from cases.lists.errors import JobNotFound, NothingChosen
from cases.lists.exporting import FORMATS
from cases.lists.filters import WorklistFilter
from cases.lists.messages import MESSAGES
from cases.lists.models import BulkJob
from cases.lists.saved import get_job, jobs_of, rows_of
from common.errors import Conflict, NotFound
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.downloads import attachment
from portal.workbench.list_forms import BulkForm
from portal.workbench.pages import page_of, show

_TONES = {"prepared": "amber", "running": "brand", "done": "jade", "stopped": "red"}
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
    """Begin a job, or stop it."""
    acts = {"start": bulk_actions.start, "stop": bulk_actions.stop}
    if action not in acts:
        raise NotFound
    try:
        acts[action](actor_of(request), job_id=job_id)
    except Conflict as error:
        return _page(request, job_id, conflict=error)
    messages.success(request, _("已经开始办。") if action == "start" else _("已停下，没有办的不再办。"))
    return redirect("bulk_job", job_id)


@require_safe
@staff_required
@fresh_sign_in
def file(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The exported list."""
    found = get_job(actor_of(request), job_id)
    if not found.file or found.detail not in FORMATS:
        raise JobNotFound
    return attachment(found.file.read(), media_type=FORMATS[found.detail], name=_("办件清单"))


def _page(request: HttpRequest, job_id: UUID, *, conflict: Conflict | None = None) -> HttpResponse:
    found = get_job(actor_of(request), job_id)
    message = MESSAGES.get(found.detail) if found.kind == BulkJob.Kind.NOTIFY else None
    context = {
        "job": found,
        "tone": _TONES[found.state],
        "row_tones": _ROW_TONES,
        "finished": found.done + found.refused,  # type: ignore[attr-defined]
        "message": str(message.text) % {"number": _("办件编号")} if message else "",
        "page": page_of(request, rows_of(found)),
        "conflict": conflict,
    }
    status = conflict.http_status if conflict else 200
    return show(request, "workbench/bulk/job.html", context, nav="worklist", status=status)
