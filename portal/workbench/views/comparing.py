"""Two versions side by side, and what the second person says to the parts of one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.errors import Invalid
from identity.reviewing.states import VERSION_MOVES, VersionAction
from portal.access import actor_of, staff_required
from portal.workbench.editor.desk import Desk, open_desk
from portal.workbench.pages import show
from services.editing import comments, queries, rows, versions
from services.editing.compare import CHANGED, Change, compare, marked
from services.editing.elements import SECTIONS, STEPS, Section
from services.editing.rows import RowList
from services.errors import VersionNotFound
from services.models import ItemVersion


@require_safe
@staff_required
def draft_compare(request: HttpRequest, item_id: UUID, version_number: int) -> HttpResponse:
    """What a version changes; ``?with=`` names the other one, the one in force by default."""
    desk = open_desk(request, item_id, version_number, to_edit=False)
    return _page(request, desk)


def _page(request: HttpRequest, desk: Desk, *, status: int = 200, refused: Any = None) -> HttpResponse:
    other = _other(desk, request.GET.get("with", ""))
    changes: list[Change] = []
    if other:
        old = versions.content_of(other)
        changes = compare(old, desk.content, names=queries.names_of(old, desk.content), internal=True)
    context = {
        "desk": desk,
        "item": desk.item,
        "version": desk.version,
        "other": other,
        "sections": [_section(desk, section, changes, refused) for section in SECTIONS],
        "total": len(changes),
        "choices": [one for one in queries.versions_of(desk.item) if one.pk != desk.version.pk],
        "may_comment": VersionAction.RETURN in queries.steps_for(desk.actor, desk.version),
        "may_answer": desk.version.state in VERSION_MOVES[VersionAction.EDIT].sources,
        "longest": comments.LONGEST,
    }
    return show(request, "workbench/editor/compare.html", context, nav="items", status=status)


def _other(desk: Desk, number: str) -> ItemVersion | None:
    if not number:
        current = desk.item.current
        if current is not None and current.pk != desk.version.pk:
            return current
        earlier = [one for one in queries.versions_of(desk.item) if one.version < desk.version.version]
        return earlier[0] if earlier else None
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise VersionNotFound
    return queries.get_version(desk.actor, desk.item, int(number))


def _section(desk: Desk, section: Section, changes: list[Change], refused: Any) -> dict[str, Any]:
    is_refused = refused and refused["section"] == section.key
    return {
        "section": section,
        "changes": [_sides(one) for one in changes if one.section == str(section.title)],
        "comments": desk.comments_on(section),
        "parts": _parts(desk, section),
        "refused": refused if is_refused else None,
    }


def _sides(change: Change) -> dict[str, Any]:
    before, after = marked(change.before, change.after) if change.kind == CHANGED else ([], [])
    return {"change": change, "before": before, "after": after}


def _parts(desk: Desk, section: Section) -> list[str]:
    """The rows of a section by name, for the choice of what a comment is about."""
    if not section.part:
        return []
    where = RowList(section.part)
    names = [rows.title_of(where, row) for row in rows.rows_of(desk.content, where)]
    if section.part == STEPS:
        names += [entry["label"] for step in desk.content.steps for entry in step["fields"]]
    return list(dict.fromkeys(names))


@require_POST
@staff_required
def version_comment(request: HttpRequest, item_id: UUID, version_number: int) -> HttpResponse:
    """Say something to a section or one row of it."""
    desk = open_desk(request, item_id, version_number, to_edit=False)
    given = {name: request.POST.get(name, "") for name in ("section", "part", "text")}
    try:
        comments.add_comment(desk.actor, version_id=desk.version.pk, **given)
    except Invalid as error:
        return _page(
            request, desk, status=error.http_status, refused={**given, "problem": next(iter(error.fields.values()))}
        )
    messages.success(request, _("意见已经记下，起草人会在这一部分旁边看到。"))
    return redirect(f"{reverse('draft_compare', args=desk.keys)}#section-{given['section']}")


@require_POST
@staff_required
def answer_comment(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Mark a comment as dealt with."""
    actor = actor_of(request)
    comment = comments.get_comment(actor, comment_id)
    keys = [comment.version.item_id, comment.version.version]
    try:
        comments.answer_comment(actor, comment_id=comment.pk, answer=request.POST.get("answer", ""))
    except Invalid as error:
        messages.error(request, "".join(str(text) for text in error.fields.values()))
    else:
        messages.success(request, _("已经标为处理过了。"))
    return redirect(f"{reverse('draft_edit', args=keys)}#section-{comment.section}")
