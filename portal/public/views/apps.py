"""授权的应用: which apps may read one's data, and taking that back."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from identity.models import Consent
from identity.sso import actions, queries
from identity.sso.scopes import TABLE, in_order
from portal.access import actor_of, citizen_required
from portal.public.requests import page_number

_PER_PAGE = 20


@never_cache
@require_safe
@citizen_required
def my_apps(request: HttpRequest) -> HttpResponse:
    """Every agreement in force, newest first."""
    page = Paginator(queries.consents(actor_of(request)), _PER_PAGE).get_page(page_number(request))
    return render(request, "public/apps.html", {"page": page, "rows": [_row(consent) for consent in page]})


def _row(consent: Consent) -> dict[str, object]:
    profile = consent.profile
    return {
        "consent": consent,
        "name": profile.client.name,
        "department": profile.department.name,
        "purpose": profile.purpose,
        "scopes": [TABLE[scope].name for scope in in_order(consent.scopes)],
    }


@require_POST
@citizen_required
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Take an agreement back; the page asked once more before."""
    consent = actions.revoke_consent(actor_of(request), consent_id=consent_id)
    messages.success(request, _("已收回对“%(app)s”的授权，立即生效。") % {"app": consent.profile.client.name})
    return redirect("my_apps")
