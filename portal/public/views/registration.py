"""Registering, signing in with a code, and the demonstration's outbox."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from common import crypto
from common.errors import DomainError, Invalid, NotFound
from identity.account_queries import account_by_phone, messages_to, own_person
from identity.actions import PHONE
from identity.code_actions import use_code
from identity.errors import CodeExpired, VerificationUnavailable
from identity.models import OneTimeCode
from identity.registration import Claim, register
from portal.access import actor_of
from portal.public import phone_proof
from portal.public.account_forms import CodeForm, PhoneForm, RegistrationForm
from portal.public.requests import safe_next

_Purpose = OneTimeCode.Purpose
_MOST_MESSAGES = 20
_PAGE = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(_PAGE)
def register_phone(request: HttpRequest) -> HttpResponse:
    """First step: the phone to register with."""
    if request.user.is_authenticated:
        return redirect("home")
    return _ask_phone(request, _Purpose.REGISTER, "account/register_phone.html", "register_details")


@never_cache
@require_http_methods(_PAGE)
def sign_in_phone(request: HttpRequest) -> HttpResponse:
    """First step of signing in with a code."""
    if request.user.is_authenticated:
        return redirect("home")
    return _ask_phone(request, _Purpose.SIGN_IN, "account/code_phone.html", "sign_in_code")


def _ask_phone(request: HttpRequest, purpose: str, template: str, onward: str) -> HttpResponse:
    form = PhoneForm(request.POST or None)
    refusal = None
    if form.is_valid():
        try:
            phone_proof.begin(request, phone=form.cleaned_data["phone"], purpose=purpose)
        except DomainError as error:
            refusal = error
        else:
            request.session["after_code"] = safe_next(request, default="")
            return redirect(onward)
    status = refusal.http_status if refusal else 422 if form.is_bound else 200
    context = {"form": form, "refusal": refusal, "next": safe_next(request, default="")}
    return render(request, template, context, status=status)


@never_cache
@sensitive_post_parameters("password", "again", "id_number", "code")
@require_http_methods(_PAGE)
def register_details(request: HttpRequest) -> HttpResponse:
    """Second step: the code, who one is, and a password. The page never tells who exists already."""
    proof = phone_proof.under_way(request, _Purpose.REGISTER)
    if proof is None:
        return redirect("register_phone")
    form = RegistrationForm(request.POST or None)
    refusal = None
    if form.is_valid():
        claim = Claim(
            name=form.cleaned_data["name"],
            id_number=form.cleaned_data["id_number"],
            phone=proof.phone,
            password=form.cleaned_data["password"],
            document_kind=form.cleaned_data["document_kind"],
            issuer=form.cleaned_data["issuer"],
            birth_date=form.cleaned_data["birth_date"],
        )
        try:
            register(actor_of(request), claim=claim, code_id=proof.code_id, code=form.cleaned_data["code"])
        except Invalid as error:
            _show_on_fields(form, error)
        except VerificationUnavailable as error:
            refusal = error
        else:
            phone_proof.forget(request)
            return redirect("register_done")
    status = refusal.http_status if refusal else 422 if form.is_bound else 200
    context = {"form": form, "refusal": refusal, "phone": proof.phone}
    return render(request, "account/register_details.html", context, status=status)


@require_safe
def register_done(request: HttpRequest) -> HttpResponse:
    """The same page whatever came of it; the result went to the phone."""
    return render(request, "account/register_done.html")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(_PAGE)
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Second step of signing in with a code; a second factor is still asked for where there is one."""
    proof = phone_proof.under_way(request, _Purpose.SIGN_IN)
    if proof is None or request.user.is_authenticated:
        return redirect("sign_in_phone")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            return _sign_in(request, proof, form.cleaned_data["code"])
        except Invalid as error:
            _show_on_fields(form, error)
    context = {"form": form, "phone": proof.phone}
    return render(request, "account/code.html", context, status=422 if form.is_bound else 200)


def _sign_in(request: HttpRequest, proof: phone_proof.Proof, code: str) -> HttpResponse:
    index = use_code(actor_of(request), code_id=proof.code_id, code=code, purpose=_Purpose.SIGN_IN)
    account = account_by_phone(index)
    if account is None:  # the account was closed in these five minutes
        raise CodeExpired(fields={"code": CodeExpired.message})
    phone_proof.forget(request)
    target = request.session.pop("after_code", "") or None
    record_authentication(request, account, method="code")
    return perform_login(request, account, email_verification="none", redirect_url=target)


def _show_on_fields(form: CodeForm, error: Invalid) -> None:
    for name, message in (error.fields or {"code": error.text}).items():
        form.add_error(name if name in form.fields else None, str(message))


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What a phone would show, in a demonstration only: messages to this browser's numbers."""
    if not settings.DEMO:
        raise NotFound
    phones = phone_proof.phones_asked_for(request)
    actor = actor_of(request)
    if actor.is_citizen and (phone := own_person(actor).phone):
        phones.append(crypto.blind_index(phone, purpose=PHONE))
    return render(request, "account/outbox.html", {"rows": messages_to(phones)[:_MOST_MESSAGES]})
