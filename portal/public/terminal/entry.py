"""The way in and out at a terminal: the card, the second proof, and a session that ends where it lives."""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.terminal import errors, queries, visit_actions
from cases.terminal.models import Terminal, TerminalVisit
from common.addresses import client_address
from common.errors import DomainError
from identity.errors import TooManyTries
from identity.queries import actor_for
from portal.access import actor_of
from portal.middleware import TERMINAL_KEY, VISIT_KEY
from portal.public import phone_proof
from portal.public.account_forms import CodeForm
from portal.public.terminal.access import ASKED, at_terminal, machine_page, page, visit_of

_PAGE = ["GET", "HEAD", "POST"]
_NO_KEYBOARD = {"inputmode": "none", "autocomplete": "off"}  # the page has its own keys
_BODY = 4096  # bytes of a reader's request


class CardForm(forms.Form):
    """The number of a card: a reader types it, or a finger does."""

    value = forms.CharField(
        label=_("身份证号码"),
        max_length=30,
        error_messages={"required": _("请放身份证，或者输入号码。")},
        widget=forms.TextInput(attrs=_NO_KEYBOARD),
    )


@sensitive_post_parameters("value")
@require_http_methods(_PAGE)
@machine_page
def terminal_start(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The first page: lay the card down. Nobody's session reaches it."""
    if visit_of(request) is not None and request.method != "POST":
        return redirect("terminal_menu", terminal.key)
    form = CardForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _begin(request, terminal, form.cleaned_data["value"])
            except DomainError as error:
                status = _refuse(form, error, "value")
    context = {"form": form, "counter": queries.counter_at(terminal)}
    return page(request, terminal, "start.html", context, status=status)


def _begin(request: HttpRequest, terminal: Terminal, number: str) -> HttpResponse:
    visit = visit_actions.begin_visit(actor_of(request), terminal=terminal, number=number)
    if request.user.is_authenticated:
        logout(request)
    request.session[ASKED] = str(visit.pk)
    return redirect("terminal_proof", terminal.key)


def _refuse(form: forms.Form, error: DomainError, field: str) -> int:
    for name, text in (error.fields or {field: f"{error.text}{error.what_to_do}"}).items():
        form.add_error(name if name in form.fields else field, str(text))
    return error.http_status


@csrf_exempt  # no cookie counts here: the address is the key
@require_POST
@machine_page
def terminal_card(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """A card reader with its own program says what it has read: JSON ``{"value": number}``; the page fetches it.

    Out: 202; a refusal has ``code``, ``message``, ``what_to_do`` and ``fields``.
    """
    try:
        visit_actions.read_card(actor_of(request), key=terminal.key, number=_value(request.body))
    except DomainError as error:
        fields = {name: str(text) for name, text in error.fields.items()}
        said = {"code": error.code, "message": error.text, "what_to_do": str(error.what_to_do), "fields": fields}
        return JsonResponse(said, status=error.http_status)
    return JsonResponse({}, status=202)


def _value(body: bytes) -> str:
    try:
        sent: Any = json.loads(body[:_BODY])
    except (ValueError, RecursionError):
        sent = None
    value = sent.get("value") if isinstance(sent, dict) else None
    if not isinstance(value, str) or not value.isprintable() or len(value) > 30:
        raise errors.TerminalInvalid(fields={"value": _("请求要是 JSON 对象，value 是证件号码。")})
    return value


@require_POST
@machine_page
def terminal_fetch(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The first page asks every two seconds whether the reader has read a card: 204 while it has not."""
    number = visit_actions.take_card(actor_of(request), terminal=terminal)
    if not number:
        return HttpResponse(status=204)
    try:
        _begin(request, terminal, number)
    except DomainError:
        return HttpResponse(status=204)
    return _go(reverse("terminal_proof", args=[terminal.key]))


def _go(address: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": address})


@sensitive_post_parameters("code")
@require_http_methods(_PAGE)
@machine_page
def terminal_proof(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The second proof: a code to the phone, or a clerk who compares the card with the face."""
    try:
        visit = queries.get_asked(str(request.session.get(ASKED, "")), terminal)
    except errors.VisitOver:
        request.session.pop(ASKED, None)
        return redirect("terminal", terminal.key)
    if visit.state == TerminalVisit.State.PROVED:
        return _enter(request, terminal, visit)
    if request.method != "POST":
        return _proof_page(request, terminal, visit)
    if "send" in request.POST:
        return _send(request, terminal, visit)
    return _check(request, terminal, visit)


def _send(request: HttpRequest, terminal: Terminal, visit: TerminalVisit) -> HttpResponse:
    try:
        account = visit_actions.send_visit_code(actor_of(request), visit=visit, address=client_address(request))
    except TooManyTries as error:
        return _proof_page(request, terminal, visit, problem=error)
    if settings.DEMO and account is not None and account.phone_index:
        phone_proof.remember(request, bytes(account.phone_index))
    return redirect("terminal_proof", terminal.key)


def _check(request: HttpRequest, terminal: Terminal, visit: TerminalVisit) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            proved = visit_actions.prove_by_code(actor_of(request), visit=visit, code=form.cleaned_data["code"])
        except DomainError as error:
            _refuse(form, error, "code")
        else:
            return _enter(request, terminal, proved)
    return _proof_page(request, terminal, visit, form=form)


def _proof_page(
    request: HttpRequest,
    terminal: Terminal,
    visit: TerminalVisit,
    *,
    form: CodeForm | None = None,
    problem: DomainError | None = None,
) -> HttpResponse:
    status = problem.http_status if problem else 422 if form is not None else 200
    shown = form or CodeForm()
    shown.fields["code"].widget.attrs.update(_NO_KEYBOARD)
    context = {"form": shown, "asked": visit, "is_sent": visit.code_id is not None, "problem": problem}
    return page(request, terminal, "proof.html", context, status=status)


@require_safe
@machine_page
def terminal_waiting(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The page of the second proof asks whether a clerk has let them in: 204 while nobody has."""
    try:
        visit = queries.get_asked(str(request.session.get(ASKED, "")), terminal)
    except errors.VisitOver:
        return _go(reverse("terminal", args=[terminal.key]))
    if visit.state != TerminalVisit.State.PROVED:
        return HttpResponse(status=204)
    return _go(reverse("terminal_proof", args=[terminal.key]))


def _enter(request: HttpRequest, terminal: Terminal, proved: TerminalVisit) -> HttpResponse:
    """Begin the session of a visit that was proved; a second press at the same moment finds it over."""
    try:
        visit = visit_actions.open_visit(actor_of(request), visit_id=proved.pk)
    except errors.VisitOver:
        request.session.pop(ASKED, None)
        return redirect("terminal", terminal.key)
    account = queries.account_of(visit)
    assert account is not None
    request.session.pop(ASKED, None)
    record_authentication(request, account, method="terminal")
    adapter = get_adapter()
    adapter.login(request, account)
    request.session[VISIT_KEY], request.session[TERMINAL_KEY] = str(visit.pk), terminal.key
    request.session.set_expiry(int(queries.terms().limit.total_seconds()))
    menu = reverse("terminal_menu", args=[terminal.key])
    response: HttpResponse = adapter.post_login(
        request, account, email_verification="none", signal_kwargs=None, email=None, signup=False, redirect_url=menu
    )
    visit_actions.bind_session(actor_for(account), visit=visit, session_key=request.session.session_key or "")
    return response


@require_POST
@at_terminal
def terminal_stay(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """“我还在”, or a touch of the screen."""
    return HttpResponse(status=204)


@require_POST
@machine_page
def terminal_leave(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """The end: the session is deleted where it lives, and the browser is told to forget."""
    visit = visit_of(request)
    if visit is not None:
        why = TerminalVisit.End.LEFT if request.POST.get("why") == "left" else TerminalVisit.End.DONE
        visit_actions.end_visit(actor_of(request), visit_id=visit.pk, why=why)
    logout(request)
    response = redirect("terminal", terminal.key)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
