"""What is done to a certificate: its operations, the two persons' proposals, corrections."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from certificates import proposals, queries, transitions
from certificates.actions import change_state, correct
from certificates.errors import OperationNotAllowed
from certificates.models import Certificate, StateProposal
from certificates.states import TABLE, Operation, ground_text, operations_in
from certificates.transitions import Stated
from common.errors import Conflict, Forbidden, Invalid, NotFound
from common.formatting import action_label, code_label
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.certificate_forms import CorrectionForm, ProposalForm, operation_form
from portal.workbench.pages import new_request_key, show
from portal.workbench.show.people import party_name
from portal.workbench.views.certificates import BUTTONS, button_label, shown_face, state_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def operate(request: HttpRequest, certificate_id: UUID, operation: str) -> HttpResponse:
    """Suspend, lift or cancel a certificate, or propose to annul or revoke it: reason, legal basis, ground, number."""
    wanted = next((row for row in BUTTONS if row.value == operation), None)
    if wanted is None:
        raise NotFound
    certificate = _certificate(request, certificate_id)
    if request.method == "POST":
        return _do(request, certificate, wanted)
    if wanted not in operations_in(certificate.state):
        refusal = OperationNotAllowed(
            state=code_label(certificate.get_state_display()), operation=action_label(wanted.label)
        )
        messages.warning(request, refusal.text)
        return redirect("workbench_certificate", certificate_id)
    form = operation_form(wanted, initial={"request_key": new_request_key()})
    return _operation_page(request, certificate, wanted, form)


def _certificate(request: HttpRequest, certificate_id: UUID) -> Certificate:
    actor = actor_of(request)
    certificate = queries.get_certificate(actor, certificate_id)
    if not actor.may(Permission.SUSPEND_CERTIFICATE, certificate.issuer_id):
        raise Forbidden
    return certificate


def _do(request: HttpRequest, certificate: Certificate, operation: Operation) -> HttpResponse:
    form = operation_form(operation, request.POST)
    if not form.is_valid():
        return _operation_page(request, certificate, operation, form, status=422)
    try:
        done = _carry_out(request, certificate, operation, dict(form.cleaned_data))
    except Invalid as error:
        _put_errors(form, error)
        return _operation_page(request, certificate, operation, form, status=error.http_status)
    except Conflict as error:
        return _operation_page(request, certificate, operation, form, status=error.http_status, conflict=error)
    messages.success(request, done)
    return redirect("workbench_certificate", certificate.pk)


def _carry_out(request: HttpRequest, certificate: Certificate, operation: Operation, data: dict[str, Any]) -> str:
    name = action_label(operation.label)
    if not TABLE[operation].is_second:
        change_state(actor_of(request), certificate_id=certificate.pk, operation=operation, **data)
        return _("已%(operation)s。用到这张证照的在办办件会同时收到提示。") % {"operation": name}
    key = data.pop("request_key")
    proposals.propose(
        actor_of(request), certificate_id=certificate.pk, operation=operation, stated=Stated(**data), request_key=key
    )
    return _("已提出%(operation)s，等本部门另一位负责人审核。审核前证照状态不变。") % {"operation": name}


def _put_errors(form: forms.Form, error: Invalid) -> None:
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, str(text))
    if not error.fields:
        form.add_error(None, error.text)


def _operation_page(
    request: HttpRequest,
    certificate: Certificate,
    operation: Operation,
    form: forms.Form,
    *,
    status: int = 200,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = {
        "certificate": certificate,
        **state_of(certificate),
        "holder": party_name(certificate.holder),
        "operation": operation,
        "label": button_label(operation),
        "is_second": TABLE[operation].is_second,
        "is_danger": BUTTONS[operation] == "danger",
        "form": form,
        "conflict": conflict,
    }
    return show(request, "workbench/certificate_operation.html", context, nav="certificates", status=status)


_STEPS = ("approve", "return", "withdraw")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """An annulment or revocation that waits: the second person decides, the first may take it back."""
    found = proposals.get_proposal(actor_of(request), proposal_id)
    if request.method != "POST":
        return _proposal_page(request, found, ProposalForm())
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return _proposal_page(request, found, form, status=422)
    try:
        _decide(request, found, **form.cleaned_data)
    except Invalid as error:
        _put_errors(form, error)
        return _proposal_page(request, found, form, status=error.http_status)
    except Conflict as error:
        return _proposal_page(request, found, form, status=error.http_status, conflict=error)
    return redirect("workbench_certificate", found.certificate_id)


def _decide(request: HttpRequest, found: StateProposal, *, step: str, note: str) -> None:
    actor, name = actor_of(request), action_label(Operation(found.operation).label)
    if step == "approve":
        proposals.approve(actor, proposal_id=found.pk)
        messages.success(request, _("已%(operation)s。用到这张证照的在办办件会同时收到提示。") % {"operation": name})
    elif step == "return":
        proposals.send_back(actor, proposal_id=found.pk, note=note)
        messages.success(request, _("已退回，证照状态没有变。"))
    else:
        proposals.withdraw(actor, proposal_id=found.pk)
        messages.success(request, _("已撤回，证照状态没有变。"))


def _proposal_page(
    request: HttpRequest,
    found: StateProposal,
    form: ProposalForm,
    *,
    status: int = 200,
    conflict: Conflict | None = None,
) -> HttpResponse:
    actor, certificate = actor_of(request), found.certificate
    waits, is_own = found.state == StateProposal.State.IN_REVIEW, proposals.is_own(actor, found)
    entrusted = transitions.may(actor, certificate, TABLE[Operation(found.operation)].right)
    said = [
        (_("法定情形"), ground_text(found.operation, found.ground)),
        (_("理由"), found.reason),
        (_("依据"), found.legal_basis),
        (_("决定文号"), found.decision_number),
        (_("提出人"), found.proposed_by.staff_name),
        (_("审核人"), found.reviewed_by.staff_name if found.reviewed_by else ""),
        (_("退回理由"), found.note),
    ]
    context = {
        "proposal": found,
        "certificate": certificate,
        **state_of(certificate),
        "label": action_label(Operation(found.operation).label),
        "proposal_state": code_label(found.get_state_display()),
        "said": [(label, value) for label, value in said if value],
        "can_decide": waits and entrusted and not is_own,
        "can_withdraw": waits and entrusted and is_own,
        "form": form,
        "conflict": conflict,
    }
    return show(request, "workbench/certificate_proposal.html", context, nav="certificates", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def correction(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Correct what is printed: the next version with the same number and term."""
    certificate = _certificate(request, certificate_id)
    shown = dict(shown_face(certificate))
    if request.method != "POST":
        form = CorrectionForm(certificate.type.fields, shown, initial={"request_key": new_request_key()})
        return _correction_page(request, certificate, form)
    form = CorrectionForm(certificate.type.fields, shown, request.POST)
    if not form.is_valid():
        return _correction_page(request, certificate, form, status=422)
    data = form.cleaned_data
    try:
        after = correct(
            actor_of(request),
            certificate_id=certificate.pk,
            face=form.face,
            stated=Stated(reason=data["reason"], legal_basis=data["legal_basis"]),
            request_key=data["request_key"],
        )
    except Invalid as error:
        _put_errors(form, error)
        return _correction_page(request, certificate, form, status=error.http_status)
    except Conflict as error:
        return _correction_page(request, certificate, form, status=error.http_status, conflict=error)
    messages.success(request, _("已更正，新的一版沿用原编号和有效期，文件正在签章。"))
    return redirect("workbench_certificate", after.pk)


def _correction_page(
    request: HttpRequest,
    certificate: Certificate,
    form: CorrectionForm,
    *,
    status: int = 200,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = {
        "certificate": certificate,
        **state_of(certificate),
        "holder": party_name(certificate.holder),
        "form": form,
        "conflict": conflict,
    }
    return show(request, "workbench/certificate_correction.html", context, nav="certificates", status=status)
