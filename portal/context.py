"""Template context of every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from identity.actor import PUBLIC, Actor
from identity.models import Mandate
from identity.passkeys import relying_party_id
from identity.upstream import configured

SENIOR_COOKIE = "mode"


def _role(actor: Actor) -> str:
    """In which role, and how far, a citizen acts for another party."""
    if not actor.mandate_kind:
        return _("您是法定代表人（经营者）")
    role = _("您是%(role)s") % {"role": Mandate.Kind(actor.mandate_kind).label}
    if actor.scope is None or not actor.scope.is_limited:
        return role + _("，不看证照和材料") if actor.is_wallet_shut else role
    return role + (_("，只办一件办件") if actor.scope.case_number else _("，只办指定事项"))


def portal(request: HttpRequest) -> dict[str, Any]:
    """Add the actor, whom they act for, senior mode and the site's name."""
    actor = getattr(request, "actor", PUBLIC)
    acting = None
    if actor.is_citizen and not actor.is_assisted and actor.principal_id != actor.person_id:
        acting = {
            "name": actor.principal_name,
            "role_label": _role(actor),
            "switch_url": reverse("choose_principal"),
            "own_id": actor.person_id,
        }
    assisting = None
    if actor.is_assisted:
        assisting = {
            "name": actor.principal_name,
            "window": actor.assisted_at,
            "url": reverse("assistance", args=[actor.assistance_id]),
        }
    return {
        "actor": actor,
        "assisting": assisting,
        "acting": acting,
        "senior_mode": request.COOKIES.get(SENIOR_COOKIE) == "senior",
        "SITE_NAME": _("示范市政务服务"),
        "is_demo": settings.DEMO,
        "upstream_name": upstream.name if (upstream := configured()) else "",
        "passkey_host": relying_party_id(),
    }
