"""Applying: the situation and the form."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.actions import drafts as actions
from cases.attachments import rows_by_field
from cases.errors import StaleForm
from cases.models import Case, CaseMaterial
from identity.account_actions import choose_form_view
from identity.models import Account
from portal.access import actor_of, citizen_required
from portal.public import looking
from portal.public.answer_forms import AnswersForm, Row, reshaped
from portal.public.data_forms import CORRECTABLE
from portal.public.drafts import (
    Draft,
    InJoint,
    NotDraft,
    draft_of,
    first_open_page,
    get_draft,
    page_after,
    page_before,
    prefers_whole,
    progress_steps,
    source_line,
    whole_address,
)
from portal.public.forms import SituationForm
from portal.public.materials import material_row
from portal.public.requests import form_version, new_request_key, request_key
from services.errors import SituationInvalid
from services.forms import Problem, StepSpec
from services.rules import next_situation
from services.standing import closure_of

_View = TypeVar("_View", bound=Callable[..., HttpResponse])
page_methods = require_http_methods(["GET", "HEAD", "POST"])


def draft_page(view: _View) -> _View:
    """A page of a draft; once the case is submitted its address leads to the case's own page."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotDraft as submitted:
            return redirect("my_case", case_id=submitted.case.pk)
        except InJoint as joint:
            return redirect("my_joint", joint_id=joint.joint_id)

    return cast(_View, citizen_required(shown))


