"""My certificates: the wallet, one certificate, its file."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from certificates.faces import qr_text
from certificates.models import Certificate
from certificates.proofs import sm2_seals
from certificates.queries import get_certificate, operations, read_file, state_now, visible_certificates
from certificates.states import Operation
from certificates.types.queries import fields_of
from certificates.wallet import reports, use_log
from certificates.wallet.queries import public_checks, shares_of
from common.masking import mask_id
from common.printing.qr import qr_svg
from portal.access import actor_of, citizen_required
from portal.downloads import attachment, file_response
from portal.public.requests import new_request_key, page_number
from portal.public.wallet_pages import certificate_tag, is_renewable
from services.renewals import find_renewal

_PAGE_SIZE = 24
_LOG_SIZE = 20


@require_safe
@citizen_required
def wallet(request: HttpRequest) -> HttpResponse:
    """Every certificate of the person or organisation, newest first."""
    page = Paginator(visible_certificates(actor_of(request)), _PAGE_SIZE).get_page(page_number(request))
    today = timezone.localdate()
    context = {
        "nav": "wallet",
        "page": page,
        "rows": [{"certificate": row, "tag": certificate_tag(row, today)} for row in page],
    }
    return render(request, "public/wallet.html", context)


@require_safe
@citizen_required
def certificate_detail(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """What is printed on it, its state with the reason, the code to show, and who used it."""
    actor = actor_of(request)
    certificate = get_certificate(actor, certificate_id)
    page = Paginator(use_log.uses(certificate), _LOG_SIZE).get_page(page_number(request))
    renewal = find_renewal(certificate) if is_renewable(certificate) else None
    is_valid = state_now(certificate) == Certificate.State.VALID
    context = {
        "nav": "wallet",
        "certificate": certificate,
        "tag": certificate_tag(certificate, timezone.localdate()),
        "last": operations(certificate).exclude(operation=Operation.ISSUE).last(),  # entering the register is no reason
        "face": _face(certificate),
        "verify_url": reverse("verify_code", args=[certificate.verify_code]),
        "has_sm2": sm2_seals.has(certificate),
        "can_export": is_valid,
        "can_report": certificate.state in {Certificate.State.VALID, Certificate.State.SUSPENDED},
        "renewal": renewal,
        "request_key": new_request_key(),
        "reports": list(reports.of_certificate(actor, certificate)),
        "open_shares": shares_of(actor, certificate).count(),
        "checks": public_checks(certificate),
        "uses": use_log.in_words(page),
        "is_masked": any(field.get("sensitive") for field in fields_of(certificate)),
        "qr_svg": mark_safe(qr_svg(qr_text(certificate), label=_("核验二维码"), level="l")),
        "page": page,
        "crumbs": [(_("首页"), "/"), (_("我的证照"), "/my/certificates/"), (certificate.type.name, "")],
    }
    return render(request, "public/certificate.html", context)


def _face(certificate: Certificate) -> list[tuple[str, Any]]:
    """The printed values; sensitive ones masked, the whole stands in the file, whose opening is recorded."""
    until = certificate.valid_until
    rows: list[tuple[str, Any]] = [
        (
            field["label"],
            mask_id(str(certificate.face[field["key"]])) if field.get("sensitive") else certificate.face[field["key"]],
        )
        for field in fields_of(certificate)
        if certificate.face.get(field["key"])
    ]
    return [
        (_("持证人"), certificate.holder.name),
        (_("证照编号"), certificate.number),
        *rows,
        (_("发证机关"), certificate.issuer.name),
        (_("发证日期"), certificate.issued_on),
        (_("有效期至"), until or _("长期")),
        (_("证照标识"), certificate.identifier),
    ]


@require_safe
@citizen_required
def certificate_file(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The signed PDF."""
    actor = actor_of(request)
    certificate = get_certificate(actor, certificate_id)
    name = f"{certificate.type.name} {certificate.number}"
    return file_response(read_file(actor, certificate), media_type="application/pdf", name=name)


@require_safe
@citizen_required
def certificate_sm2(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The file's signature in the SM2/SM3 suite, with what it takes to check it."""
    actor = actor_of(request)
    certificate = get_certificate(actor, certificate_id)
    name = _("国密签名 %(number)s") % {"number": certificate.number}
    return attachment(sm2_seals.read(actor, certificate), media_type="application/zip", name=name)
