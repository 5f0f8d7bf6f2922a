"""Without sign-in: is this certificate good, and how far is this case?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.queries import find_by_number
from certificates.queries import Verification
from certificates.queries import verify as look_up
from portal.public.forms import ProgressForm, VerifyForm
from portal.public.lookups import is_over_limit, too_many

_TONES = {"valid": "good", "suspended": "warn", "cancelled": "bad", "expired": "bad"}


@require_safe
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a number; with one in the address, answer."""
    form = VerifyForm(_given(request))
    if not form.is_bound:
        return _verify_page(request, form)
    if not form.is_valid():
        return _verify_page(request, form, status=422)
    return _answer(request, form, form.cleaned_data["number"])


@require_safe
@never_cache
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """The address in the QR code."""
    return _answer(request, VerifyForm(), code)


def _answer(request: HttpRequest, form: VerifyForm, text: str) -> HttpResponse:
    if is_over_limit(request):
        return too_many(request)
    found = look_up(text)
    return _verify_page(request, form, found=found, asked=text, status=200 if found else 404)


def _verify_page(
    request: HttpRequest, form: VerifyForm, *, found: Verification | None = None, asked: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "asked": asked[:200],
        "tone": _TONES[found.state] if found else "bad",
        "meaning": _meaning(found),
    }
    return render(request, "public/verify.html", context, status=status)


def _meaning(found: Verification | None) -> str:
    if found is None:
        return ""
    return {
        "valid": _("这张证照现在有效。"),
        "suspended": _("这张证照被发证机关暂扣，暂扣期间不能使用。"),
        "cancelled": _("这张证照已经注销，不能再用。"),
        "expired": _("这张证照的有效期已过，不能再用。"),
    }[found.state]


@require_safe
@never_cache
def progress(request: HttpRequest) -> HttpResponse:
    """State and dates of a case by its number; nothing about who applied."""
    form = ProgressForm(_given(request))
    if not form.is_bound:
        return render(request, "public/progress.html", {"form": form})
    if not form.is_valid():
        return render(request, "public/progress.html", {"form": form}, status=422)
    if is_over_limit(request):
        return too_many(request)
    number = form.cleaned_data["number"]
    case = find_by_number(number)
    context = {"form": form, "case": case, "asked": number}
    return render(request, "public/progress.html", context, status=200 if case else 404)


def _given(request: HttpRequest) -> dict[str, str] | None:
    return {"number": request.GET["number"]} if "number" in request.GET else None
