"""Fees of one's case: what is owed and why, the way to the payment platform, and its signed answer."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cases.fees import errors, payment_actions, queries
from cases.fees.models import PaymentOrder
from cases.queries import get_case
from common.errors import DomainError
from common.limits import is_over
from identity.actor import SYSTEM
from portal.access import actor_of, citizen_required
from portal.fees import fee_row

_ASKS_PER_MINUTE = 10


@require_safe
@citizen_required
def my_fee(request: HttpRequest, case_id: UUID, fee_id: UUID) -> HttpResponse:
    """What is owed and what can be done about it. The platform leads back here; only its signed answer counts."""
    return _page(request, case_id, fee_id)


def _page(request: HttpRequest, case_id: UUID, fee_id: UUID, *, problem: DomainError | None = None) -> HttpResponse:
    case = get_case(actor_of(request), case_id)
    fee = queries.get_fee(case, fee_id)
    order = queries.last_order(fee)
    context = {
        "nav": "cases",
        "case": case,
        **fee_row(fee),
        "order": order if order is not None and order.state == PaymentOrder.State.OPEN else None,
        "pays_online": bool(settings.PAYMENT_GATEWAY),
        "problem": problem,
    }
    return render(request, "public/fee.html", context, status=problem.http_status if problem else 200)


@require_POST
@citizen_required
def pay_fee(request: HttpRequest, case_id: UUID, fee_id: UUID) -> HttpResponse:
    """Make the order and have the platform know it; the page then has the way there."""
    actor = actor_of(request)
    try:
        order = payment_actions.open_order(actor, case_id=case_id, fee_id=fee_id)
        payment_actions.tell_gateway(actor, order=order)
    except (errors.GatewayMissing, errors.GatewayAway, errors.FeeNotOpen) as error:
        return _page(request, case_id, fee_id, problem=error)
    return redirect("my_fee", case_id, fee_id)


@require_POST
@citizen_required
def check_payment(request: HttpRequest, case_id: UUID, fee_id: UUID) -> HttpResponse:
    """Ask the platform now: its message may be late."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    order = queries.last_order(queries.get_fee(case, fee_id))
    try:
        if order is None:
            raise errors.FeeNotFound
        if is_over("payment_asked", str(order.pk), most=_ASKS_PER_MINUTE, seconds=60):
            raise errors.AskedTooOften
        if payment_actions.check_order(actor, order=order):
            messages.success(request, _("已收到付款。"))
        else:
            messages.info(request, _("支付平台还没有收到付款。付过的，过几分钟再看。"))
    except (errors.GatewayMissing, errors.GatewayAway, errors.AmountDiffers, errors.AskedTooOften) as error:
        return _page(request, case_id, fee_id, problem=error)
    return redirect("my_fee", case_id, fee_id)


@require_POST
@citizen_required
def cancel_payment(request: HttpRequest, case_id: UUID, fee_id: UUID) -> HttpResponse:
    """Give an order up."""
    try:
        payment_actions.cancel_order(actor_of(request), case_id=case_id, fee_id=fee_id)
    except errors.OrderNotOpen as error:
        return _page(request, case_id, fee_id, problem=error)
    messages.success(request, _("这张缴费单已取消，可以重新缴费，或者到窗口缴。"))
    return redirect("my_fee", case_id, fee_id)


@csrf_exempt  # the platform signs instead
@require_POST
def payment_callback(request: HttpRequest) -> HttpResponse:
    """The platform's signed message; answered with a code that it can act on."""
    try:
        payment_actions.take_callback(SYSTEM, path=request.path, headers=request.headers, body=request.body)
    except DomainError as error:
        return JsonResponse({"result": "refused", "code": error.code}, status=error.http_status)
    return JsonResponse({"result": "ok"})
