"""The editor of a draft: the list of sections, a page for each section, a page for each row of a list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, DomainError, Invalid
from portal.access import staff_required
from portal.workbench.editor import forms
from portal.workbench.editor.desk import Desk, open_desk, place_in, section_named
from portal.workbench.editor.forms import EditForm
from portal.workbench.editor.saving import SavePage, Shape, revision_of, same_row
from portal.workbench.editor.showing import add_label, lists_of, locked_pairs, notes_on, row_groups, summaries
from portal.workbench.pages import show
from services.editing import queries, rows, versions
from services.editing.elements import Section
from services.editing.errors import RowNotFound
from services.editing.rows import RowList

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_REMOVED = "editor_removed"  # in the session: the row taken out last, to be put back


@require_safe
@staff_required
def draft_edit(request: HttpRequest, item_id: UUID, version_number: int) -> HttpResponse:
    """All sections of a draft, what the checks find in each and what the reviewer said."""
    desk = open_desk(request, item_id, version_number)
    context = {
        "desk": desk,
        "item": desk.item,
        "version": desk.version,
        "sections": summaries(desk),
        "errors": sum(finding.is_error for finding in desk.findings),
        "returned": queries.last_return(desk.version),
    }
    return show(request, "workbench/editor/overview.html", context, nav="items")


@_page_methods
@staff_required
def draft_section(request: HttpRequest, item_id: UUID, version_number: int, section: str) -> HttpResponse:
    """The plain elements of a section in one form, or the list that the section is."""
    one = section_named(section)
    if one.part:
        desk = open_desk(request, item_id, version_number)
        return _list_page(request, desk, one)
    desk = open_desk(request, item_id, version_number, to_edit=request.method != "POST")
    overview = reverse("draft_edit", args=desk.keys)
    return SavePage(request, desk, lambda now, opened: _section_shape(now, one), overview).answer()


def _section_shape(desk: Desk, section: Section) -> Shape:
    fields = forms.section_fields(section, desk.locked, queries.offers(section.key))
    values = {name: value for name, value in forms.section_values(section, desk.content).items() if name in fields}
    return Shape(
        make=lambda opened, data: EditForm(fields, opened=opened, data=data),
        values=values,
        changes=lambda form: forms.section_changes(form, desk.content),
        template="workbench/editor/section.html",
        context={
            "section": section,
            "locked": locked_pairs(desk, section),
            "notes": notes_on(desk, section),
            "action_url": reverse("draft_section", args=[*desk.keys, section.key]),
        },
    )


def _list_page(
    request: HttpRequest, desk: Desk, section: Section, *, status: int = 200, refusal: DomainError | None = None
) -> HttpResponse:
    removed = request.session.get(_REMOVED)
    context = {
        "desk": desk,
        "item": desk.item,
        "version": desk.version,
        "section": section,
        "rows": lists_of(desk, section),
        "notes": notes_on(desk, section),
        "add_label": add_label(RowList(section.part)),
        "add_url": desk.row_url(section, RowList(section.part), None),
        "refusal": refusal,
        "removed": removed if _fits(removed, desk, section) else None,
    }
    return show(request, "workbench/editor/list.html", context, nav="items", status=status)


def _fits(removed: Any, desk: Desk, section: Section) -> bool:
    """Whether the row taken out last was of this list and nobody has saved since."""
    wanted = [str(desk.version.pk), section.key, desk.version.revision]
    return bool(removed) and [removed["version"], removed["section"], removed["revision"]] == wanted


@_page_methods
@staff_required
def draft_row(request: HttpRequest, item_id: UUID, version_number: int, section: str, place: str) -> HttpResponse:
    """One row of a list, or a new one."""
    one = section_named(section)
    where, number = place_in(one, place)
    desk = open_desk(request, item_id, version_number, to_edit=request.method != "POST")
    is_overtaken = request.method == "POST" and request.POST.get("revision") != str(desk.version.revision)
    if not is_overtaken:
        _row_at(desk, where, number)  # or 404
    back = desk.list_url(one, RowList(where.part))
    page = SavePage(request, desk, lambda now, opened: _row_shape(now, one, where, number, opened), back)
    return page.answer()


def _row_at(desk: Desk, where: RowList, number: int | None) -> Any:
    there = rows.rows_of(desk.content, where)
    row = None if number is None else rows.row_at(there, number)
    if row is not None and rows.is_fixed(row):
        raise RowNotFound
    return row


def _row_shape(
    desk: Desk, section: Section, where: RowList, number: int | None, opened: Mapping[str, Any] | None
) -> Shape:
    """The form of a row; when it was ``opened`` before, the row is found again by what it is known by."""
    row = None
    if opened is None:
        row = _row_at(desk, where, number)
    else:
        where, number, row = _again(desk, where, opened)
    offers = queries.offers("fields" if where.name == "fields" else where.part)
    fields = forms.row_fields(where, number, row, desk.content, offers)
    values = forms.row_values(where, row, fields)
    if row is not None:
        values["known_by"] = same_row(where, row)
    if where.outer is not None:
        values["outer_known_by"] = same_row(
            RowList(where.part), rows.row_at(getattr(desk.content, where.part), where.outer)
        )

    def changes(form: EditForm) -> Mapping[str, Any] | None:
        after = forms.row_after(form, where, row, desk.content, offers)
        return None if after is None else rows.put(desk.content, where, number, after)

    is_gone = row is None and bool((opened or {}).get("known_by"))
    return Shape(
        make=lambda known, data: EditForm(fields, opened=known, data=data),
        values={} if is_gone else values,
        changes=changes,
        template="workbench/editor/row.html",
        context={
            "section": section,
            "where": where,
            "is_new": row is None,
            "add_label": add_label(where),
            "title": rows.title_of(where, row) if row is not None else "",
            "groups_of": lambda form: row_groups(where, form),
            "action_url": desk.row_url(section, where, number),
            "back_url": desk.list_url(section, RowList(where.part)),
        },
    )


def _again(desk: Desk, where: RowList, opened: Mapping[str, Any]) -> tuple[RowList, int | None, Any]:
    """Where the row stands now; as a new row when it is gone. Raises :class:`RowNotFound` when its list is gone."""
    if where.outer is not None:
        outer = [same_row(RowList(where.part), one) for one in getattr(desk.content, where.part)]
        if opened.get("outer_known_by") not in outer:
            raise RowNotFound
        where = RowList(where.part, outer.index(str(opened["outer_known_by"])))
    there = rows.rows_of(desk.content, where)
    for number, row in enumerate(there):
        if opened.get("known_by") == same_row(where, row) and not rows.is_fixed(row):
            return where, number, row
    return where, None, None


@require_POST
@staff_required
def draft_row_move(
    request: HttpRequest, item_id: UUID, version_number: int, section: str, place: str, move: str
) -> HttpResponse:
    """Move a row up or down, take it out, or put the one taken out last back."""
    one = section_named(section)
    where, number = place_in(one, place)
    desk = open_desk(request, item_id, version_number)
    if move not in _MOVES or number is None:
        raise RowNotFound
    revision = revision_of(request.POST)
    try:
        saved, message = _MOVES[move](request, desk, one, where, number, -1 if revision is None else revision)
    except (Conflict, Invalid) as error:
        return _list_page(request, desk, one, status=error.http_status, refusal=error)
    messages.success(request, message)
    anchor = {"up": number, "down": number + 2}.get(move)
    address = desk.list_url(one, RowList(where.part))
    return redirect(f"{address}#row-{place_name(where, anchor)}" if anchor and saved else address)


def place_name(where: RowList, number: int) -> str:
    """The id of a row on the page."""
    return f"{number}" if where.outer is None else f"{where.outer + 1}-{number}"


def _save(desk: Desk, changes: Mapping[str, Any], revision: int) -> int:
    version = versions.save_draft(desk.actor, version_id=desk.version.pk, changes=changes, expected_revision=revision)
    return version.revision


def _move(
    request: HttpRequest, desk: Desk, section: Section, where: RowList, number: int, revision: int
) -> tuple[int, str]:
    by = -1 if request.resolver_match and request.resolver_match.kwargs["move"] == "up" else 1
    return _save(desk, rows.move(desk.content, where, number, by), revision), _("已移动。")


def _take_out(
    request: HttpRequest, desk: Desk, section: Section, where: RowList, number: int, revision: int
) -> tuple[int, str]:
    row = rows.row_at(rows.rows_of(desk.content, where), number)
    saved = _save(desk, rows.take_out(desk.content, where, number), revision)
    request.session[_REMOVED] = {
        "version": str(desk.version.pk),
        "section": section.key,
        "revision": saved,
        "title": rows.title_of(where, row),
        "row": rows.to_json(row),
        "url": desk.row_url(section, where, number, "restore"),
    }
    return saved, _("已删除“%(name)s”。") % {"name": rows.title_of(where, row)}


def _restore(
    request: HttpRequest, desk: Desk, section: Section, where: RowList, number: int, revision: int
) -> tuple[int, str]:
    removed = request.session.get(_REMOVED)
    if removed is None or not _fits(removed, desk, section):
        raise RowNotFound
    row = rows.from_json(where, removed["row"])
    saved = _save(desk, rows.insert(desk.content, where, number, row), revision)
    del request.session[_REMOVED]
    return saved, _("已恢复“%(name)s”。") % {"name": rows.title_of(where, row)}


_MOVES = {"up": _move, "down": _move, "delete": _take_out, "restore": _restore}
