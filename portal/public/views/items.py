"""Reading the guide of an item."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases import application
from common.formatting import code_label
from identity.actor import PUBLIC, Actor
from identity.models import Mandate
from identity.queries import represented_organisations
from portal.access import actor_of
from portal.public.files import file_response
from portal.public.materials import guide_materials
from portal.public.requests import new_request_key
from portal.public.structured import government_service
from portal.public.wording import limit_text, visits_text
from services.codes import Audience, ProjectType
from services.errors import ItemNotFound
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
    context = _guide_page(actor_of(request), shown) | {"closed": closed, "earlier": earlier_versions(item)}
    if closed is None:
        context["structured"] = government_service(request, shown)
    return render(request, "public/guide.html", context)


@require_safe
def item_version(request: HttpRequest, code: str, version_number: int) -> HttpResponse:
    """What a version of an item said, for ever; the one in force has its own page."""
    item, shown = get_public_version(code, version_number)
    if item.current and item.current.pk == shown.version.pk and item.state != ServiceItem.State.CANCELLED:
        return redirect("item_guide", item.pk)
    context = _guide_page(PUBLIC, shown) | {"is_old": True, "replaced_on": replaced_on(shown.version)}
    return render(request, "public/guide.html", context)


def _guide_page(actor: Actor, shown: Guide) -> dict[str, Any]:
    rows, tally = guide_materials(shown, actor)
    version = shown.version
    return {
        "nav": "items",
        "guide": shown,
        "version": version,
        "facts": _facts(shown),
        "flow": _flow(shown),
        "always": [row for row in rows if not row.condition],
        "sometimes": [row for row in rows if row.condition],
        "tally": tally,
        "is_open": is_open(shown.item),
        "is_instant": version.project_type == ProjectType.INSTANT,
        "audience": [code_label(name) for name in shown.audience],
        "themes": [code_label(name) for name in shown.themes],
        "forms": [_FORMS[code] for code in version.handle_forms if code in _FORMS],
        "switch": _switch(actor, shown.item, version),
        "level_problem": actor.is_citizen and actor.assurance_level < version.assurance_level,
        "request_key": new_request_key(),
        "crumbs": [(_("首页"), "/"), (_("找事项"), "/search/"), (version.name, "")],
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


def _flow(shown: Guide) -> list[dict[str, str]]:
    version = shown.version
    instant = version.project_type == ProjectType.INSTANT
    notes = {
        "受理": _("当场答复") if instant else _("5 个工作日内答复"),
        "决定": limit_text(version, version.promise_days, version.promise_unit),
    }
    names = {"申请": _("申请"), "受理": _("受理"), "审查": _("审查"), "决定": _("决定"), "送达": _("送达")}
    labels = version.flow or ["申请", "受理", "审查", "决定", "送达"]
    return [{"label": names.get(label, label), "note": notes.get(label, "")} for label in labels]


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
