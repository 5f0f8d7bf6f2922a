"""Proving once more who one is with a code to one's own phone."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import resume_request
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from common.errors import DomainError, Invalid
from identity import step_up
from identity.account_queries import own_person
from identity.code_actions import use_code
from identity.errors import CodeExpired
from identity.models import OneTimeCode
from portal.access import actor_of, citizen_required
from portal.public import phone_proof
from portal.public.account_forms import CodeForm
from portal.public.requests import safe_next

_PAGE = ["GET", "HEAD", "POST"]
_STEP_UP = OneTimeCode.Purpose.STEP_UP


@never_cache
@require_http_methods(_PAGE)
@citizen_required
def step_up_send(request: HttpRequest) -> HttpResponse:
    """Send the code to the phone the account signs in with."""
    if not step_up.may_use_code(request.user):
        return redirect("account_reauthenticate")
    phone = own_person(actor_of(request)).phone or ""
    target = safe_next(request, default="")
    refusal = None
    if request.method == "POST":
        try:
            phone_proof.begin(request, phone=phone, purpose=_STEP_UP)
        except DomainError as error:
            refusal = error
        else:
            return redirect(_with_next("step_up_code", target))
    context = {"phone": phone, "next": target, "refusal": refusal, "reauthentication_alternatives": _ways(request)}
    return render(request, "account/step_up_send.html", context, status=refusal.http_status if refusal else 200)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(_PAGE)
@citizen_required
def step_up_code(request: HttpRequest) -> HttpResponse:
    """Check the code and go on with what was interrupted."""
    target = safe_next(request, default="")
    proof = phone_proof.under_way(request, _STEP_UP)
    if proof is None or not step_up.may_use_code(request.user):
        return redirect(_with_next("step_up_send", target))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            _prove(request, proof, form.cleaned_data["code"])
        except Invalid as error:
            for message in error.fields.values():
                form.add_error("code", str(message))
        else:
            return resume_request(request) or redirect(target or "home")
    context = {"form": form, "phone": proof.phone, "next": target}
    return render(request, "account/step_up_code.html", context, status=422 if form.is_bound else 200)


def _prove(request: HttpRequest, proof: phone_proof.Proof, code: str) -> None:
    index = use_code(actor_of(request), code_id=proof.code_id, code=code, purpose=_STEP_UP)
    account = request.user
    if not account.is_authenticated or index != bytes(account.phone_index or b""):  # the phone changed meanwhile
        raise CodeExpired(fields={"code": CodeExpired.message})
    phone_proof.forget(request)
    step_up.record_code(request, account)


def _ways(request: HttpRequest) -> list[dict[str, str]]:
    ways = get_adapter().get_reauthentication_methods(request.user)
    target = safe_next(request, default="")
    return [
        {**way, "url": f"{way['url']}?{urlencode({'next': target})}" if target else way["url"]}
        for way in ways
        if way["id"] != "step_up_code"
    ]


def _with_next(name: str, target: str) -> str:
    return reverse(name) + (f"?{urlencode({'next': target})}" if target else "")
