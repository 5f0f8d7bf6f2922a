"""The form of a draft on one page, beside the one that asks page by page: same controls, same checks, same saving."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases.actions import drafts as actions
from cases.errors import StaleForm
from identity.account_actions import choose_form_view
from identity.models import Account
from portal.access import actor_of
from portal.public.answer_forms import as_one, reshaped
from portal.public.drafts import Draft, anchor_of, draft_of, first_open_page, get_draft, page_after, page_before
from portal.public.requests import form_version, request_key
from portal.public.views.apply import answer_rows, answers_form, common, draft_page, page_methods
from services.forms import Problem


@page_methods
@draft_page
def draft_whole(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """All pages of the form as parts of one; what is saved and what is refused is as on the pages themselves."""
    actor = actor_of(request)
    draft = get_draft(actor, case_id)
    if not draft.steps or not draft.is_situated:
        return redirect(first_open_page(draft))
    if request.method != "POST":
        return _page(request, draft)
    changed = reshaped(as_one(draft.steps), request.POST, request.POST.get("go", ""))
    if changed is not None:  # another row, or the regions below the one picked: only to look at
        return _page(request, draft, data=changed)
    try:
        case, problems = actions.save_form(
            actor,
            case_id=case_id,
            raw=request.POST,
            files={key: upload for key in request.FILES if isinstance(upload := request.FILES[key], UploadedFile)},
            expected_version=form_version(request),
            request_key=request_key(request),
        )
    except StaleForm as error:
        return _page(request, draft, data=request.POST, conflict=error, status=409)
    saved = draft_of(case)
    if request.POST.get("go") == "back":
        return redirect(page_before(saved, _addresses(saved)[0]))
    if request.POST.get("go") == Account.FormView.STEPS:
        choose_form_view(actor, view=Account.FormView.STEPS)
        return redirect(_addresses(saved)[0])
    if problems:
        draft = get_draft(actor, case_id) if request.FILES else saved
        return _page(request, draft, data=request.POST, problems=problems, status=422)
    return redirect(page_after(saved, _addresses(saved)[-1]))


def _addresses(draft: Draft) -> list[str]:
    return [address for kind, address in draft.pages if kind == "form"]


def _page(
    request: HttpRequest,
    draft: Draft,
    *,
    data: QueryDict | None = None,
    problems: Sequence[Problem] = (),
    conflict: StaleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    whole = as_one(draft.steps)
    form = answers_form(draft, whole, data=data, problems=problems)
    rows = {row["row"].spec.key: row for row in answer_rows(draft, whole, form)}
    context = {
        "form": form,
        "step": draft.steps[0],  # where taking out what is prefilled comes back to
        "sections": [
            {
                "anchor": anchor_of(step.key),
                "title": step.title,
                "rows": [rows[spec.key] for spec in step.fields if spec.key in rows],
            }
            for step in draft.steps
        ],
        "is_whole": True,
        "conflict": conflict,
        **common(request, draft, "form"),
        "back_url": page_before(draft, _addresses(draft)[0]),
    }
    return render(request, "public/whole.html", context, status=status)
