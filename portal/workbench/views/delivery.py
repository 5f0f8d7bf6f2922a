"""待发放: results that wait at the counter, handing one out against its pick-up code, and posting one."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.delivery import actions, courier, parcel_actions, queries
from cases.delivery.address import masked, of_row
from cases.delivery.errors import (
    CodeUnknown,
    NotReady,
    ParcelEnded,
    ReceiverUnknown,
    TooManyCodeTries,
    WaybillNeeded,
)
from cases.delivery.models import Delivery, Parcel
from common.errors import DomainError, Forbidden
from common.masking import mask_id, mask_name
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import page_of, show
from portal.workbench.show.people import party_name

_MOST_SENT = 50  # parcels on their way shown below the list


class CodeForm(forms.Form):
    """What somebody says at the counter."""

    code = forms.CharField(
        label=gettext_lazy("取件码"),
        max_length=20,
        help_text=gettext_lazy("来人手机上的八位字母和数字，大小写都行"),
        error_messages={"required": gettext_lazy("请填取件码。")},
    )


class ReceiverForm(forms.Form):
    """Who stands at the counter, with the code again."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=20)
    receiver = forms.TypedChoiceField(
        label=gettext_lazy("来人是"),
        coerce=UUID,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("核对来人的身份证件"),
        error_messages={
            "required": gettext_lazy("请选来人。"),
            "invalid_choice": gettext_lazy("请选来人：只能是本人（法定代表人）或者有委托的人。"),
        },
    )

    def __init__(self, delivery: Delivery, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = queries.receivers_of(delivery.case)
        self.fields["receiver"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{mask_name(one.name)}（{mask_id(one.id_number)}）") for one in people
        ]


class PostForm(forms.Form):
    """Handing a parcel to the courier; where none is connected, with the number on its slip."""

    request_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    waybill = forms.CharField(
        label=gettext_lazy("运单号"),
        max_length=60,
        error_messages={"required": gettext_lazy("请填运单号，6 到 40 位字母和数字。")},
        help_text=gettext_lazy("快递单上的号码，6 到 40 位字母和数字"),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if courier.chosen() is not None:
            del self.fields["waybill"]


@require_safe
@staff_required
def to_hand_out(request: HttpRequest) -> HttpResponse:
    """What waits at this post's counter to be fetched or posted, longest first, and what is on its way."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    page = page_of(request, queries.to_hand_out(actor))
    context = {
        "page": page,
        "rows": [_waiting(one) for one in page],
        "sent": [_sent(one) for one in queries.on_their_way(actor)[:_MOST_SENT]] if page.number == 1 else [],
    }
    return show(request, "workbench/to_hand_out.html", context, nav="management")


def _waiting(one: Delivery) -> dict[str, object]:
    address = of_row(one.address) if one.way == Delivery.Way.POST else None
    return {
        "delivery": one,
        "case": one.case,
        "applicant": party_name(one.case.applicant),
        "to": masked(address) if address else "",
        "is_returned": one.way == Delivery.Way.PICK_UP and getattr(one, "parcel", None) is not None,
    }


def _sent(parcel: Parcel) -> dict[str, object]:
    case = parcel.delivery.case
    return {"parcel": parcel, "case": case, "applicant": party_name(case.applicant)}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def send_parcel(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Post a result; where it goes is masked here, the label has it whole."""
    delivery = queries.get_delivery(actor_of(request), delivery_id)
    form = PostForm(request.POST if request.method == "POST" else None)
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            waybill = form.cleaned_data.get("waybill", "")
            parcel_actions.send_parcel(actor_of(request), delivery_id=delivery_id, waybill=waybill)
        except WaybillNeeded as error:
            form.add_error("waybill", error.text)
        except NotReady as error:
            problem = error
        else:
            messages.success(request, _("已记下。送到哪里了，在“待发放”里看。"))
            return redirect("to_hand_out")
    address = of_row(delivery.address)
    context = {
        "form": form,
        "problem": problem,
        **_waiting(delivery),
        "to": masked(address) if address else "",
        "may_send": delivery.way == Delivery.Way.POST and delivery.state == Delivery.State.READY,
    }
    status = problem.http_status if problem else 422 if form.is_bound else 200
    return show(request, "workbench/send_parcel.html", context, nav="management", status=status)


@require_POST
@staff_required
def parcel_label(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """The label with the whole address; showing it is recorded."""
    delivery, address = parcel_actions.read_address(actor_of(request), delivery_id=delivery_id)
    context = {"delivery": delivery, "address": address, "case": delivery.case}
    return show(request, "workbench/parcel_label.html", context, nav="management")


@require_POST
@staff_required
def parcel_step(request: HttpRequest, delivery_id: UUID, step: str) -> HttpResponse:
    """The counter learned that a parcel it posted itself was signed for, or came back."""
    try:
        parcel_actions.record_by_hand(actor_of(request), delivery_id=delivery_id, step=step)
    except (NotReady, ParcelEnded) as error:
        messages.error(request, f"{error.text}{error.what_to_do}")
    else:
        messages.success(request, _("已记下。"))
    return redirect("to_hand_out")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def pick_up(request: HttpRequest) -> HttpResponse:
    """Enter a code, see whose result it is, hand it out."""
    actor = actor_of(request)
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    form = CodeForm(request.POST or None)
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            delivery = actions.find_by_code(actor, code=form.cleaned_data["code"])
            return _receiver(request, delivery, form.cleaned_data["code"])
        except (CodeUnknown, NotReady) as error:
            form.add_error("code", error.text)
        except TooManyCodeTries as error:
            problem = error
    status = problem.http_status if problem else 422 if form.is_bound else 200
    return show(request, "workbench/pick_up.html", {"form": form, "problem": problem}, nav="management", status=status)


def _receiver(request: HttpRequest, delivery: Delivery, code: str) -> HttpResponse:
    is_sent = "step" in request.POST
    form = ReceiverForm(delivery, request.POST) if is_sent else ReceiverForm(delivery, initial={"code": code})
    if is_sent and form.is_valid():
        try:
            actions.hand_out(
                actor_of(request), delivery_id=delivery.pk, code=code, receiver_id=form.cleaned_data["receiver"]
            )
        except ReceiverUnknown as error:
            form.add_error("receiver", error.text)
        else:
            messages.success(request, _("已发放，送达日期记为今天。"))
            return redirect("to_hand_out")
    context = {"form": form, "delivery": delivery, "applicant": party_name(delivery.case.applicant)}
    return show(request, "workbench/pick_up.html", context, nav="management", status=422 if is_sent else 200)
