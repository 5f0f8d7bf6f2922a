"""My data: a copy of everything, corrections, and closing the account (个人信息保护法第四十五条至第四十七条)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.correction_actions import ask_correction
from certificates.queries import get_certificate
from common.errors import Conflict, DomainError, Invalid
from identity import levels
from identity.account_queries import own_person
from identity.models import CorrectionRequest
from identity.privacy import closing_actions, correction_actions, export_actions, queries
from identity.privacy.correction_actions import Wrong
from identity.privacy.rules import CHANGE_OF_MIND, KEEP_EXPORT, require_self
from portal.access import actor_of, citizen_required, step_up_required
from portal.downloads import attachment
from portal.public.data_forms import CORRECTABLE, ClosingForm, CorrectionForm
from portal.public.requests import new_request_key, page_number, request_key

_PER_PAGE = 10
_PAGE = ["GET", "HEAD", "POST"]
_Subject = CorrectionRequest.Subject
_TONES = {"received": "plain", "passed": "amber", "corrected": "jade", "refused": "red", "withdrawn": "plain"}


@never_cache
@require_safe
@citizen_required
def my_data(request: HttpRequest) -> HttpResponse:
    """The newest copy of one's data and how far one's corrections are."""
    return _data_page(request)


def _data_page(request: HttpRequest, *, refusal: DomainError | None = None) -> HttpResponse:
    actor = actor_of(request)
    page = Paginator(queries.own_corrections(actor), _PER_PAGE).get_page(page_number(request))
    export = queries.own_export(actor)
    context = {
        "export": export,
        "size": f"{export.size / 1024 / 1024:.1f}" if export else "",
        "may_export": levels.has(actor, levels.Right.USE_CERTIFICATES),
        "keep_days": KEEP_EXPORT.days,
        "is_self": actor.principal_id == actor.person_id,
        "page": page,
        "rows": [(row, _TONES[row.state]) for row in page],
        "request_key": new_request_key(),
        "refusal": refusal,
    }
    return render(request, "public/data.html", context, status=refusal.http_status if refusal else 200)


@require_POST
@citizen_required
def export_data(request: HttpRequest) -> HttpResponse:
    """Have a copy made."""
    try:
        export_actions.request_export(actor_of(request), request_key=request_key(request))
    except DomainError as error:
        if error.http_status == 403:
            raise
        return _data_page(request, refusal=error)
    messages.success(request, _("已开始准备，准备好了会发短信告诉您。"))
    return redirect("my_data")


@never_cache
@require_safe
@citizen_required
@step_up_required
def export_file(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Download a copy, after the person has proved again who they are."""
    content = export_actions.download(actor_of(request), export_id=export_id)
    return attachment(content, media_type="application/zip", name=_("我的数据"))


@require_POST
@citizen_required
def erase_export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Erase a copy before its week is over."""
    export_actions.discard(actor_of(request), export_id=export_id)
    messages.success(request, _("这份数据已经删除。"))
    return redirect("my_data")


@never_cache
@require_http_methods(_PAGE)
@citizen_required
def correct_data(request: HttpRequest) -> HttpResponse:
    """Say what is wrong about oneself; what is wrong on a certificate is reported to who issued it."""
    actor = actor_of(request)
    require_self(actor)
    certificate_id = _uuid(request.GET.get("certificate", ""))
    if certificate_id:
        return redirect("report_certificate", get_certificate(actor, certificate_id).pk)
    if request.method != "POST":
        return _correction_page(request, CorrectionForm(initial={"request_key": new_request_key(), **_known(request)}))
    form = CorrectionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _correction_page(request, form, status=422)
    data = form.cleaned_data
    wrong = Wrong(
        subject=data["subject"],
        current=data["current"],
        wanted=data["wanted"],
        reason=data["reason"],
    )
    try:
        ask_correction(actor, wrong=wrong, proof=data["proof"], request_key=data["request_key"])
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _correction_page(request, form, status=error.http_status)
    messages.success(request, _("更正申请已收到，有了结果会发短信告诉您。"))
    return redirect("my_data")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _known(request: HttpRequest) -> dict[str, str]:
    """The heading and today's value of the datum the person came from (``?about=person.address``)."""
    subject = CORRECTABLE.get(request.GET.get("about", ""))
    if subject is None:
        return {}
    person = own_person(actor_of(request))
    values = {_Subject.NAME: person.name, _Subject.ID_NUMBER: person.id_number, _Subject.ADDRESS: person.address or ""}
    return {"subject": subject, "current": values[subject]}


def _correction_page(request: HttpRequest, form: CorrectionForm, *, status: int = 200) -> HttpResponse:
    return render(request, "public/correction.html", {"form": form}, status=status)


@require_POST
@citizen_required
def withdraw_correction(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take a request back."""
    try:
        correction_actions.withdraw_correction(actor_of(request), request_id=request_id)
    except Conflict as error:
        return _data_page(request, refusal=error)
    messages.success(request, _("更正申请已撤回。"))
    return redirect("my_data")


@never_cache
@require_http_methods(_PAGE)
@citizen_required
@step_up_required
def close_account(request: HttpRequest) -> HttpResponse:
    """Say what closing the account means and what hinders it, and close it."""
    actor = actor_of(request)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    refusal: DomainError | None = None
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            closing_actions.close_account(actor, understood=form.cleaned_data["understood"])
        except Conflict as error:
            refusal, status = error, error.http_status
        else:
            logout(request)
            return redirect("account_closed")
    context = {"form": form, "refusal": refusal, "reasons": queries.hindrances(actor), "days": CHANGE_OF_MIND.days}
    return render(request, "public/close_account.html", context, status=status)


@require_safe
def account_closed(request: HttpRequest) -> HttpResponse:
    """What whoever has closed their account reads last."""
    return render(request, "account/closed.html", {"days": CHANGE_OF_MIND.days})
