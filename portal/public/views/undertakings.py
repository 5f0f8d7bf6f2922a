"""Handing in what was to come later, and saying something to a proposed record."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.promises import actions
from cases.promises.errors import BreachNotOpen, BreachTextMissing, UndertakingNotFound, UndertakingNotOpen
from cases.queries import get_case
from certificates.errors import QuotaExceeded
from common.errors import Invalid
from portal.access import actor_of, citizen_required
from portal.public.materials import upload_form
from portal.public.requests import upload_key
from portal.public.views.cases import case_page


@require_POST
@citizen_required
def supply_material(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Hand in what was to come later; what is wrong with the file stands beside it."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    row = next((one for one in case.materials.all() if one.pk == material_id), None)
    if row is None or getattr(row, "undertaking", None) is None:
        raise UndertakingNotFound
    form = upload_form(row, request.POST, request.FILES)
    if not form.is_valid():
        return case_page(request, case, wrong={material_id: form}, status=422)
    upload, *more = form.cleaned_data["file"]
    try:
        actions.supply(
            actor,
            case_id=case_id,
            material_id=material_id,
            upload=upload,
            more=more,
            alternative=form.cleaned_data.get("alternative", ""),
            request_key=upload_key(request, upload, *more),
        )
    except (Invalid, QuotaExceeded) as error:
        form.add_error("file", f"{error.text}{error.what_to_do}")
        return case_page(request, get_case(actor, case_id), wrong={material_id: form}, status=error.http_status)
    except UndertakingNotOpen as error:
        return case_page(request, get_case(actor, case_id), problem=f"{error.text}{error.what_to_do}", status=409)
    messages.success(request, _("“%(name)s”已补交。") % {"name": row.name})
    return redirect(_place(case_id))


@require_POST
@citizen_required
def state_own_case(request: HttpRequest, case_id: UUID, breach_id: UUID) -> HttpResponse:
    """Say something (陈述、申辩) to a record that a department proposes."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    try:
        actions.state_own_case(actor, breach_id=breach_id, text=request.POST.get("statement", ""))
    except BreachTextMissing:
        return case_page(request, case, problem=_("请写明您的陈述和申辩。"), status=422)
    except BreachNotOpen as error:
        return case_page(request, case, problem=f"{error.text}{error.what_to_do}", status=409)
    messages.success(request, _("您的陈述申辩已交给部门，决定以前可以再改。"))
    return redirect(_place(case_id))


def _place(case_id: UUID) -> str:
    return f"{reverse('my_case', args=[case_id])}#undertakings"
