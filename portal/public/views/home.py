"""The home page."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.queries import own_cases
from certificates.queries import visible_certificates
from identity.actor import Actor
from identity.mandates.queries import principals_of, waiting_for
from identity.queries import represented_organisations
from portal.access import actor_of
from services.browsing import counts, hot_items
from services.bundles.queries import offered

_HOT = 8
_OF_EACH = 3
_BUNDLES = 6
_NEW_DAYS = 14
_DEPARTMENTS = 60  # a province has thousands; the others are found by searching


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that needs the person's attention."""

    mark: str
    title: str
    why: str
    url: str
    action: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One search box, what needs attention, and ways to browse."""
    actor = actor_of(request)
    offered_items = counts()
    context = {
        "nav": "home",
        "hot": hot_items(_HOT),
        "bundles": offered()[:_BUNDLES],
        "themes": {"person": offered_items.themes_of("p"), "organisation": offered_items.themes_of("o")},
        "departments": offered_items.departments[:_DEPARTMENTS],
        "department_count": len(offered_items.departments),
        "more_departments": max(0, len(offered_items.departments) - _DEPARTMENTS),
        "item_count": offered_items.items,
        "matters": matters(actor) if actor.is_citizen else [],
        "may_switch": _may_switch(actor),
    }
    return render(request, "public/home.html", context)


def _may_switch(actor: Actor) -> bool:
    if actor.person_id is None:
        return False
    return represented_organisations(actor.person_id).exists() or principals_of(actor.person_id).exists()


def matters(actor: Actor) -> list[Matter]:
    """Mandates to answer first, then corrections, drafts and new certificates (four queries)."""
    return [*_mandates(actor), *_corrections(actor), *_drafts(actor), *_new_certificates(actor, timezone.localdate())]


def _mandates(actor: Actor) -> list[Matter]:
    return [
        Matter(
            "ask",
            _("%(name)s 请您代办，等您答复") % {"name": mandate.principal.name},
            _("接受以后才能代办，随时可以解除。"),
            reverse("my_mandates"),
            _("去看看"),
        )
        for mandate in waiting_for(actor)[:_OF_EACH]
    ]


def _corrections(actor: Actor) -> list[Matter]:
    return [
        Matter(
            "fix",
            _("%(item)s：需要补正") % {"item": case.item_version.name},
            _("一次说清，只此一次；补正期间不计入办理时限。"),
            reverse("my_case", args=[case.pk]),
            _("去补正"),
        )
        for case in own_cases(actor, state="correcting")[:_OF_EACH]
    ]


def _drafts(actor: Actor) -> list[Matter]:
    return [
        Matter(
            "ask",
            _("%(item)s：还没有提交") % {"item": case.item_version.name},
            _("填过的内容都在，接着办就行。"),
            reverse("my_case", args=[case.pk]),
            _("接着办"),
        )
        for case in own_cases(actor, state="drafts")[:_OF_EACH]
    ]


def _new_certificates(actor: Actor, today: dt.date) -> list[Matter]:
    return [
        Matter(
            "cert",
            _("%(name)s已签发，存入我的证照") % {"name": certificate.type.name},
            _("以后办事用到它，不用再上传。"),
            reverse("certificate_detail", args=[certificate.pk]),
            _("查看"),
        )
        for certificate in visible_certificates(actor)[:_OF_EACH]
        if (today - certificate.issued_on).days <= _NEW_DAYS and certificate.state == certificate.State.VALID
    ]
