"""地区、部门和岗位: the tree by region, and a form for each place."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, Invalid, NotFound
from identity.actor import Actor
from identity.models import Department, Post, Region
from identity.staff import queries
from identity.staff.actions import places as actions
from portal.access import actor_of, fresh_sign_in, staff_required
from portal.workbench.pages import show
from portal.workbench.staff_forms import DepartmentForm, PostForm, RegionForm, refuse

_KINDS = ("region", "department", "post")
Place = Region | Department | Post


@require_safe
@staff_required
def places(request: HttpRequest) -> HttpResponse:
    """One region with the way up, the regions right below, and its departments with their posts."""
    actor = actor_of(request)
    region = queries.find_region(actor, request.GET.get("region", ""))
    departments = queries.departments_in(actor, region) if region else list(queries.managed_departments(actor)[:100])
    context = {
        "region": region,
        "above": _above(region),
        "children": queries.regions_under(actor, region),
        "departments": departments,
    }
    return show(request, "workbench/staff/places.html", context, nav="management")


def _above(region: Region | None) -> list[Region]:
    found: list[Region] = []
    while region is not None and region.parent is not None:
        region = region.parent
        found.insert(0, region)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def place_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Open a region, department or post."""
    if kind not in _KINDS:
        raise NotFound
    initial = {key: request.GET[key] for key in ("parent", "region", "department") if key in request.GET}
    return _form_page(request, kind, None, initial)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@fresh_sign_in
def place(request: HttpRequest, kind: str, place_id: UUID) -> HttpResponse:
    """Change a region, department or post."""
    found = _get(actor_of(request), kind, place_id)
    return _form_page(request, kind, found, _values(found))


@require_POST
@staff_required
@fresh_sign_in
def place_state(request: HttpRequest, kind: str, place_id: UUID) -> HttpResponse:
    """Take a place out of use, or put it back."""
    actor = actor_of(request)
    found = _get(actor, kind, place_id)
    try:
        if found.is_active:
            actions.close_place(actor, place=found)
        else:
            actions.open_place(actor, place=found)
    except Conflict as error:
        return _form_page(request, kind, found, _values(found), conflict=error)
    messages.success(request, _("已停用。") if found.is_active else _("已重新启用。"))
    return redirect("place", kind, place_id)


def _get(actor: Actor, kind: str, place_id: UUID) -> Place:
    if kind == "region":
        return queries.get_region(actor, place_id)
    if kind == "department":
        return queries.get_department(actor, place_id)
    if kind == "post":
        return queries.get_post(actor, place_id)
    raise NotFound


def _values(place: Place) -> dict[str, Any]:
    if isinstance(place, Region):
        return {"code": place.code, "name": place.name, "level": place.level, "parent": place.parent_id}
    if isinstance(place, Department):
        return {"uscc": place.uscc, "name": place.name, "short_name": place.short_name, "region": place.region_id}
    serves = [row.pk for row in place.serves.all()]
    return {"department": place.department_id, "name": place.name, "serves": serves}


def _form(actor: Actor, kind: str, found: Place | None, data: Any, initial: dict[str, Any]) -> forms.Form:
    form: forms.Form
    if kind == "region":
        form = RegionForm(data, initial=initial, regions=queries.all_regions(actor))
        fixed = ["code"]
    elif kind == "department":
        form = DepartmentForm(data, initial=initial, regions=queries.all_regions(actor))
        fixed = ["uscc"]
    else:
        form = PostForm(data, initial=initial, departments=queries.managed_departments(actor))
        fixed = ["department"]
    for name in fixed:
        form.fields[name].disabled = found is not None  # what a place is known by never changes
    return form


def _save(actor: Actor, kind: str, found: Place | None, sent: dict[str, Any]) -> Place:
    if kind == "region":
        return actions.save_region(actor, **sent)
    if kind == "department":
        return actions.save_department(actor, **sent)
    if isinstance(found, Post):
        post = actions.rename_post(actor, post=found, name=sent["name"])
    else:
        post = actions.save_post(actor, department=sent["department"], name=sent["name"])
    actions.set_served_departments(actor, post=post, departments=sent["serves"] or [sent["department"]])
    return post


def _form_page(
    request: HttpRequest, kind: str, found: Place | None, initial: dict[str, Any], *, conflict: Conflict | None = None
) -> HttpResponse:
    actor = actor_of(request)
    is_sent = request.method == "POST" and conflict is None
    form = _form(actor, kind, found, request.POST if is_sent else None, initial)
    status = conflict.http_status if conflict else 200
    if is_sent:
        status = 422
        if form.is_valid():
            try:
                saved = _save(actor, kind, found, form.cleaned_data)
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.http_status
            else:
                messages.success(request, _("已保存。"))
                return redirect("place", kind, saved.pk)
    titles = {"region": _("地区"), "department": _("部门"), "post": _("岗位")}
    context = {"kind": kind, "place": found, "form": form, "conflict": conflict, "title": titles[kind]}
    return show(request, "workbench/staff/place.html", context, nav="management", status=status)
