"""证照: the certificates a department has issued, and what may be done to them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from certificates import queries
from certificates.models import Certificate
from certificates.proposals import visible_proposals
from certificates.states import TABLE, Operation, ground_text, operations_in
from certificates.transitions import may
from certificates.types.queries import fields_of
from certificates.wallet import reports
from common.formatting import action_label, code_label, format_date
from common.masking import mask_name
from identity.models import Party
from identity.permissions import Permission
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.forms import CertificateFilterForm
from portal.workbench.pages import page_of, show
from portal.workbench.show.people import masked_party, names_somebody, party_name

TONES = {
    "valid": "jade",
    "suspended": "amber",
    "cancelled": "red",
    "expired": "plain",
    "annulled": "red",
    "revoked": "red",
}
_STEPS = {"suspended": "warn", "cancelled": "bad", "expired": "bad", "annulled": "bad", "revoked": "bad"}
BUTTONS = {
    Operation.SUSPEND: "quiet",
    Operation.LIFT: "primary",
    Operation.CANCEL: "danger",
    Operation.ANNUL: "danger",
    Operation.REVOKE: "danger",
}


@require_safe
@staff_required
def certificate_list(request: HttpRequest) -> HttpResponse:
    """Certificates of the departments where the post may issue or suspend."""
    form = CertificateFilterForm(request.GET)
    form.is_valid()  # a wrong value is left out
    text, state, ends = (form.cleaned_data.get(name, "") for name in ("text", "state", "ends"))
    actor = actor_of(request)
    page = page_of(
        request, queries.search_certificates(actor, text=text, state=state, ends_within=int(ends) if ends else None)
    )
    rows = [{"certificate": row, "holder": party_name(row.holder), **state_of(row)} for row in page.object_list]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "open_reports": reports.open_for_staff(actor).count(),
        "is_filtered": bool(text.strip() or state or ends),
        "has_duty": bool(
            actor.departments(Permission.ISSUE_CERTIFICATE) | actor.departments(Permission.SUSPEND_CERTIFICATE)
        ),
    }
    return show(request, "workbench/certificates.html", context, nav="certificates")


def state_of(certificate: Certificate) -> dict[str, str]:
    """The state's words and colour, for the tag."""
    state = queries.state_now(certificate)
    return {"state_label": code_label(state.label), "tone": TONES[state]}


@require_safe
@staff_required
def certificate_page(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """One certificate with the history of its state. The look is recorded by the query."""
    actor = actor_of(request)
    certificate = queries.get_certificate(actor, certificate_id)
    operations = [row for row in operations_in(certificate.state) if may(actor, certificate, TABLE[row].right)]
    waiting = visible_proposals(actor).filter(certificate=certificate, state="in_review").first()
    context = {
        "certificate": certificate,
        "waiting": waiting,
        "waiting_label": action_label(Operation(waiting.operation).label) if waiting else "",
        "can_correct": certificate.state == Certificate.State.VALID
        and may(actor, certificate, TABLE[Operation.CORRECT].right),
        **state_of(certificate),
        "details": _details(certificate),
        "face": shown_face(certificate),
        "history": _history(certificate),
        "operations": [{"name": row.value, "label": button_label(row), "kind": BUTTONS[row]} for row in operations],
    }
    return show(request, "workbench/certificate.html", context, nav="certificates")


def button_label(operation: Operation) -> str:
    """What an operation's button says; what two persons decide is only proposed."""
    name = action_label(operation.label)
    return _("提出%(operation)s") % {"operation": name} if TABLE[operation].is_second else name


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


def shown_face(certificate: Certificate) -> list[tuple[str, str]]:
    """The printed fields; what the type calls sensitive, and a person's own data, stay masked."""
    is_person = certificate.holder.kind == Party.Kind.PERSON
    rows = []
    for field in fields_of(certificate):
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
        number = _("文号：%(number)s") % {"number": row.decision_number} if row.decision_number else ""
        who = row.actor.staff_name if row.actor and row.actor.is_staff_member else _("系统")
        if row.approved_by:
            who = _("%(who)s提出，%(second)s审核") % {"who": who, "second": row.approved_by.staff_name}
        label = action_label(Operation(row.operation).label) if row.operation in Operation.values else row.operation
        state = _STEPS.get(row.to_state, "done")
        ground = ground_text(row.operation, row.ground)
        note = "；".join(filter(None, [who, row.reason, ground, basis, number]))
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
