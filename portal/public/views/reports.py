"""What a holder does when a certificate is wrong or about to end: report the error, renew."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.actions.drafts import start_draft
from certificates.queries import get_certificate
from certificates.wallet.errors import NotRenewable
from certificates.wallet.report_actions import report_error, withdraw_report
from certificates.wallet.reports import of_certificate
from common.errors import Conflict, Invalid
from portal.access import actor_of, citizen_required
from portal.public.requests import new_request_key, request_key
from portal.public.wallet_forms import ReportForm
from portal.public.wallet_pages import is_renewable
from services.renewals import find_renewal


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def report_certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Say what is wrong; what is open already gets the words added."""
    actor = actor_of(request)
    certificate = get_certificate(actor, certificate_id)
    form = ReportForm(request.POST if request.method == "POST" else None, initial={"request_key": new_request_key()})
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = report_error(
                actor,
                certificate_id=certificate.pk,
                text=form.cleaned_data["text"],
                request_key=request_key(request),
            )
        except (Invalid, Conflict) as error:
            form.refuse(error)
            status = error.http_status
        else:
            said = _("已转给%(issuer)s，答复会在这里。") if made.is_new else _("已补充到原来的报错里。")
            messages.success(request, said % {"issuer": certificate.issuer.name} if made.is_new else said)
            return redirect("certificate_detail", certificate_id=certificate.pk)
    place = reverse("certificate_detail", args=[certificate.pk])
    crumbs = [(_("首页"), "/"), (_("我的证照"), reverse("wallet")), (certificate.type.name, place), (_("报错"), "")]
    open_one = of_certificate(actor, certificate).filter(state="open").first()
    context = {"nav": "wallet", "certificate": certificate, "form": form, "open_one": open_one, "crumbs": crumbs}
    return render(request, "public/report.html", {**context, "back_url": place}, status=status)


@require_POST
@citizen_required
def withdraw_error_report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Take a report back."""
    report = withdraw_report(actor_of(request), report_id=report_id)
    messages.success(request, _("报错已撤回。"))
    return redirect("certificate_detail", certificate_id=report.certificate_id)


@require_POST
@citizen_required
def renew_certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Open the prefilled draft of the item that renews this certificate, or go on with the one there is."""
    actor = actor_of(request)
    certificate = get_certificate(actor, certificate_id)
    item = find_renewal(certificate) if is_renewable(certificate) else None
    if item is None:
        raise NotRenewable
    case = start_draft(actor, item_id=item.pk, request_key=request_key(request))
    return redirect("my_case", case_id=case.pk)
