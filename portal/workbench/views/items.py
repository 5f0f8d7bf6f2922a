"""事项: the catalogue as staff read it, and the reports of imports."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.formatting import code_label, format_list
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, staff_required
from portal.workbench.forms import ItemFilterForm
from portal.workbench.pages import page_of, show
from portal.workbench.show.editing import desk_of
from services import queries
from services.editing import queries as editing
from services.errors import VersionNotFound
from services.lint.queries import may_read
from services.models import ItemVersion, MaterialRequirement, ServiceItem


@require_safe
@staff_required
def item_list(request: HttpRequest) -> HttpResponse:
    """Items of the departments the post manages, or all of them to read."""
    actor = actor_of(request)
    form = ItemFilterForm(request.GET)
    form.is_valid()  # a wrong value is left out
    manages = _manages(actor)
    scope = form.cleaned_data.get("scope") or ("managed" if manages else "all")
    text = form.cleaned_data.get("text", "")
    rows = queries.items_for_staff(actor, managed_only=scope == "managed", text=text)
    context = {
        "form": form,
        "scope": scope,
        "scopes": _scopes(scope) if manages else [],
        "text": text,
        "page": page_of(request, rows),
        "manages": manages,
        "may_check": may_read(actor),
    }
    return show(request, "workbench/items.html", context, nav="items")


def _manages(actor: Actor) -> bool:
    return bool(actor.departments(Permission.MANAGE_ITEMS))


def _scopes(chosen: str) -> list[dict[str, Any]]:
    address = reverse("workbench_items")
    return [
        {"label": label, "url": f"{address}?scope={key}", "is_chosen": key == chosen}
        for key, label in ItemFilterForm.SCOPES
    ]


@require_safe
@staff_required
def item_page(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item with its versions and what can be done next; ``?version=`` shows another version."""
    actor = actor_of(request)
    item = editing.get_item(actor, item_id)
    guide = _guide(actor, item, request.GET.get("version", ""))
    context = {
        "item": item,
        "guide": guide,
        "version": guide.version,
        "facts": _facts(guide.version, is_free=guide.is_free),
        "codes": _codes(item, guide.version),
        "materials": [(row, _stands_in(row)) for row in guide.materials],
        **desk_of(actor, item, guide.version),
    }
    return show(request, "workbench/item.html", context, nav="items")


def _guide(actor: Actor, item: ServiceItem, number: str) -> queries.Guide:
    """The version asked for, else the one in force, else the draft of an item that was never published."""
    if number and not (number.isascii() and number.isdigit() and len(number) < 9):
        raise VersionNotFound
    manages = editing.may_manage(actor, item)
    if number and manages:
        return queries.any_version_guide(editing.get_version(actor, item, int(number)))
    if number:
        return queries.version_guide(item, int(number))
    if item.current is None and manages:
        newest = item.versions.order_by("-version").first()
        if newest:
            return queries.any_version_guide(editing.get_version(actor, item, newest.version))
    return queries.guide(item)


def _facts(version: ItemVersion, *, is_free: bool) -> list[tuple[str, str]]:
    return [
        (_("承诺办结"), _days(version.promise_days, code_label(version.get_promise_unit_display()))),
        (_("法定办结"), _days(version.statutory_days, code_label(version.get_statutory_unit_display()))),
        (_("跑动次数"), _("%(count)s 次") % {"count": version.visits}),
        (_("费用"), _("不收费") if is_free else _("收费")),
        (_("办件类型"), code_label(version.get_project_type_display())),
    ]


def _days(days: int | None, unit: str) -> str:
    if days is None:
        return _("没有填")
    return _("即时") if days == 0 else f"{days} {unit}"


def _codes(item: Any, version: ItemVersion) -> list[tuple[str, str]]:
    rows = [
        (_("实施编码"), item.task_code or _("没有（旧事项）")),
        (_("业务办理项编码"), item.handle_code or ""),
        (_("地方编码"), item.local_code),
        (_("基本编码"), item.entry.catalog_code if item.entry else ""),
        (_("事项类型"), code_label(item.get_item_type_display())),
        (_("实施部门"), item.department_name),
        (_("行政区划"), item.region.name),
        (_("状态"), code_label(item.get_state_display())),
        (_("在线办理"), _("可以在线申请") if version.is_applicable_online else _("只有指南，不能在线申请")),
        (_("办理结果"), version.result_name or code_label(version.get_result_kind_display())),
        (_("数量限制"), version.quantity_limit),
        (_("名额"), _places(version)),
        (_("时限说明"), version.statutory_note),
    ]
    return [(label, value) for label, value in rows if value]


def _places(version: ItemVersion) -> str:
    """How many are granted, what counts and in which order, in words; empty without a limit."""
    parts = [str(version.quota_places or ""), version.get_quota_counts_display(), version.get_quota_order_display()]
    return format_list(code_label(part) for part in parts if part) if version.quota_order else ""


def _stands_in(row: MaterialRequirement) -> str:
    """What may stand in for a material, in words."""
    kinds = "、".join(kind.name for kind in row.satisfied_by.all())
    parts = [
        _("电子证照：%(names)s") % {"names": kinds} if kinds else "",
        _("核验过的，%(days)s 天内有效") % {"days": row.fresh_days} if row.fresh_days else "",
        _("告知承诺") if row.promise_text else "",
        _("容缺，%(days)s 个工作日内补") % {"days": row.defer_days} if row.defer_days is not None else "",
    ]
    return "；".join(filter(None, parts)) or _("要上传")


@require_safe
@staff_required
def imports(request: HttpRequest) -> HttpResponse:
    """Import runs, for posts that manage items; to others the list is empty."""
    page = page_of(request, queries.import_batches(actor_of(request)))
    context = {"page": page, "manages": _manages(actor_of(request))}
    return show(request, "workbench/imports.html", context, nav="items")


@require_safe
@staff_required
def import_report(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One import run: which rows were repaired or refused, and why."""
    batch = queries.get_import_batch(actor_of(request), batch_id)
    outcomes = {"accepted": _("收下"), "repaired": _("修正后收下"), "rejected": _("没有收")}
    rows = [{**row, "label": outcomes.get(row.get("outcome", ""), row.get("outcome", ""))} for row in batch.report]
    return show(request, "workbench/import.html", {"batch": batch, "rows": rows}, nav="items")
