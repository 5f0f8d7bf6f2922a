"""How and for whom a visitor uses the site: senior mode and the principal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from identity.errors import NotRepresentative
from identity.mandates.actions import choose_principal as choose
from identity.mandates.queries import principals_of
from identity.queries import represented_organisations
from portal.access import actor_of, citizen_of_any_party
from portal.context import SENIOR_COOKIE
from portal.mandates import mandate_rows
from portal.middleware import PRINCIPAL_KEY
from portal.public.requests import safe_next

_YEAR = 365 * 24 * 60 * 60  # seconds


@require_POST
def set_mode(request: HttpRequest) -> HttpResponse:
    """Switch senior mode on or off; remembered for a year on this device."""
    response = redirect(safe_next(request, default="/"))
    mode = "senior" if request.POST.get("mode") == "senior" else "standard"
    response.set_cookie(SENIOR_COOKIE, mode, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_of_any_party
def choose_principal(request: HttpRequest) -> HttpResponse:
    """Choose between oneself, the organisations one represents, and whoever gave one a mandate."""
    actor = actor_of(request)
    target = safe_next(request, default="/")
    if request.method == "POST":
        request.session[PRINCIPAL_KEY] = str(choose(actor, principal_id=_chosen(request)))
        messages.success(request, _("办理身份已切换。"))
        return redirect(target)
    assert actor.person_id is not None
    context = {
        "organisations": list(represented_organisations(actor.person_id)),
        "mandates": mandate_rows(list(principals_of(actor.person_id))),
        "next": target,
    }
    return render(request, "public/principal.html", context)


def _chosen(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("principal_id", ""))
    except ValueError:
        raise NotRepresentative from None
