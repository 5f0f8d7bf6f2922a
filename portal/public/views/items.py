"""Reading the guide of an item."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases import application
from cases.counter.queries import bookable
from cases.queries import on_earlier_versions
from common.workdays import for_regions
from identity.actor import PUBLIC, Actor
from identity.models import Mandate
from identity.queries import represented_organisations
from portal.access import actor_of
from portal.context import SENIOR_COOKIE
from portal.downloads import attachment, file_response
from portal.public.guide import elements, pictures
from portal.public.guide.dates import hand_in
from portal.public.guide.fees import fees_in_words
from portal.public.guide.materials import download, material_rows
from portal.public.guide.places import places_of
from portal.public.materials import guide_materials
from portal.public.quota import guide_words
from portal.public.requests import new_request_key
from portal.public.structured import government_service
from portal.public.wording import limit_text, visits_text
from services.codes import Audience, ProjectType
from services.errors import ItemNotFound
from services.guides import queries as extras
from services.guides.changes import public_changes
from services.models import ItemVersion, ServiceItem
from services.queries import Guide, get_known_item, get_public_version, guide, is_open
from services.standing import closure, earlier_versions, replaced_on
from services.states import Operation

_FORMS = {"1": gettext_lazy("窗口办理"), "2": gettext_lazy("网上办理"), "3": gettext_lazy("快递办理")}


@require_safe
def item_guide(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Everything about one item, with the materials marked for the person who is signed in."""
    item = get_known_item(item_id)
    closed = closure(item)
    if closed and closed.kind == Operation.MERGE and len(closed.successors) == 1:
        messages.info(request, _("“%(name)s”已经合并到这个事项。") % {"name": item.name})
        return redirect("item_guide", closed.successors[0].pk)
    shown = guide(item)
    actor = actor_of(request)
    context = guide_page(actor, shown, is_senior=_is_senior(request)) | _here_and_now(
        shown, is_closed=closed is not None
    )
    context |= {"closed": closed, "earlier": earlier_versions(item), "mine": on_earlier_versions(actor, shown.version)}
    if closed is None:
        context["may_look"] = bool(shown.version.steps or shown.situations)
        context["structured"] = government_service(request, shown, context["places"])
    return render(request, "public/guide.html", context)


@require_safe
def item_version(request: HttpRequest, code: str, version_number: int) -> HttpResponse:
    """What a version of an item said, for ever; the one in force has its own page."""
    item, shown = get_public_version(code, version_number)
    if item.current and item.current.pk == shown.version.pk and item.state != ServiceItem.State.CANCELLED:
        return redirect("item_guide", item.pk)
    context = guide_page(PUBLIC, shown, is_senior=_is_senior(request)) | {
        "is_old": True,
        "replaced_on": replaced_on(shown.version),
    }
    return render(request, "public/guide.html", context)


@require_safe
def item_changes(request: HttpRequest, code: str, version_number: int) -> HttpResponse:
    """What a version changed against the one before it, in words."""
    item, shown = get_public_version(code, version_number)
    found = public_changes(item, number=version_number)
    sections: dict[str, list[Any]] = {}
    for change in found.changes:
        sections.setdefault(change.section, []).append(change)
    context = {
        "nav": "items",
        "item": item,
        "version": shown.version,
        "found": found,
        "sections": list(sections.items()),
        "is_current": item.current is not None and item.current.pk == found.new.pk,
        "crumbs": [(_("首页"), "/"), (item.name, f"/items/{item.pk}/"), (_("改了什么"), "")],
    }
    return render(request, "public/changes.html", context)


