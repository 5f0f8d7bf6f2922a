"""缴费、退费和对账: fees of a case at the counter, refunds by two persons, and the platform's daily statement."""

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import queries as case_queries
from cases.fees import errors, payment_actions, queries, reconciliation, refund_actions
from cases.fees.models import Payment, Reconciliation, Refund
from common.errors import Forbidden, Invalid, NotFound
from common.lines import csv_line
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.fees import fee_row
from portal.workbench.pages import page_of, show

_KINDS = {
    reconciliation.MISSING: gettext_lazy("平台没有，本站有"),
    reconciliation.EXTRA: gettext_lazy("平台有，本站没有"),
    reconciliation.DIFFERENT: gettext_lazy("金额或者订单不一致"),
}
_WHAT = {"pay": gettext_lazy("缴费"), "refund": gettext_lazy("退费")}
_DAYS_SHOWN = 14


class ReceiptForm(forms.Form):
    """The number of an official receipt."""

    receipt = forms.CharField(
        label=gettext_lazy("票据号码"),
        max_length=40,
        help_text=gettext_lazy("开给缴款人的财政票据上的号码"),
        error_messages={"required": gettext_lazy("请填票据号码。")},
    )


class RefundForm(forms.Form):
    """Why a payment goes back."""

    reason = forms.CharField(
        label=gettext_lazy("退费理由"),
        max_length=refund_actions.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("提出以后由另一个人批准；网上缴的原路退回"),
        error_messages={"required": gettext_lazy("请写明退费的理由。")},
    )


def _require(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not any(actor.departments(right) for right in (Permission.COUNTER, Permission.DECIDE, Permission.SUPERVISE)):
        raise Forbidden
    return actor


@require_safe
@staff_required
def payments(request: HttpRequest) -> HttpResponse:
    """What has to go back, refunds, and the days that were compared."""
    actor = _require(request)
    page = page_of(request, queries.refunds_for(actor))
    days = [_day(actor, row) for row in queries.reconciliations(actor)[:_DAYS_SHOWN]]
    context = {
        "page": page,
        "refunds": [_refund(actor, refund) for refund in page],
        "surplus": list(queries.surplus_for(actor)[:50]),
        "days": days,
    }
    return show(request, "workbench/payments.html", context, nav="management")


def _refund(actor: Actor, refund: Refund) -> dict[str, Any]:
    case = refund.payment.fee.case
    may = actor.may(Permission.DECIDE, case.department_id) and refund.proposed_by_id != actor.known_account_id
    return {"refund": refund, "case": case, "may_decide": may and refund.state == Refund.State.PROPOSED}


def _day(actor: Actor, row: Reconciliation) -> dict[str, Any]:
    return {"row": row, "count": len(_visible(actor, row))}


def _visible(actor: Actor, row: Reconciliation) -> list[dict[str, str]]:
    """Differences of the actor's departments, and those of orders that nobody knows."""
    own = {str(pk) for pk in queries.departments_of(actor)}
    return [one for one in row.differences if not one["department"] or one["department"] in own]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def fee(request: HttpRequest, case_id: UUID, fee_id: UUID) -> HttpResponse:
    """One fee of a case: written down as paid at the counter, or proposed to be paid back."""
    actor = actor_of(request)
    receipt, refund = ReceiptForm(), RefundForm()
    status = 200
    if request.method == "POST":
        status = 422
        if request.POST.get("step") == "refund":
            refund = RefundForm(request.POST)
            done = refund.is_valid() and _propose(request, case_id, fee_id, refund)
        else:
            receipt = ReceiptForm(request.POST)
            done = receipt.is_valid() and _record(request, case_id, fee_id, receipt)
        if done:
            return redirect("workbench_fee", case_id, fee_id)
    case = case_queries.get_case(actor, case_id)
    row = fee_row(queries.get_fee(case, fee_id))
    found = _to_refund(row)
    may = {right: actor.may(right, case.department_id) for right in (Permission.COUNTER, Permission.DECIDE)}
    context = {
        "case": case,
        **row,
        "refundable": found,
        "receipt_form": receipt if row["is_unpaid"] and may[Permission.COUNTER] else None,
        "refund_form": refund if found and any(may.values()) else None,
        "bound": refund if refund.is_bound else receipt if receipt.is_bound else None,
    }
    return show(request, "workbench/fee.html", context, nav="worklist", status=status)


def _to_refund(row: dict[str, Any]) -> Payment | None:
    """The payment that may go back: money that came too late first."""
    for payment in [*row["surplus"], row["payment"]]:
        if payment and all(refund.state == Refund.State.REJECTED for refund in payment.refunds.all()):
            return payment
    return None


def _record(request: HttpRequest, case_id: UUID, fee_id: UUID, form: ReceiptForm) -> bool:
    try:
        payment_actions.record_at_counter(
            actor_of(request), case_id=case_id, fee_id=fee_id, receipt=form.cleaned_data["receipt"]
        )
    except errors.ReceiptNumberWrong as error:
        form.add_error("receipt", error.text)
        return False
    messages.success(request, _("已记为缴清。"))
    return True


def _propose(request: HttpRequest, case_id: UUID, fee_id: UUID, form: RefundForm) -> bool:
    actor = actor_of(request)
    case = case_queries.get_case(actor, case_id)
    payment = _to_refund(fee_row(queries.get_fee(case, fee_id)))
    if payment is None:
        raise errors.RefundExists
    try:
        refund_actions.propose_refund(actor, payment_id=payment.pk, reason=form.cleaned_data["reason"])
    except Invalid as error:
        form.add_error("reason", error.text)
        return False
    messages.success(request, _("退费已提出，等另一个人批准。"))
    return True


@require_POST
@staff_required
@fresh_sign_in
def decide_refund(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Approve a refund or not."""
    approved = request.POST.get("decision") == "approve"
    refund_actions.decide_refund(actor_of(request), refund_id=refund_id, approved=approved)
    messages.success(request, _("已批准，正在退款。") if approved else _("没有批准这笔退费。"))
    return redirect("workbench_payments")


@require_safe
@staff_required
def reconciliation_file(request: HttpRequest, day: str) -> HttpResponse:
    """The differences of a day as CSV."""
    actor = _require(request)
    try:
        row = queries.reconciliations(actor).filter(day=dt.date.fromisoformat(day)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound
    head = [_("差异"), _("种类"), _("订单号"), _("流水号"), _("本站金额（元）"), _("平台金额（元）")]
    lines = [
        [
            str(_KINDS[one["kind"]]),
            str(_WHAT[one["what"]]),
            one["order"],
            one["transaction"],
            one["ours"],
            one["theirs"],
        ]
        for one in _visible(actor, row)
    ]
    text = "\ufeff" + "".join(csv_line(line) for line in [head, *lines])
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reconciliation-{row.day.isoformat()}.csv"'
    response["Cache-Control"] = "no-store"
    return response
