"""Without sign-in: the whole progress of a case, to whoever has its phone in hand."""

import time
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cases import progress
from cases.errors import CaseNotFound
from cases.queries import clocks
from common import crypto
from common.addresses import client_address
from common.errors import Invalid
from identity.actions import PHONE
from identity.errors import TooManyTries
from portal.access import actor_of
from portal.public import phone_proof
from portal.public.account_forms import CodeForm
from portal.public.forms import ProgressPhoneForm
from portal.public.quota import waiting_words
from portal.public.timeline import timeline_of
from portal.public.views.cases import state_tag
from portal.public.wording import clock_lines, next_step

_ASKED, _OPEN = "progress_code", "progress_case"
_LASTS = 15 * 60  # seconds that a proved phone shows the case
_PAGE = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(_PAGE)
def progress_phone(request: HttpRequest) -> HttpResponse:
    """Ask for number and phone; the next page is the same whether they belong together or not."""
    form = ProgressPhoneForm(request.POST or None, initial={"number": request.GET.get("number", "")[:50]})
    if form.is_valid():
        number, phone = form.cleaned_data["number"], form.cleaned_data["phone"]
        try:
            code_id = progress.ask(actor_of(request), number=number, phone=phone, address=client_address(request))
        except (Invalid, TooManyTries) as error:
            form.add_error("phone", error.text)
        else:
            request.session[_ASKED] = {"id": str(code_id), "number": number}
            if settings.DEMO:
                phone_proof.remember(request, crypto.blind_index(phone, purpose=PHONE))
            return redirect("progress_code")
    return render(request, "public/progress_phone.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(_PAGE)
def progress_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    asked = request.session.get(_ASKED)
    if not asked:
        return redirect("progress_phone")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            case = progress.prove(
                actor_of(request), number=asked["number"], code_id=UUID(asked["id"]), code=form.cleaned_data["code"]
            )
        except Invalid as error:
            form.add_error("code", error.text)
        else:
            request.session.pop(_ASKED)
            request.session[_OPEN] = {"id": str(case.pk), "until": int(time.time()) + _LASTS}
            return redirect("progress_case")
    return render(request, "public/progress_code.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@require_safe
def progress_case(request: HttpRequest) -> HttpResponse:
    """The progress: who has it, what is next, by when, what to do. No names, answers or materials."""
    kept = request.session.get(_OPEN)
    if not kept or kept["until"] < time.time():
        return redirect("progress_phone")
    try:
        case = progress.get_proved(UUID(kept["id"]))
    except CaseNotFound:
        return redirect("progress_phone")
    context = {
        "case": case,
        "tag": state_tag(case),
        "next_step": next_step(case),
        "holders": progress.holders_of(case),
        "quota_words": waiting_words(case),
        "clock_lines": clock_lines(case, clocks(case)),
        "timeline": [{**entry, "note": ""} for entry in timeline_of(case)],
        "notices": list(case.notices.all()),
    }
    return render(request, "public/progress_case.html", context)
