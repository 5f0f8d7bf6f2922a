"""新增事项: pick an entry of the directory, see the code that will be made, and start the first draft."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import Conflict, DomainError, Forbidden, Invalid
from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.workbench.directory_forms import HandlingForm, NewItemForm, PickForm
from portal.workbench.pages import new_request_key, page_of, show
from portal.workbench.staff_forms import refuse
from services.code_parts import handle_parts, task_parts
from services.editing import directory_queries, items, queries
from services.models import DirectoryEntry, ItemVersion

_page_methods = require_http_methods(["GET", "HEAD", "POST"])


@_page_methods
@staff_required
def new(request: HttpRequest) -> HttpResponse:
    """Pick an entry (``?text=``, then ``?entry=``), a body and a level; ``look`` shows the code before it is made."""
    actor = actor_of(request)
    if not directory_queries.may_write(actor):
        raise Forbidden
    entry = directory_queries.find_entry(actor, request.GET.get("entry", ""))
    if entry is None:
        return _picker(request, actor)
    return _form_page(request, actor, entry)


def _picker(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = PickForm(request.GET)
    form.is_valid()  # too long a text is left out
    text = form.cleaned_data.get("text", "")
    page = page_of(request, directory_queries.usable_entries(actor, text))
    context = {"form": form, "text": text, "page": page}
    return show(request, "workbench/directory/pick.html", context, nav="items")


def _form_page(request: HttpRequest, actor: Actor, entry: DirectoryEntry) -> HttpResponse:
    departments = directory_queries.managed_departments(actor)
    region = request.GET.get("region", "")
    first = next((one for one in departments if one.region.code == region), None)
    form = NewItemForm(
        request.POST or None, departments=departments, initial={"department": first.pk if first else None}
    )
    parts: list[Any] = []
    conflict: DomainError | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if "look" in request.POST:
                    code = items.code_for(actor, entry=entry, **_where(form))
                    parts, status = task_parts(code), 200
                else:
                    key = request.POST.get("request_key", "")
                    draft = items.add_item(
                        actor,
                        catalog_code=entry.catalog_code,
                        local_code=form.cleaned_data["local_code"],
                        request_key=key,
                        **_where(form),
                    )
                    messages.success(
                        request, _("事项已经建好，编码 %(code)s。接着写第 1 版。") % {"code": draft.item.code}
                    )
                    return _to_draft(draft)
            except Invalid as error:
                refuse(form, error)
            except Conflict as error:
                conflict, status = error, error.http_status
    context = {
        "form": form,
        "entry": entry,
        "parts": parts,
        "conflict": conflict,
        "is_checked": status != 200,
        "has_departments": bool(departments),
        "request_key": request.POST.get("request_key") or new_request_key(),
    }
    return show(request, "workbench/directory/new_item.html", context, nav="items", status=status)


def _where(form: NewItemForm) -> dict[str, Any]:
    return {"department": form.cleaned_data["department"], "use_level": form.cleaned_data["use_level"]}


def _to_draft(draft: ItemVersion) -> HttpResponse:
    return redirect(f"{reverse('workbench_item', args=[draft.item_id])}?version={draft.version}")


@_page_methods
@staff_required
def handling(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Add a 业务办理项 under an item; its 33-character code is shown before it is made."""
    actor = actor_of(request)
    parent = queries.get_item(actor, item_id)
    if not queries.may_manage(actor, parent):
        raise Forbidden
    form = HandlingForm(request.POST or None, initial={"name": f"{parent.name}（）"})
    conflict: DomainError | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                key = request.POST.get("request_key", "")
                draft = items.add_handling_item(
                    actor, item_id=parent.pk, name=form.cleaned_data["name"], request_key=key
                )
            except Invalid as error:
                refuse(form, error)
            except Conflict as error:
                conflict, status = error, error.http_status
            else:
                messages.success(request, _("业务办理项已经建好，编码 %(code)s。") % {"code": draft.item.code})
                return _to_draft(draft)
    code = items.next_handle_code(parent)
    context = {
        "form": form,
        "parent": parent,
        "parts": handle_parts(code)[-1:] if code else [],
        "code": code,
        "conflict": conflict,
        "is_checked": status != 200,
        "request_key": request.POST.get("request_key") or new_request_key(),
    }
    return show(request, "workbench/directory/handling.html", context, nav="items", status=status)
