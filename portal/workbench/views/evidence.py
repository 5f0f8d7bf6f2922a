"""Files of a case: evidence under its grant, originals, and notices."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import notices, queries
from cases.actions import review
from cases.errors import CaseNotFound
from cases.models import CaseMaterial
from certificates.verdicts import disputes_about
from common.errors import Invalid
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.forms import DisputeForm
from portal.workbench.pages import page_of, show


@require_safe
@staff_required
def file(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """A material's file, shown in the browser; the look is a disclosure under the case's grant."""
    media_type, content = queries.open_evidence(actor_of(request), case_id=case_id, material_id=material_id)
    return file_response(content, media_type=media_type, name=f"{material_id}")


@require_POST
@staff_required
def see_original(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Record that the copy was compared with its original."""
    row = review.see_original(
        actor_of(request), case_id=case_id, material_id=material_id, expected_document_id=_document(request)
    )
    message = _("“%(name)s”已登记为与原件核对，以后办事不用再核。") % {"name": row.name}
    messages.success(request, message)
    return redirect(reverse("workbench_case", args=[case_id]) + "#evidence")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def dispute_verdict(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Say that a verified copy is not like its original: it then counts as not compared, wherever it is used."""
    actor = actor_of(request)
    row = queries.verified_material(actor, case_id=case_id, material_id=material_id)
    form = DisputeForm(request.POST or None, initial={"document": row.document_id})
    if request.method != "POST":
        return _dispute_page(request, row, form)
    if form.is_valid():
        try:
            review.dispute_verdict(
                actor,
                case_id=case_id,
                material_id=material_id,
                reason=form.cleaned_data["reason"],
                expected_document_id=form.cleaned_data["document"],
            )
        except Invalid as error:
            form.add_error("reason", error.text)
        else:
            told = _("已提出异议：“%(name)s”在所有办件里都要重新核对原件。") % {"name": row.name}
            messages.success(request, told)
            return redirect(reverse("workbench_case", args=[case_id]) + "#evidence")
    return _dispute_page(request, row, form, status=422)


def _dispute_page(request: HttpRequest, row: CaseMaterial, form: DisputeForm, *, status: int = 200) -> HttpResponse:
    context = {"row": row, "document": row.document, "form": form}
    return show(request, "workbench/dispute.html", context, nav="worklist", status=status)


@require_safe
@staff_required
def disputes(request: HttpRequest) -> HttpResponse:
    """What others doubt of what the post's departments verified; each goes away when it was compared again."""
    page = page_of(request, disputes_about(actor_of(request)))
    return show(request, "workbench/disputes.html", {"page": page}, nav="management")


_NO_DOCUMENT = UUID(int=0)  # nobody's, so a form that lost its copy counts as stale


def _document(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("document", ""))
    except ValueError:
        return _NO_DOCUMENT


@require_safe
@staff_required
def notice(request: HttpRequest, case_id: UUID, notice_id: UUID) -> HttpResponse:
    """A notice's sealed PDF."""
    actor = actor_of(request)
    case = queries.get_case(actor, case_id)
    found = next((row for row in case.notices.all() if row.pk == notice_id), None)
    if found is None:
        raise CaseNotFound
    if not found.file:
        messages.info(request, _("文书正在制作和签章，请过一会儿再打开。"))
        return redirect("workbench_case", case_id)
    return file_response(notices.read(actor, found), media_type="application/pdf", name=found.number)
