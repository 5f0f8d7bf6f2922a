"""目录: the directory as staff read it; an entry with its versions, and who implements it and who does not yet."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from common.formatting import action_label, code_label
from identity.reviewing.states import OPEN_VERSIONS, PUBLIC_VERSIONS
from portal.access import actor_of, staff_required
from portal.workbench.directory_forms import EntryFilterForm
from portal.workbench.item_forms import ITEM_TONES, STATE_TONES
from portal.workbench.pages import page_of, show
from portal.workbench.show.editing import history_of, step_buttons, version_row
from portal.workbench.version_page import version_number
from services.code_parts import catalog_parts, short_catalog
from services.codes import has_subs
from services.editing import directory_queries as directory
from services.editing.directory_queries import EntryFilter
from services.editing.entry_changes import operations_on_entry
from services.editing.entry_compare import elements, side_by_side
from services.errors import VersionNotFound
from services.models import DirectoryEntry, DirectoryVersion
from services.states import Standing


@require_safe
@staff_required
def entries(request: HttpRequest) -> HttpResponse:
    """The list, narrowed by what the address says."""
    actor = actor_of(request)
    form = EntryFilterForm(request.GET, departments=directory.guiding_departments())
    form.is_valid()  # a wrong value is left out
    given = form.cleaned_data
    department = given.get("department")
    wanted = EntryFilter(
        text=given.get("text", ""),
        item_type=given.get("item_type", ""),
        department_id=department.pk if department else None,
        industry=given.get("industry", ""),
        state=given.get("state", ""),
    )
    context = {
        "form": form,
        "page": page_of(request, directory.entries(actor, wanted)),
        "is_filtered": wanted != EntryFilter(),
        "may_write": directory.may_write(actor),
        "tones": ITEM_TONES,
    }
    return show(request, "workbench/directory/list.html", context, nav="items")


@require_safe
@staff_required
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry; ``?version=`` shows another version, ``?show=missing`` where nobody implements it yet."""
    actor = actor_of(request)
    found = directory.get_entry(actor, entry_id)
    versions = directory.versions_of_entry(actor, found)
    shown = _chosen(request, found, versions)
    manages = directory.may_manage_entry(actor, found)
    is_open = any(one.state in OPEN_VERSIONS for one in versions)
    context = {
        "entry": found,
        "manages": manages,
        "version": shown,
        "elements": [(label, said) for label, said in elements(shown) if said] if shown else [],
        "tone": STATE_TONES[shown.state] if shown else "plain",
        "standing_tone": ITEM_TONES.get(found.state, "plain"),  # type: ignore[call-overload]
        "versions": [version_row(one) for one in versions],
        "history": history_of(shown.history.all()) if shown and manages else [],
        "steps": step_buttons(directory.entry_steps_for(actor, shown)) if shown else [],
        "may_change": manages and not is_open and found.state != Standing.CANCELLED,
        "operations": [
            {"name": one.value, "label": action_label(one.label), "is_cancel": one.value == "cancel"}
            for one in (operations_on_entry(found) if manages and not is_open else [])
        ],
        "parts": catalog_parts(found.catalog_code),
        "short_code": short_catalog(found.catalog_code),
        "may_have_parts": manages and found.sub in ("000", "00Y") and found.state != Standing.CANCELLED,
        "may_add_item": directory.may_write(actor) and _is_usable(found),
        **_implementers(request, found),
    }
    return show(request, "workbench/directory/entry.html", context, nav="items")


def _is_usable(entry: DirectoryEntry) -> bool:
    is_whole = not has_subs(entry.catalog_code) and not entry.parts.exists()
    return entry.current_id is not None and entry.state == Standing.ACTIVE and is_whole


def _chosen(request: HttpRequest, entry: DirectoryEntry, versions: list[DirectoryVersion]) -> DirectoryVersion | None:
    """The version asked for, else the one in force, else the newest this actor may see."""
    asked = request.GET.get("version", "")
    if asked:
        number = version_number(asked)
        found = next((one for one in versions if one.version == number), None)
        if found is None:
            raise VersionNotFound
        return found
    in_force = next((one for one in versions if one.pk == entry.current_id), None)
    return in_force or (versions[0] if versions else None)


def _implementers(request: HttpRequest, entry: DirectoryEntry) -> dict[str, Any]:
    """Implementations with what the entry in force changes for each, or the regions that have none."""
    coverage = directory.coverage(entry)
    level = request.GET.get("level", "")
    level = level if level in {one.level.value for one in coverage} else ""
    is_missing = request.GET.get("show") == "missing"
    frame = {
        "coverage": [{"row": one, "label": code_label(one.level.label)} for one in coverage],
        "is_missing": is_missing,
        "level": level,
        "item_tones": ITEM_TONES,
    }
    if is_missing:
        return {**frame, "page": page_of(request, directory.missing_regions(entry, level))}
    page = page_of(request, directory.implementations(entry))
    moved = {one.item.pk: one for one in directory.moved_by_entry(entry, list(page.object_list))}
    rows = [{"item": item, "moved": moved.get(item.pk)} for item in page.object_list]
    return {**frame, "page": page, "rows": rows}


@require_safe
@staff_required
def compare(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Two versions of an entry side by side: ``?old=`` and ``?new=``, else the newest and the one in force before."""
    actor = actor_of(request)
    found = directory.get_entry(actor, entry_id)
    versions = directory.versions_of_entry(actor, found)
    if not versions:
        raise VersionNotFound
    new = _of(versions, request.GET.get("new", "")) or versions[0]
    earlier = [one for one in versions if one.version < new.version]
    in_force = next((one for one in earlier if one.state in PUBLIC_VERSIONS), None)
    old = _of(versions, request.GET.get("old", "")) or in_force or (earlier[0] if earlier else new)
    pairs = side_by_side(old, new)
    context = {
        "entry": found,
        "old": old,
        "new": new,
        "versions": versions,
        "changed": [one for one in pairs if one.is_changed],
        "same": [one for one in pairs if not one.is_changed],
    }
    return show(request, "workbench/directory/compare.html", context, nav="items")


def _of(versions: list[DirectoryVersion], asked: str) -> DirectoryVersion | None:
    if not asked:
        return None
    number = version_number(asked)
    found = next((one for one in versions if one.version == number), None)
    if found is None:
        raise VersionNotFound
    return found
