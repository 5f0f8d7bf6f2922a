"""Views of the worklist under a name: kept, renamed, chosen to begin with, removed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.lists import actions
from cases.lists.filters import WorklistFilter
from cases.lists.saved import get_view, may_share, views_for
from common.errors import Conflict, Invalid, NotFound
from portal.access import actor_of, staff_required
from portal.workbench.list_forms import ViewForm
from portal.workbench.pages import show


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def views(request: HttpRequest) -> HttpResponse:
    """All the views one has; a POST keeps another one and leads back to the list it was made from."""
    actor = actor_of(request)
    form = ViewForm(request.POST or None, may_share=may_share(actor))
    conflict = None
    if request.method == "POST" and form.is_valid():
        kept = form.cleaned_data
        try:
            view = actions.save_view(
                actor, name=kept["name"], query=kept["query"], is_shared=kept.get("is_shared", False)
            )
        except Invalid as error:
            form.add_error("name", error.text)
        except Conflict as error:
            conflict = error
        else:
            messages.success(request, _("视图已保存。"))
            return redirect(f"{reverse('worklist')}?{view.query}")
    rows = [
        {"view": one, "url": f"{reverse('worklist')}?{one.query}", "may_change": not one.post_id or may_share(actor)}
        for one in views_for(actor)
    ]
    status = 200 if request.method != "POST" else conflict.http_status if conflict else 422
    context = {"rows": rows, "form": form if request.method == "POST" else None, "conflict": conflict}
    return show(request, "workbench/views/list.html", context, nav="worklist", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Rename one view."""
    actor = actor_of(request)
    row = get_view(actor, view_id)
    form = ViewForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_view(actor, view_id=view_id, name=form.cleaned_data["name"])
        except Invalid as error:
            form.add_error("name", error.text)
        else:
            messages.success(request, _("名字改好了。"))
            return redirect("saved_views")
    context = {"row": row, "form": form, "shows": f"{reverse('worklist')}?{WorklistFilter.of_query(row.query).query}"}
    status = 422 if request.method == "POST" else 200
    return show(request, "workbench/views/view.html", context, nav="worklist", status=status)


@require_POST
@staff_required
def step(request: HttpRequest, view_id: UUID, action: str) -> HttpResponse:
    """Remove a view, begin with it from now on, or no longer."""
    actor = actor_of(request)
    if action == "remove":
        actions.remove_view(actor, view_id=view_id)
        messages.success(request, _("视图已删除。"))
    elif action == "default":
        actions.set_default_view(actor, view_id=view_id)
        messages.success(request, _("以后打开待办先看这个视图。"))
    elif action == "plain":
        actions.set_default_view(actor, view_id=None)
        messages.success(request, _("以后打开待办先看等您办的。"))
    else:
        raise NotFound
    return redirect("saved_views")
