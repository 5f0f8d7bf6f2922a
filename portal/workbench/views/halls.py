"""办事大厅: the halls a department looks after, and the windows of an item."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, Forbidden, Invalid
from identity.halls import actions, queries
from identity.models import Hall
from portal.access import actor_of, staff_required
from portal.workbench.guide_forms import HallForm, WindowsForm, hall_initial
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.staff_forms import refuse
from services.editing import queries as editing
from services.guides import actions as guides

_page_methods = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_required
def halls(request: HttpRequest) -> HttpResponse:
    """The halls this post looks after."""
    text = request.GET.get("text", "")[:100]
    page = page_of(request, queries.kept_halls(actor_of(request), text=text))
    return show(request, "workbench/halls.html", {"page": page, "text": text}, nav="management")


@_page_methods
@staff_required
def hall_new(request: HttpRequest) -> HttpResponse:
    """Open a hall."""
    return _hall_page(request, None)


@_page_methods
@staff_required
def hall(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Change a hall."""
    return _hall_page(request, queries.get_kept_hall(actor_of(request), hall_id))


def _hall_page(request: HttpRequest, found: Hall | None) -> HttpResponse:
    actor = actor_of(request)
    first = hall_initial(found) if found else {"day_1": "9:00-12:00，13:00-17:00"}
    first["request_key"] = new_request_key()
    form = HallForm(
        request.POST if request.method == "POST" else None,
        initial=first,
        departments=queries.kept_departments(actor),
        regions=queries.regions_for(actor),
    )
    status, conflict = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = actions.save_hall(
                    actor,
                    details=form.details(),
                    hall_id=found.pk if found else None,
                    expected_revision=form.cleaned_data["revision"],
                    request_key=form.cleaned_data["request_key"],
                )
            except Conflict as error:
                status, conflict = error.http_status, error
            except Invalid as error:
                refuse(form, error)
                status = error.http_status
            else:
                messages.success(request, _("已保存，马上在办事指南上生效。"))
                return redirect("hall", saved.pk)
    context = {"form": form, "hall": found, "conflict": conflict}
    return show(request, "workbench/hall.html", context, nav="management", status=status)


@require_POST
@staff_required
def hall_state(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Take a hall off the guides, or put it back."""
    actor = actor_of(request)
    found = queries.get_kept_hall(actor, hall_id)
    try:
        actions.set_hall_in_use(actor, hall_id=found.pk, in_use=not found.is_active)
    except Invalid as error:
        messages.error(request, next(iter(map(str, error.fields.values())), error.text))
    else:
        messages.success(request, _("已停用，指南上不再显示。") if found.is_active else _("已重新启用。"))
    return redirect("hall", hall_id)


@_page_methods
@staff_required
def item_windows(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Say in which halls an item is done."""
    actor = actor_of(request)
    item = editing.get_item(actor, item_id)
    if not editing.may_manage(actor, item):
        raise Forbidden
    known = {row.hall_id: row.window for row in item.windows.all()}
    near = list(queries.halls_near(item.region))
    near.sort(key=lambda one: list(known).index(one.pk) if one.pk in known else len(known))
    first = {f"hall_{pk}": True for pk in known} | {f"window_{pk}": window for pk, window in known.items()}
    form = WindowsForm(request.POST if request.method == "POST" else None, initial=first, halls=near)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                guides.set_windows(actor, item_id=item.pk, windows=form.windows())
            except Invalid as error:
                refuse(form, error)
            else:
                messages.success(request, _("已保存，马上在办事指南上生效。"))
                return redirect("workbench_item", item.pk)
    context = {"form": form, "item": item, "halls": near}
    return show(request, "workbench/item_windows.html", context, nav="items", status=status)
