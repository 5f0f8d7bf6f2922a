"""How the result comes: chosen until the decision; afterwards the pick-up code, shown once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.delivery import actions, queries
from cases.delivery.errors import DeliveryFixed, DeliveryUnknown, NotReady, TooManyCodeTries
from cases.delivery.models import Delivery
from cases.queries import get_case
from cases.states import State
from common.errors import DomainError
from portal.access import actor_of, citizen_required


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def my_delivery(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose how the result comes, or see where it is."""
    if request.method != "POST":
        return _page(request, case_id)
    actor = actor_of(request)
    try:
        actions.choose_way(actor, case_id=case_id, way=request.POST.get("way", ""))
    except (DeliveryUnknown, DeliveryFixed) as error:
        return _page(request, case_id, problem=error)
    messages.success(request, _("送达方式已记下。"))
    is_draft = get_case(actor, case_id).state == State.DRAFT
    return redirect("draft_check" if is_draft else "my_case", case_id)


@require_POST
@citizen_required
def pick_up_code(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show a new pick-up code in this one answer; it is stored nowhere, an earlier one no longer counts."""
    try:
        code = actions.make_code(actor_of(request), case_id=case_id)
    except (NotReady, TooManyCodeTries) as error:
        return _page(request, case_id, problem=error)
    return _page(request, case_id, code=code)


def _page(request: HttpRequest, case_id: UUID, *, code: str = "", problem: DomainError | None = None) -> HttpResponse:
    case = get_case(actor_of(request), case_id)
    delivery = queries.delivery_of(case)
    context = {
        "nav": "cases",
        "case": case,
        "delivery": delivery,
        "way": delivery.way if delivery else Delivery.Way.ELECTRONIC,
        "ways": Delivery.Way.choices,
        "may_choose": queries.may_choose(case),
        "is_ready": delivery is not None and delivery.state == Delivery.State.READY,
        "is_draft": case.state == State.DRAFT,
        "code": f"{code[:4]} {code[4:]}" if code else "",
        "problem": problem,
    }
    response = render(request, "public/delivery.html", context, status=problem.http_status if problem else 200)
    add_never_cache_headers(response)
    return response
