"""How the result comes: chosen until the decision; then the pick-up code, shown once, or where the parcel is."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from cases.delivery import actions, parcel_actions, queries
from cases.delivery.address import Address, of_row
from cases.delivery.errors import AddressInvalid, DeliveryFixed, DeliveryUnknown, NotReady, TooManyCodeTries
from cases.delivery.models import Delivery
from cases.queries import get_case
from cases.states import State
from common.errors import DomainError
from identity.account_queries import own_person
from identity.actor import SYSTEM
from portal.access import actor_of, citizen_required
from portal.public.parcels import parcel_words


class AddressForm(forms.Form):
    """Where a parcel goes."""

    name = forms.CharField(
        label=gettext_lazy("收件人"), max_length=60, error_messages={"required": gettext_lazy("请填收件人。")}
    )
    phone = forms.CharField(
        label=gettext_lazy("收件人手机号"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填手机号，快递员要用。")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    region = forms.CharField(
        label=gettext_lazy("省、市、区（县）"),
        max_length=60,
        error_messages={"required": gettext_lazy("请填省、市、区（县）。")},
    )
    street = forms.CharField(
        label=gettext_lazy("街道、门牌号"),
        max_length=120,
        error_messages={"required": gettext_lazy("请填街道和门牌号。")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def my_delivery(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose how the result comes, or see where it is."""
    if request.method != "POST":
        return _page(request, case_id)
    actor = actor_of(request)
    way, form = request.POST.get("way", ""), AddressForm(request.POST)
    if way == Delivery.Way.POST and not form.is_valid():
        return _page(request, case_id, form=form)
    try:
        address = Address(**form.cleaned_data) if way == Delivery.Way.POST else None
        actions.choose_way(actor, case_id=case_id, way=way, address=address)
    except AddressInvalid as error:
        for name, text in error.fields.items():
            form.add_error(name, str(text))
        return _page(request, case_id, form=form)
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


def _page(
    request: HttpRequest,
    case_id: UUID,
    *,
    code: str = "",
    problem: DomainError | None = None,
    form: AddressForm | None = None,
) -> HttpResponse:
    case = get_case(actor_of(request), case_id)
    delivery = queries.delivery_of(case)
    way = Delivery.Way.POST if form else delivery.way if delivery else Delivery.Way.ELECTRONIC
    context = {
        **parcel_words(delivery),
        "address_form": form or AddressForm(initial=_known(request, delivery)),
        "may_readdress": queries.may_readdress(delivery),
        "nav": "cases",
        "case": case,
        "delivery": delivery,
        "way": way,
        "ways": Delivery.Way.choices,
        "may_choose": queries.may_choose(case),
        "is_ready": queries.is_to_pick_up(delivery),
        "is_draft": case.state == State.DRAFT,
        "code": f"{code[:4]} {code[4:]}" if code else "",
        "problem": problem,
    }
    status = problem.http_status if problem else 422 if form else 200
    response = render(request, "public/delivery.html", context, status=status)
    add_never_cache_headers(response)
    return response


def _known(request: HttpRequest, delivery: Delivery | None) -> dict[str, str]:
    """What stands in the form: the address given before, else the person's own."""
    address = of_row(delivery.address) if delivery else None
    if address:
        return address.said()
    person = own_person(actor_of(request))
    return {"name": person.name, "phone": person.phone or "", "street": person.address or ""}


@csrf_exempt  # the courier signs instead
@require_POST
def parcel_callback(request: HttpRequest) -> HttpResponse:
    """The courier's signed message; answered with a code that it can act on."""
    try:
        parcel_actions.take_parcel_callback(SYSTEM, path=request.path, headers=request.headers, body=request.body)
    except DomainError as error:
        return JsonResponse({"result": "refused", "code": error.code}, status=error.http_status)
    return JsonResponse({"result": "ok"})
