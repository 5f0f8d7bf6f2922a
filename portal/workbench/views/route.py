"""What is written down on the way through the review route: remarks between departments, records of site visits."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import queries
from cases.routes import visits
from cases.routes.actions import comment
from cases.routes.errors import TextMissing
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.route_forms import remark_form
from portal.workbench.views.case import page


@require_POST
@staff_required
def comment_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Write a remark for the other departments."""
    actor = actor_of(request)
    form = remark_form(request.POST)
    if form.is_valid():
        sent = form.cleaned_data
        try:
            comment(actor, case_id=case_id, text=sent["text"], request_key=sent["request_key"])
        except TextMissing as error:
            form.add_error("text", error.text)
        else:
            messages.success(request, _("留言已发出，参加审查的部门都能看到。"))
            return redirect(f"{reverse('workbench_case', args=[case_id])}#remarks")
    return page(request, queries.get_case(actor, case_id), comment_form=form, status=422)


@require_safe
@staff_required
def visit_record(request: HttpRequest, case_id: UUID, visit_id: UUID) -> HttpResponse:
    """The record of a site visit as PDF."""
    actor = actor_of(request)
    case = queries.get_case(actor, case_id)
    content = visits.printed(actor, case, visit_id)
    return file_response(content, media_type="application/pdf", name=_("现场核查记录"))


@require_safe
@staff_required
def visit_photo(request: HttpRequest, case_id: UUID, visit_id: UUID, photo_number: int) -> HttpResponse:
    """One photo of a site visit."""
    actor = actor_of(request)
    media_type, content = visits.photo(actor, queries.get_case(actor, case_id), visit_id, photo_number)
    return file_response(content, media_type=media_type, name=_("现场照片"))
