"""证照: the certificates a department has issued, and what may be done to them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from certificates import queries
from certificates.actions import change_state
from certificates.errors import OperationNotAllowed
from certificates.models import Certificate
from certificates.states import Operation, operations_in
from common.errors import Conflict, Forbidden, Invalid, NotFound
from common.formatting import action_label, code_label, format_date
from common.masking import mask_name
from identity.models import Party
from identity.permissions import Permission
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.downloads import file_response
from portal.workbench.forms import CertificateFilterForm, CertificateOperationForm
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.show.people import masked_party, names_somebody, party_name

TONES = {"valid": "jade", "suspended": "amber", "cancelled": "red", "expired": "plain"}
_BUTTONS = {Operation.SUSPEND: "quiet", Operation.LIFT: "primary", Operation.CANCEL: "danger"}


@require_safe
@staff_required
def certificate_list(request: HttpRequest) -> HttpResponse:
    """Certificates of the departments where the post may issue or suspend."""
    form = CertificateFilterForm(request.GET)
    form.is_valid()  # a wrong value is left out
    text, state = form.cleaned_data.get("text", ""), form.cleaned_data.get("state", "")
    actor = actor_of(request)
    page = page_of(request, queries.search_certificates(actor, text=text, state=state))
    rows = [{"certificate": row, "holder": party_name(row.holder), **_state(row)} for row in page.object_list]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "is_filtered": bool(text.strip() or state),
        "has_duty": bool(
            actor.departments(Permission.ISSUE_CERTIFICATE) | actor.departments(Permission.SUSPEND_CERTIFICATE)
        ),
    }
    return show(request, "workbench/certificates.html", context, nav="certificates")


def _state(certificate: Certificate) -> dict[str, str]:
    state = queries.state_now(certificate)
    return {"state_label": code_label(state.label), "tone": TONES[state]}


@require_safe
@staff_required
def certificate_page(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """One certificate with the history of its state. The look is recorded by the query."""
    actor = actor_of(request)
    certificate = queries.get_certificate(actor, certificate_id)
    may = actor.may(Permission.SUSPEND_CERTIFICATE, certificate.issuer_id)
    operations = operations_in(certificate.state) if may else []
    context = {
        "certificate": certificate,
        **_state(certificate),
        "details": _details(certificate),
        "face": _face(certificate),
        "history": _history(certificate),
        "operations": [
            {"name": row.value, "label": action_label(row.label), "kind": _BUTTONS[row]} for row in operations
        ],
    }
    return show(request, "workbench/certificate.html", context, nav="certificates")


def _details(certificate: Certificate) -> list[tuple[str, str]]:
    name, code = masked_party(certificate.holder)
    until = format_date(certificate.valid_until) if certificate.valid_until else _("长期")
    rows = [
        (_("持证人"), name),
        (_("持证人代码"), code),
        (_("证照编号"), certificate.number),
        (_("证照标识"), certificate.identifier),
        (_("签发机关"), certificate.issuer.name),
        (_("签发日期"), format_date(certificate.issued_on)),
        (_("有效期至"), until),
        (_("版本"), str(certificate.version)),
        (_("来自办件"), certificate.case_number),
    ]
    return [(label, value) for label, value in rows if value]


def _face(certificate: Certificate) -> list[tuple[str, str]]:
    """The printed fields; what the type calls sensitive, and a person's own data, stay masked."""
    is_person = certificate.holder.kind == Party.Kind.PERSON
    rows = []
    for field in certificate.type.fields:
        value = str(certificate.face.get(field["key"], ""))
        if value and (field.get("sensitive") or is_person or names_somebody(field["label"])):
            value = mask_name(value)
        if value:
            rows.append((field["label"], value))
    return rows


def _history(certificate: Certificate) -> list[dict[str, Any]]:
    entries = []
    for row in queries.operations_of(certificate):
        basis = _("依据：%(basis)s") % {"basis": row.legal_basis} if row.legal_basis else ""
        who = row.actor.staff_name if row.actor and row.actor.is_staff_member else _("系统")
        label = action_label(Operation(row.operation).label) if row.operation in Operation.values else row.operation
        state = {"suspended": "warn", "cancelled": "bad", "expired": "bad"}.get(row.to_state, "done")
        note = "；".join(filter(None, [who, row.reason, basis]))
        entries.append({"title": label, "time": row.created_at, "note": note, "state": state})
    return entries


@require_safe
@staff_required
def file(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The signed PDF; who read it is recorded."""
    actor = actor_of(request)
    certificate = queries.get_certificate(actor, certificate_id)
    if not certificate.file:
        messages.info(request, _("证照文件正在签章，请过一会儿再打开。"))
        return redirect("workbench_certificate", certificate_id)
    return file_response(queries.read_file(actor, certificate), media_type="application/pdf", name=certificate.number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def operate(request: HttpRequest, certificate_id: UUID, operation: str) -> HttpResponse:
    """Suspend, lift or cancel a certificate, with reason and legal basis."""
    actor = actor_of(request)
    wanted = next((row for row in _BUTTONS if row.value == operation), None)
    if wanted is None:
        raise NotFound
    certificate = queries.get_certificate(actor, certificate_id)
    if not actor.may(Permission.SUSPEND_CERTIFICATE, certificate.issuer_id):
        raise Forbidden
    if request.method == "POST":
        return _do(request, certificate, wanted)
    if wanted not in operations_in(certificate.state):
        refusal = OperationNotAllowed(
            state=code_label(certificate.get_state_display()), operation=action_label(wanted.label)
        )
        messages.warning(request, refusal.text)
        return redirect("workbench_certificate", certificate_id)
    form = CertificateOperationForm(initial={"request_key": new_request_key()})
    return _operation_page(request, certificate, wanted, form)


def _do(request: HttpRequest, certificate: Certificate, operation: Operation) -> HttpResponse:
    form = CertificateOperationForm(request.POST)
    if not form.is_valid():
        return _operation_page(request, certificate, operation, form, status=422)
    try:
        change_state(actor_of(request), certificate_id=certificate.pk, operation=operation, **form.cleaned_data)
    except Invalid as error:
        for name, text in error.fields.items():
            form.add_error(name, str(text))
        return _operation_page(request, certificate, operation, form, status=error.http_status)
    except Conflict as error:
        return _operation_page(request, certificate, operation, form, status=error.http_status, conflict=error)
    message = _("已%(operation)s。用到这张证照的在办办件会同时收到提示。") % {
        "operation": action_label(operation.label)
    }
    messages.success(request, message)
    return redirect("workbench_certificate", certificate.pk)


def _operation_page(
    request: HttpRequest,
    certificate: Certificate,
    operation: Operation,
    form: CertificateOperationForm,
    *,
    status: int = 200,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = {
        "certificate": certificate,
        **_state(certificate),
        "holder": party_name(certificate.holder),
        "operation": operation,
        "label": action_label(operation.label),
        "is_danger": operation == Operation.CANCEL,
        "form": form,
        "conflict": conflict,
    }
    return show(request, "workbench/certificate_operation.html", context, nav="certificates", status=status)
