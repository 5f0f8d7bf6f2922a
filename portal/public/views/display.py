"""客屏: the screen that faces the people at a window. Nobody signs in; a cookie of its own says which window it is."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.assisting import display_actions
from cases.assisting.errors import (
    AssistanceMoved,
    AssistanceNotFound,
    CodeWrong,
    DisplayUnknown,
    HandwritingUnusable,
    TooManyCodes,
)
from cases.assisting.queries import shown_on
from common.addresses import client_address
from common.errors import NotFound
from portal.access import actor_of

COOKIE = "window_display"


class CodeForm(forms.Form):
    """The code that stands on the clerk's desk."""

    code = forms.CharField(
        label=_("配对码"),
        max_length=20,
        help_text=_("8 位数字，在窗口工作人员的屏幕上"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
        error_messages={"required": _("请输入配对码。"), "max_length": _("配对码是 8 位数字。")},
    )


def _key(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")[:64]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def display(request: HttpRequest) -> HttpResponse:
    """What the window shows the people now; a screen that is not connected asks for the code."""
    if request.method == "POST":
        return _bind(request)
    try:
        shown = shown_on(_key(request))
    except DisplayUnknown:
        return _code_page(request, CodeForm())
    return render(request, "public/hall/display.html", {"shown": shown})


def _bind(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form, 422)
    try:
        key = display_actions.bind_display(
            actor_of(request), code=form.cleaned_data["code"], address=client_address(request)
        )
    except (CodeWrong, TooManyCodes) as error:
        form.add_error("code", forms.ValidationError(f"{error.text}{error.what_to_do}", code=error.code))
        return _code_page(request, form, error.http_status)
    response = redirect("display")
    response.set_cookie(
        COOKIE,
        key,
        max_age=settings.COUNTER_DISPLAY_HOURS * 3600,
        path="/display/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _code_page(request: HttpRequest, form: CodeForm, status: int = 200) -> HttpResponse:
    return render(request, "public/hall/display_code.html", {"form": form}, status=status)


@never_cache
@require_safe
def display_now(request: HttpRequest) -> HttpResponse:
    """Whether the screen is still up to date: 204, or the word to load it again."""
    try:
        mark = shown_on(_key(request)).mark
    except DisplayUnknown:
        mark = "unbound"
    if request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Refresh": "true"})


@never_cache
@require_POST
def display_answer(request: HttpRequest) -> HttpResponse:
    """What the person pressed. What came too late is not done: the screen shows how it is now."""
    try:
        assistance_id = UUID(request.POST.get("assistance", ""))
    except ValueError:
        raise NotFound from None
    actor, key = actor_of(request), _key(request)
    said = request.POST.get("say", "")
    try:
        if said in {"agree", "decline"}:
            display_actions.answer(actor, key=key, assistance_id=assistance_id, is_agreed=said == "agree")
        elif said == "confirm":
            digest = request.POST.get("digest", "")
            written = request.POST.get("written", "")
            display_actions.confirm(actor, key=key, assistance_id=assistance_id, digest=digest, written=written)
        elif said == "stop":
            display_actions.withdraw(actor, key=key, assistance_id=assistance_id)
        else:
            raise NotFound
    except (AssistanceMoved, AssistanceNotFound):
        return redirect("display")
    except HandwritingUnusable as error:
        context = {"shown": shown_on(key), "problem": f"{error.text}{error.what_to_do}"}
        return render(request, "public/hall/display.html", context, status=error.http_status)
    return redirect("display")