@require_POST
@citizen_required
def start_draft(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Open a draft, or go on with the one there is."""
    actor = actor_of(request)
    case = actions.start_draft(actor, item_id=item_id, request_key=request_key(request))
    chosen = looking.given_answers(request)
    if chosen and not case.situation:
        case = _with_answers(request, case, chosen)
    looking.forget(request)
    if case.situation and chosen:  # what was chosen before the sign-in is not asked again
        return redirect(first_open_page(draft_of(case)))
    return redirect("my_case", case_id=case.pk)


def _with_answers(request: HttpRequest, case: Case, chosen: dict[str, str]) -> Case:
    try:
        saved = actions.save_situation(actor_of(request), case_id=case.pk, chosen=chosen, expected_version=case.version)
    except StaleForm:  # pressed twice: the other one is saving the same answers
        return case
    except SituationInvalid:
        messages.info(request, _("办事指南刚刚改过，情形请重新选。"))
        return case
    messages.success(request, _("您先前选的情形已经带过来，可以在“上一步”里改。"))
    return saved


@page_methods
@draft_page
def draft_situation(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The guiding questions; an answer may open another question."""
    actor = actor_of(request)
    draft = get_draft(actor, case_id)
    if not draft.questions:
        return redirect(first_open_page(draft))
    if request.method != "POST":
        return _situation_page(request, draft, SituationForm(draft.questions, chosen=draft.case.situation))
    form = SituationForm(draft.questions, chosen=draft.case.situation, data=request.POST)
    chosen = {question.key: request.POST.get(question.key, "") for question in draft.questions}
    try:
        case = actions.save_situation(actor, case_id=case_id, chosen=chosen, expected_version=form_version(request))
    except SituationInvalid as error:
        _add_errors(form, error.fields)
        return _situation_page(request, draft, form, status=422)
    except StaleForm as error:
        return _situation_page(request, draft, form, status=409, conflict=error)
    open_question = next_situation(draft.questions, case.situation)
    if open_question is None:
        return redirect(page_after(draft_of(case), request.path))
    if open_question.key in form.fields:  # it stood on the page and was left open
        form.is_valid()
        return _situation_page(request, draft_of(case), form, status=422)
    return redirect(request.path)


def _situation_page(
    request: HttpRequest, draft: Draft, form: SituationForm, *, status: int = 200, conflict: StaleForm | None = None
) -> HttpResponse:
    context = {"form": form, "conflict": conflict, **common(request, draft, "situation")}
    return render(request, "public/situation.html", context, status=status)


@page_methods
@draft_page
def draft_step(request: HttpRequest, case_id: UUID, step: str) -> HttpResponse:
    """One page of the form, prefilled; every value names its source."""
    actor = actor_of(request)
    draft = get_draft(actor, case_id, is_shown=request.method != "POST")
    spec = next((found for found in draft.steps if found.key == step), None)
    if spec is None or not draft.is_situated:  # an address from before another situation was chosen
        return redirect(first_open_page(draft))
    if request.method != "POST":
        if draft.has_choice and prefers_whole(request):
            return redirect(whole_address(case_id, step))
        return _step_page(request, draft, spec, answers_form(draft, spec))
    changed = reshaped(spec, request.POST, request.POST.get("go", ""))
    if changed is not None:  # another row, or the regions below the one picked: only to look at
        draft = get_draft(actor, case_id)
        return _step_page(request, draft, spec, answers_form(draft, spec, data=changed))
    try:
        case, problems = actions.save_page(
            actor,
            case_id=case_id,
            step_key=step,
            raw=request.POST,
            files={key: upload for key in request.FILES if isinstance(upload := request.FILES[key], UploadedFile)},
            expected_version=form_version(request),
            request_key=request_key(request),
        )
    except StaleForm as error:
        draft = get_draft(actor, case_id)
        form = answers_form(draft, spec, data=request.POST)
        return _step_page(request, draft, spec, form, status=409, conflict=error)
    if request.POST.get("go") == "back":
        return redirect(page_before(draft_of(case), request.path))
    if request.POST.get("go") == Account.FormView.WHOLE:
        choose_form_view(actor, view=Account.FormView.WHOLE)
        return redirect(whole_address(case_id, step))
    if problems:
        draft = get_draft(actor, case_id)
        form = answers_form(draft, spec, data=request.POST, problems=problems)
        return _step_page(request, draft, spec, form, status=422)
    return redirect(page_after(draft_of(case), request.path))


def answers_form(
    draft: Draft, spec: StepSpec, *, data: QueryDict | None = None, problems: Sequence[Problem] = ()
) -> AnswersForm:
    """The controls of a page with the draft's answers, or with what was typed and what is wrong with it."""
    code = draft.case.department.region.code
    city = f"{code[:4]}00" if len(code) >= 6 else code  # addresses begin in the city (GB/T 2260)
    return AnswersForm(spec, answers=draft.case.answers, data=data, problems=problems, region=city)


def _step_page(
    request: HttpRequest,
    draft: Draft,
    spec: StepSpec,
    form: AnswersForm,
    *,
    status: int = 200,
    conflict: StaleForm | None = None,
) -> HttpResponse:
    place = draft.steps.index(next(step for step in draft.steps if step.key == spec.key)) + 1
    context = {
        "form": form,
        "step": spec,
        "rows": answer_rows(draft, spec, form),
        "step_number": place,
        "step_count": len(draft.steps),
        "conflict": conflict,
        **common(request, draft, "form"),
    }
    return render(request, "public/step.html", context, status=status)


def answer_rows(draft: Draft, spec: StepSpec, form: AnswersForm) -> list[dict[str, Any]]:
    """The rows of a page as its template draws them; a file whose material the situation does not ask for is none."""
    files = rows_by_field(draft.case, spec.fields)
    rows = [_row(draft.case, row, files.get(row.spec.key)) for row in form.rows]
    return [row for row in rows if row["row"].kind != "file" or row["file"]]


def _row(case: Case, row: Row, file: CaseMaterial | None) -> dict[str, Any]:
    spec = row.spec
    line, kind = source_line(case.answers.get(spec.key))
    return {
        "row": row,
        "bound": row.controls[0] if row.controls else None,
        "source": "" if row.has_errors else line,
        "source_kind": kind,
        "source_url": correction_url(case, spec.key),
        "inline": spec.type == "yesno",
        "file": material_row(file) if file else None,
    }


def correction_url(case: Case, key: str) -> str:
    """Where a value about the person themselves is corrected at its source; empty for any other."""
    answer = case.answers.get(key) or {}
    is_own = case.applicant_id == case.agent_id and answer.get("source") == "identity"
    return f"{reverse('correct_data')}?about={key}" if is_own and key in CORRECTABLE else ""


def common(request: HttpRequest, draft: Draft, kind: str) -> dict[str, Any]:
    """What every page of a draft shows around its content."""
    return {
        "nav": "cases",
        "case": draft.case,
        "draft": draft,
        "closed": closure_of(draft.case.item),
        "progress": progress_steps(draft, kind),
        "back_url": page_before(draft, request.path),
        "request_key": new_request_key(),
    }


def _add_errors(form: SituationForm, fields: Any) -> None:
    form.is_valid()
    for key, message in fields.items():
        if key in form.fields and key not in form.errors:
            form.add_error(key, str(message))
        elif key not in form.fields:
            form.add_error(None, str(message))


@require_POST
@draft_page
def set_prefill(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take prefilled values out of the form, or put them in again."""
    use = request.POST.get("use") == "yes"
    case = actions.set_prefill(actor_of(request), case_id=case_id, use=use)
    messages.success(request, _("已用上预填的内容。") if use else _("预填的内容已全部清空，您自己填的还在。"))
    draft = draft_of(case)
    back = request.POST.get("step", "")
    known = back in {step.key for step in draft.steps}
    return redirect(reverse("draft_step", args=[case.pk, back]) if known else first_open_page(draft))


@require_POST
@draft_page
def discard_draft(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    draft = get_draft(actor_of(request), case_id)
    actions.discard_draft(actor_of(request), case_id=case_id)
    messages.success(request, _("“%(item)s”的草稿已删除。") % {"item": draft.case.item_version.name})
    return redirect("my_cases")
