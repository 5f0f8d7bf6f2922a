"""Saving a form of the editor: what is wrong, who was quicker, and both changes side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from common.errors import Conflict, Invalid
from portal.workbench.editor.desk import Desk, reload
from portal.workbench.editor.forms import EditForm, read_token
from portal.workbench.pages import show
from services.editing import versions
from services.editing.errors import StaleVersion
from services.editing.rows import RowList


@dataclass(frozen=True)
class Shape:
    """How the form of one page is made and read. ``values`` are those that stand in the content of the desk now."""

    make: Callable[[Mapping[str, Any], Any], EditForm]  # (opened, data)
    values: Mapping[str, Any]
    changes: Callable[[EditForm], Mapping[str, Any] | None]  # None: the form says what is wrong
    template: str
    context: Mapping[str, Any]


class SavePage:
    """A page with one form of the editor.

    ``shape`` is asked again when somebody else saved meanwhile: the row may stand in another place, or be gone.
    """

    def __init__(
        self, request: HttpRequest, desk: Desk, shape: Callable[[Desk, Mapping[str, Any] | None], Shape], done: str
    ) -> None:
        self._request = request
        self._desk = desk
        self._shape = shape
        self._done = done

    def answer(self) -> HttpResponse:
        """Show the form, or save it."""
        if self._request.method != "POST":
            shape = self._shape(self._desk, None)
            return self._show(self._desk, shape, shape.make(shape.values, None))
        data = self._request.POST
        opened, revision = read_token(data.get("opened", "")), revision_of(data)
        shape = self._shape(self._desk, opened)
        form = shape.make(shape.values if opened is None else opened, data)
        if opened is None or revision is None:
            form.add_error(None, _("页面已经失效，请核对内容后再保存一次。"))
            return self._show(self._desk, shape, form, status=422)
        if revision != self._desk.version.revision:
            return self._overtaken(form, revision)
        if not form.is_valid():
            return self._show(self._desk, shape, form, status=422)
        return self._save(shape, form, revision)

    def _save(self, shape: Shape, form: EditForm, revision: int) -> HttpResponse:
        try:
            changes = shape.changes(form)
            if changes is None:
                return self._show(self._desk, shape, form, status=422)
            versions.save_draft(
                self._desk.actor, version_id=self._desk.version.pk, changes=changes, expected_revision=revision
            )
        except Invalid as error:
            for name, text in error.fields.items():
                form.add_error(name if name in form.fields else None, str(text))
            if not error.fields:
                form.add_error(None, f"{error.text}{error.what_to_do}")
            return self._show(self._desk, shape, form, status=error.http_status)
        except StaleVersion:
            return self._overtaken(form, revision)
        except Conflict as error:
            return self._show(self._desk, shape, form, status=error.http_status, conflict=error)
        messages.success(self._request, _("已保存。") if changes else _("没有改动。"))
        return redirect(self._done)

    def _overtaken(self, form: EditForm, revision: int) -> HttpResponse:
        """Show what the other changed, and the form with both: what was typed here, and the rest as it is now."""
        try:
            versions.save_draft(
                self._desk.actor, version_id=self._desk.version.pk, changes={}, expected_revision=revision
            )
        except Conflict as error:
            conflict = error
        now = reload(self._desk)
        shape = self._shape(now, form.opened)
        is_gone = not shape.values and bool(form.opened)
        merged = shape.make(shape.values, None)
        merged.initial = {**(form.opened if is_gone else merged.initial), **form.typed()}
        context = {
            "revision_moved": isinstance(conflict, StaleVersion),
            "differences": form.differences(shape.values),
            "is_gone": is_gone,
        }
        return self._show(now, shape, merged, status=409, conflict=conflict, **context)

    def _show(self, desk: Desk, shape: Shape, form: EditForm, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {"desk": desk, "item": desk.item, "version": desk.version, "form": form, **shape.context, **more}
        if "groups_of" in context:
            context["groups"] = context.pop("groups_of")(form)
        return show(self._request, shape.template, context, nav="items", status=status)


def revision_of(data: Mapping[str, Any]) -> int | None:
    """The revision that a form was opened with; None for anything else that was sent in its place."""
    text = str(data.get("revision", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def same_row(where: RowList, row: Any) -> str:
    """By what a row is found again after somebody else has changed its list."""
    if isinstance(row, Mapping):
        return str(row.get("key") or row.get("value"))
    if where.part == "legal_bases":
        return f"{row.law} {row.article}"
    return str(getattr(row, _KNOWN_BY.get(where.part, "key")))


_KNOWN_BY = {"fees": "name", "faqs": "question"}
