"""应用整合: one function, the items that are proposed for it and confirmed, and its old links."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.workbench.legacy_forms import FunctionForm, FunctionStepForm, LinkForm
from portal.workbench.pages import show
from portal.workbench.step_page import StepPage
from portal.workbench.views.legacy import reader
from services.legacy import actions, queries
from services.legacy.states import LEADING_PLANS, Decision
from services.models import LegacyFunction

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_LONGEST_QUERY = 60


@require_safe
@staff_required
def function(request: HttpRequest, function_id: UUID) -> HttpResponse:
    """What the function does, its items, suggestions from the search, and its old links."""
    reader(request)
    return _page(request, queries.get_function(actor_of(request), function_id))


def _page(
    request: HttpRequest,
    found: LegacyFunction,
    *,
    step_form: FunctionStepForm | None = None,
    link_form: LinkForm | None = None,
    conflict: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    mappings = queries.mappings_of(found)
    manages = queries.may_manage(actor, found.app)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST_QUERY]
    taken = frozenset(mapping.item_id for mapping in mappings)
    plan = found.app.plan
    context = {
        "function": found,
        "app": found.app,
        "mappings": mappings,
        "manages": manages,
        "suggestions": queries.suggestions(found, text=text, taken=taken) if manages else [],
        "q": text,
        "links": list(found.links.all()),
        "visits": queries.visits_of(found),
        "leads": bool(mappings) and plan and plan.state in LEADING_PLANS and plan.decision != Decision.KEEP,
        "address": request.build_absolute_uri(reverse("old_link", args=[f"{found.slug}/"])),
        "step_form": step_form,
        "reason_form": step_form
        if step_form and "reason" in step_form.fields
        else FunctionStepForm(action="unmappable"),
        "link_form": link_form or LinkForm(),
        "conflict": conflict,
    }
    return show(request, "workbench/legacy/function.html", context, nav="management", status=status)


@require_POST
@staff_required
def step(request: HttpRequest, function_id: UUID, action: str) -> HttpResponse:
    """Confirm or drop an item, say why there is none, take that back, add or remove an old link."""
    actor = actor_of(request)
    reader(request)
    found = queries.get_function(actor, function_id)
    if not queries.may_manage(actor, found.app):
        raise Forbidden
    if action in ("link", "unlink"):
        return _link(request, actor, found, action)
    if action not in _SAID:
        raise NotFound
    form = FunctionStepForm(request.POST, action=action)
    if not form.is_valid():
        return _page(request, found, step_form=form, status=422)
    try:
        _take(actor, found, action, form.cleaned_data)
    except Invalid as error:
        _tell(form, error)
        return _page(request, found, step_form=form, status=422)
    except Conflict as error:
        return _page(request, found, conflict=error, status=409)
    messages.success(request, _SAID[action]())
    return redirect("legacy_function", found.pk)


_SAID = {
    "confirm": lambda: _("已确认对应的事项。"),
    "drop": lambda: _("已去掉。"),
    "unmappable": lambda: _("已写明没有对应的事项。"),
    "reopen": lambda: _("已改回待对应。"),
}


def _take(actor: Actor, found: LegacyFunction, action: str, given: dict[str, Any]) -> None:
    common: dict[str, Any] = {"function_id": found.pk, "expected_revision": given["revision"]}
    if action == "unmappable":
        actions.set_unmappable(actor, reason=given["reason"], **common)
    elif action == "reopen":
        actions.reopen_function(actor, **common)
    elif given["item"] is None:
        raise NotFound
    elif action == "confirm":
        actions.confirm_item(actor, item_id=given["item"], **common)
    else:
        actions.drop_item(actor, item_id=given["item"], **common)


def _tell(form: Any, error: Invalid) -> None:
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields and not form.fields[name].widget.is_hidden else None, str(text))


def _link(request: HttpRequest, actor: Actor, found: LegacyFunction, action: str) -> HttpResponse:
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _page(request, found, link_form=form, status=422)
    address = form.cleaned_data["address"]
    try:
        if action == "link":
            actions.add_link(actor, function_id=found.pk, address=address)
        else:
            actions.remove_link(actor, function_id=found.pk, address=address)
    except Invalid as error:
        _tell(form, error)
        return _page(request, found, link_form=form, status=422)
    except Conflict as error:
        return _page(request, found, link_form=form, conflict=error, status=409)
    messages.success(request, _("旧网址已登记。") if action == "link" else _("旧网址已去掉。"))
    return redirect("legacy_function", found.pk)


@_page_methods
@staff_required
def function_new(request: HttpRequest, app_id: UUID) -> HttpResponse:
    """Register a function of an app."""
    actor = reader(request)
    app = queries.get_app(actor, app_id)
    if not queries.may_manage(actor, app):
        raise Forbidden
    form = FunctionForm(request.POST or None)
    made: list[LegacyFunction] = []

    def act() -> str:
        made.append(actions.add_function(actor, app_id=app.pk, facts=form.facts()))
        return _("功能已登记。看看哪个事项能办它。")

    back = reverse("workbench_legacy_app", args=[app.pk])
    title = _("登记“%(name)s”的功能") % {"name": app.name}
    page = StepPage(request, form, title, _("保存"), back, nav="management")
    return page.answer(act, done=lambda: redirect("legacy_function", made[0].pk))


@_page_methods
@staff_required
def edit(request: HttpRequest, function_id: UUID) -> HttpResponse:
    """Change what is registered about a function."""
    actor = reader(request)
    found = queries.get_function(actor, function_id)
    if not queries.may_manage(actor, found.app):
        raise Forbidden
    names = [name for name in FunctionForm.base_fields if name != "revision"]
    initial = {name: getattr(found, name) for name in names} | {"revision": found.revision}
    form = FunctionForm(request.POST or None, initial=initial)

    def act() -> str:
        revision = form.cleaned_data["revision"] or 0
        actions.change_function(actor, function_id=found.pk, facts=form.facts(), expected_revision=revision)
        return _("已经改好。")

    back = reverse("legacy_function", args=[found.pk])
    title = _("修改“%(name)s”") % {"name": found.name}
    page = StepPage(request, form, title, _("保存"), back, nav="management")
    return page.answer(act, done=lambda: redirect("legacy_function", found.pk))
