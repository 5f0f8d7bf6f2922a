"""Applying: the materials, and one file or choice for each."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.actions import drafts as actions
from cases.errors import ChoiceNotOffered, MaterialNotFound
from cases.models import Case, CaseMaterial
from cases.promises.errors import PromiseBarred
from cases.queries import get_case, open_evidence
from cases.states import State
from certificates.errors import QuotaExceeded
from common.errors import DomainError, Invalid
from portal.access import actor_of, citizen_required
from portal.downloads import file_response
from portal.public.drafts import draft_of, first_open_page, get_draft
from portal.public.forms import PagesForm
from portal.public.joint_page import case_is_in_draft
from portal.public.material_place import place_of
from portal.public.materials import material_row, tally_of, upload_form, upload_problems
from portal.public.requests import upload_key
from portal.public.views.apply import common, draft_page
from portal.public.views.cases import case_page, correction_page
from portal.public.views.joint import materials_page as joint_materials_page


@require_safe
@draft_page
def draft_materials(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Every material with why it need not be handed in, or the ways to do so."""
    actor = actor_of(request)
    draft = get_draft(actor, case_id)
    if not draft.is_situated:  # what is asked for depends on the situation
        return redirect(first_open_page(draft))
    actions.refresh_draft(actor, case_id=case_id)  # certificates come and go while a draft waits
    return _materials_page(request, get_case(actor, case_id))


def _materials_page(
    request: HttpRequest, case: Case, *, wrong: Mapping[UUID, PagesForm] | None = None, status: int = 200
) -> HttpResponse:
    rows = list(case.materials.all())
    shown = [material_row(row, (wrong or {}).get(row.pk)) for row in rows]
    context = {
        "yours": [row for row in shown if not row["is_held"]],
        "held": [row for row in shown if row["is_held"]],
        "problems": upload_problems(shown),
        "tally": tally_of(rows),
        **common(request, draft_of(case), "materials"),
        "page_url": reverse("draft_materials", args=[case.pk]),
    }
    return render(request, "public/materials.html", context, status=status)


@require_POST
@citizen_required
def material_upload(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Take the pages of one material; what is wrong with it stands beside that material."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    form = upload_form(_row_of(case, material_id), request.POST, request.FILES)
    status = 422
    if form.is_valid():
        upload, *more = form.cleaned_data["file"]
        try:
            row = actions.upload_material(
                actor,
                case_id=case_id,
                material_id=material_id,
                upload=upload,
                more=more,
                alternative=form.cleaned_data.get("alternative", ""),
                request_key=upload_key(request, upload, *more),
            )
        except (Invalid, QuotaExceeded) as error:
            form.add_error("file", _sentence(error))
            status = error.http_status
        else:
            messages.success(request, _("“%(name)s”已上传。") % {"name": row.name})
            return redirect(place_of(actor, row.case, material_id))
    return _with_problem(request, get_case(actor, case_id), material_id, form, status)


def _sentence(error: DomainError) -> str:
    return f"{error.text}{error.what_to_do}"


def _with_problem(request: HttpRequest, case: Case, material_id: UUID, form: PagesForm, status: int) -> HttpResponse:
    wrong = {material_id: form}
    if case_is_in_draft(case):
        return joint_materials_page(request, case.joint_item.joint_id, wrong=wrong, status=status)
    if case.state == State.DRAFT:
        return _materials_page(request, case, wrong=wrong, status=status)
    page = correction_page if actor_of(request).is_assisted else case_page
    return page(request, case, wrong=wrong, status=status)


@require_POST
@draft_page
def material_promise(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Take the declaration instead of the proof; the person must have ticked that they read it."""
    actor = actor_of(request)
    if request.POST.get("promised") != "on":
        row = _own_row(get_case(actor, case_id), material_id)
        messages.error(request, _("请先勾选“我已读懂并承诺”，“%(name)s”还没有承诺。") % {"name": row.name})
        return redirect(place_of(actor, row.case, material_id))
    try:
        row = actions.promise_material(actor, case_id=case_id, material_id=material_id)
    except PromiseBarred as error:
        messages.error(request, _sentence(error))
        return redirect(place_of(actor, get_case(actor, case_id), material_id))
    messages.success(request, _("“%(name)s”已改为告知承诺。") % {"name": row.name})
    return redirect(place_of(actor, row.case, material_id))


def _row_of(case: Case, material_id: UUID) -> CaseMaterial:
    row = next((row for row in case.materials.all() if row.pk == material_id), None)
    if row is None:
        raise MaterialNotFound
    return row


def _own_row(case: Case, material_id: UUID) -> CaseMaterial:
    row = _row_of(case, material_id)
    if not row.requirement.promise_text:
        raise ChoiceNotOffered(name=row.name)
    return row


@require_POST
@draft_page
def material_defer(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Hand a minor material in later (容缺后补); the person must have ticked that they read it."""
    actor = actor_of(request)
    if request.POST.get("promised") != "on":
        case = get_case(actor, case_id)
        row = _row_of(case, material_id)
        if row.requirement.defer_days is None:
            raise ChoiceNotOffered(name=row.name)
        messages.error(request, _("请先勾选“我已读懂并承诺”，“%(name)s”还没有承诺。") % {"name": row.name})
        return redirect(place_of(actor, case, material_id))
    row = actions.defer_material(actor, case_id=case_id, material_id=material_id)
    messages.success(request, _("“%(name)s”可以以后补交。") % {"name": row.name})
    return redirect(place_of(actor, row.case, material_id))


@require_POST
@draft_page
def material_clear(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Undo a choice or an upload."""
    actor = actor_of(request)
    case = actions.clear_material(actor, case_id=case_id, material_id=material_id)
    messages.success(request, _("已撤销，请重新选择提交方式。"))
    return redirect(place_of(actor, case, material_id))


@require_safe
@citizen_required
def material_file(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Show the file that stands for a material."""
    media_type, content = open_evidence(actor_of(request), case_id=case_id, material_id=material_id)
    return file_response(content, media_type=media_type, name=_("申请材料"))
