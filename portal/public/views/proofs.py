"""What verifiers and wallets fetch to prove certificates by themselves, and taking one into a wallet."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from certificates.errors import CertificateNotFound
from certificates.models import Certificate
from certificates.proofs import credentials, export_actions, keys, status
from certificates.queries import find_type, get_certificate
from common.errors import DomainError, Invalid
from portal.access import actor_of, citizen_required, step_up_required
from portal.downloads import attachment
from portal.public.data_forms import WalletForm
from portal.public.requests import new_request_key, request_key

_KEYS_SECONDS = 3600  # a new key is published hours before it need be known; a withdrawn one is gone within this
_PAGE = ["GET", "HEAD", "POST"]


@require_safe
def token_keys(request: HttpRequest) -> HttpResponse:
    """The keys that prove QR tokens, status lists and credentials (RFC 7517)."""
    return _open(JsonResponse(keys.key_set()), _KEYS_SECONDS)


@require_safe
def credential_issuer(request: HttpRequest) -> HttpResponse:
    """Where a wallet finds the keys of this issuer (draft-ietf-oauth-sd-jwt-vc, section on issuer metadata)."""
    issuer = settings.PUBLIC_BASE_URL
    answer = JsonResponse({"issuer": issuer, "jwks_uri": issuer + reverse("token_keys")})
    return _open(answer, _KEYS_SECONDS)


@require_safe
def credential_kind(request: HttpRequest, type_code: str) -> HttpResponse:
    """What credentials of a certificate type contain."""
    kind = find_type(type_code)
    if kind is None:
        raise CertificateNotFound
    described = credentials.kind_metadata(
        settings.PUBLIC_BASE_URL, type_code=kind.type_code, name=kind.name, fields=kind.fields
    )
    return _open(JsonResponse(described, json_dumps_params={"ensure_ascii": False}), _KEYS_SECONDS)


@require_safe
def status_list(request: HttpRequest, list_number: int) -> HttpResponse:
    """One signed status list."""
    answer = HttpResponse(status.published(list_number), content_type=f"application/{status.TYPE}")
    return _open(answer, status.TTL_SECONDS)


def _open(answer: HttpResponse, seconds: int) -> HttpResponse:
    """For anybody, also from other sites' pages, and for every cache on the way."""
    answer.headers["Cache-Control"] = f"public, max-age={seconds}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@never_cache
@require_http_methods(_PAGE)
@citizen_required
@step_up_required
def certificate_export(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Choose what goes into the wallet, then download it."""
    actor = actor_of(request)
    certificate = get_certificate(actor, certificate_id)
    labels = credentials.labels_of(certificate)
    if request.method != "POST":
        form = WalletForm(labels=labels, initial={"request_key": new_request_key(), "chosen": credentials.USUAL})
        return _export_page(request, certificate, form)
    form = WalletForm(request.POST, labels=labels)
    if not form.is_valid():
        return _export_page(request, certificate, form, status=422)
    try:
        made = export_actions.export(
            actor,
            certificate_id=certificate.pk,
            chosen=form.cleaned_data["chosen"],
            holder_key=form.cleaned_data["holder_key"],
            request_key=request_key(request),
        )
    except Invalid as error:
        _refuse(form, error)
        return _export_page(request, certificate, form, status=error.http_status)
    name = f"{certificate.type.name} {certificate.number}"
    return attachment(made.encode(), media_type="application/dc+sd-jwt", name=name)


def _refuse(form: forms.Form, error: DomainError) -> None:
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, str(message))
    if not error.fields:
        form.add_error(None, f"{error.text}{error.what_to_do}")


def _export_page(
    request: HttpRequest, certificate: Certificate, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    place = reverse("certificate_detail", args=[certificate.pk])
    crumbs = [(_("首页"), "/"), (_("我的证照"), "/my/certificates/"), (certificate.type.name, place)]
    context = {"nav": "wallet", "certificate": certificate, "form": form, "back_url": place}
    context["crumbs"] = [*crumbs, (_("放进电子钱包"), "")]
    return render(request, "public/certificate_export.html", context, status=status)
