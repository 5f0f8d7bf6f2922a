"""证照报错: what holders say is wrong, for the posts that correct certificates."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from certificates.wallet import reports
from certificates.wallet.report_actions import LONGEST, explain
from common.errors import Conflict, Invalid
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.show.people import party_name

_TONES = {"open": "amber", "corrected": "jade", "explained": "plain", "withdrawn": "plain"}


class ExplainForm(forms.Form):
    """Why nothing is corrected."""

    request_key = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("页面已经失效，请刷新后再操作。")},
    )
    text = forms.CharField(
        label=gettext_lazy("不更正的理由"),
        help_text=gettext_lazy("持证人会看到；要更正的，不用写在这里，直接办更正"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("请写明理由。")},
    )


@require_safe
@staff_required
def error_reports(request: HttpRequest) -> HttpResponse:
    """What waits for this post, the most urgent first; with ``?show=all`` everything, newest first."""
    actor = actor_of(request)
    shows_all = request.GET.get("show") == "all"
    page = page_of(request, reports.for_staff(actor) if shows_all else reports.open_for_staff(actor))
    rows = [(row, party_name(row.certificate.holder), _TONES[row.state]) for row in page]
    context = {"page": page, "rows": rows, "shows_all": shows_all}
    return show(request, "workbench/error_reports.html", context, nav="certificates")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def error_report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """One report: correct the certificate by the usual page, which closes the report, or explain."""
    actor = actor_of(request)
    report = reports.get_for_staff(actor, report_id)
    form = ExplainForm(request.POST if request.method == "POST" else None, initial={"request_key": new_request_key()})
    status = 422 if form.is_bound else 200
    conflict = None
    if form.is_bound and form.is_valid():
        try:
            explain(actor, report_id=report.pk, **form.cleaned_data)
        except Invalid as error:
            form.add_error("text", error.text)
        except Conflict as error:
            conflict, status = error, error.http_status
        else:
            messages.success(request, _("已答复，持证人会收到短信。"))
            return redirect("workbench_error_reports")
    context = {
        "report": report,
        "certificate": report.certificate,
        "holder": party_name(report.certificate.holder),
        "tone": _TONES[report.state],
        "thread": reports.thread(report),
        "can_correct": report.certificate.state == "valid",
        "form": form,
        "conflict": conflict,
    }
    return show(request, "workbench/error_report.html", context, nav="certificates", status=status)