@require_safe
def item_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Take a blank form or a sample home. Its bytes never change, so a browser that has them is told so."""
    row = extras.public_file(file_id)
    if quote_etag(row.sha256) in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified()
    stored = extras.open_file(row)
    return attachment(stored.content, media_type=row.media_type, name=stored.title, sha256=row.sha256, is_public=True)


def _is_senior(request: HttpRequest) -> bool:
    return request.COOKIES.get(SENIOR_COOKIE) == "senior"


def guide_page(actor: Actor, shown: Guide, *, is_senior: bool = False) -> dict[str, Any]:
    """What the guide's template shows, with materials marked for this actor; ``is_senior`` draws larger pictures."""
    rows, tally = guide_materials(shown, actor)
    version = shown.version
    files = extras.files_of(version)
    dressed = material_rows(rows, files)
    return {
        "nav": "items",
        "guide": shown,
        "version": version,
        "facts": _facts(shown),
        "flow": pictures.flow_picture(shown, is_senior=is_senior),
        "clock": pictures.clock_picture(shown, is_senior=is_senior),
        "always": [one for one in dressed if not one.row.condition],
        "sometimes": [one for one in dressed if one.row.condition],
        "result_files": [download(one) for one in files if one.kind == "result"],
        "tally": tally,
        "is_instant": version.project_type == ProjectType.INSTANT,
        "ways": elements.ways(shown),
        "fee_words": fees_in_words(shown),
        "pays_here": bool(settings.PAYMENT_GATEWAY),
        "limits": elements.limits(shown),
        "basics": elements.basics(shown),
        "remedies": elements.remedies(shown),
        "elsewhere": elements.elsewhere(shown),
        "quantity_limit": elements.said(version.quantity_limit),
        "forms": [_FORMS[code] for code in version.handle_forms if code in _FORMS],
        **entry_of(actor, shown),
        "qr": pictures.guide_qr(shown),
        "address": pictures.guide_address(shown),
        "crumbs": [(_("首页"), "/"), (_("找事项"), "/search/"), (version.name, "")],
    }


def entry_of(actor: Actor, shown: Guide) -> dict[str, Any]:
    """Whether this actor may begin here and now, and what keeps them from it."""
    return {
        "is_open": is_open(shown.item),
        "switch": _switch(actor, shown.item, shown.version),
        "level_problem": actor.is_citizen and actor.assurance_level < shown.version.assurance_level,
        "request_key": new_request_key(),
    }


def _here_and_now(shown: Guide, *, is_closed: bool) -> dict[str, Any]:
    """Halls with what is open now, places that are free, and the days when it is handed in today: only of the version
    in force."""
    now = timezone.localtime()
    windows = list(extras.windows_of(shown.item))
    region = shown.item.region.code
    calendars = for_regions([region, *(row.hall.region.code for row in windows)])
    return {
        "places": places_of(windows, calendars, now),
        "quota_words": [] if is_closed else guide_words(shown.item),
        "can_book": bool(windows) and bool(bookable(shown.item)),
        "hand_in": None if is_closed else hand_in(shown.version, now.date(), calendars[region]),
    }


def _facts(shown: Guide) -> list[tuple[str, str]]:
    version = shown.version
    fee = _("不收费") if shown.is_free else _("收费，见下方标准")
    return [
        (_("承诺办结"), limit_text(version, version.promise_days, version.promise_unit)),
        (_("法定办结"), limit_text(version, version.statutory_days, version.statutory_unit)),
        (_("跑动次数"), visits_text(version.visits)),
        (_("费用"), fee),
    ]


def _switch(actor: Actor, item: ServiceItem, version: ItemVersion) -> str:
    """Whether the applicant must be another: ``organisation`` (and they have one), ``none``, ``person`` or empty.

    ``mandate``: the mandate one acts under does not reach this item.
    """
    if not actor.is_citizen or actor.person_id is None:
        return ""
    if actor.scope and not actor.scope.covers_item(item.code):
        return "mandate"
    is_person = actor.principal_id == actor.person_id or actor.mandate_kind in {
        Mandate.Kind.PERSON,
        Mandate.Kind.GUARDIAN,
    }
    if is_person and Audience.PERSON not in version.audience:
        return "organisation" if represented_organisations(actor.person_id).exists() else "none"
    if not is_person and not set(version.audience) - {Audience.PERSON}:
        return "person"
    return ""


@require_safe
def blank_form(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The blank application form of an item, to print and fill in by hand."""
    item = get_known_item(item_id)
    version = item.current
    if version is None or not version.steps:
        raise ItemNotFound
    pdf = application.blank_form(version, department=item.department_name)
    name = _("%(name)s申请表（空白）") % {"name": version.name}
    return file_response(pdf, media_type="application/pdf", name=name)
