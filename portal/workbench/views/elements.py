"""数据元: the registry of meanings that forms share; a change is drafted by one person and reviewed by another."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Conflict, DomainError, Invalid
from identity.reviewing.states import OPEN_VERSIONS, VERSION_MOVES, VersionAction
from portal.access import actor_of, staff_required
from portal.workbench.element_forms import ElementForm, ElementStepForm
from portal.workbench.forms import WordFilterForm
from portal.workbench.pages import page_of, show
from portal.workbench.show.editing import history_of, step_buttons, version_row
from portal.workbench.staff_forms import refuse
from portal.workbench.version_page import answer_step, version_number, wanted_step
from services import element_desk
from services.editing import element_versions
from services.editing.compare import type_label
from services.errors import VersionNotFound
from services.models import DataElement, ElementVersion

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_EDITABLE = VERSION_MOVES[VersionAction.EDIT].sources


@require_safe
@staff_required
def elements(request: HttpRequest) -> HttpResponse:
    """All data elements, with the number of items that ask for each; above them what is being changed."""
    actor = actor_of(request)
    text = request.GET.get("text", "")[:60]
    page = page_of(request, element_desk.elements(actor, text=text))
    uses = element_desk.uses()
    rows = [{"element": one, "kind": type_label(one.type), "uses": uses.get(one.code, 0)} for one in page.object_list]
    context = {
        "page": page,
        "rows": rows,
        "filters": WordFilterForm({"text": text}),
        "open": [version_row(one) for one in element_desk.open_versions(actor)],
    }
    return show(request, "workbench/elements.html", context, nav="management")


@require_safe
@staff_required
def element(request: HttpRequest, element_code: str) -> HttpResponse:
    """One element: the definition in force, or the version that ``?version=`` names beside it."""
    actor = actor_of(request)
    known, versions = _known(request, element_code)
    shown = _chosen(versions, version_number(request.GET.get("version", "")), known)
    is_open = any(one.state in OPEN_VERSIONS for one in versions)
    pairs = element_desk.side_by_side(known, shown) if known and shown and shown.state in OPEN_VERSIONS else []
    context = {
        "code": element_code,
        "element": known,
        "version": shown,
        "said": [(label, lines) for label, lines in element_desk.said(shown or known) if lines],  # type: ignore[arg-type]
        "row": version_row(shown) if shown else None,
        "changed": [one for one in pairs if one.is_changed],
        "versions": [version_row(one) for one in versions],
        "history": history_of(shown.history.all()) if shown else [],
        "steps": step_buttons(element_desk.steps_for(actor, shown)) if shown else [],
        "may_change": known is not None and not is_open,
        "uses": element_desk.uses().get(element_code, 0) if known else 0,
    }
    return show(request, "workbench/element.html", context, nav="management")


def _known(request: HttpRequest, code: str) -> tuple[DataElement | None, list[ElementVersion]]:
    actor = actor_of(request)
    known, versions = element_desk.find_element(actor, code), element_desk.versions_of(actor, code)
    element_desk.require_known(known, versions)
    return known, versions


def _chosen(versions: list[ElementVersion], number: int | None, known: DataElement | None) -> ElementVersion | None:
    """The version asked for, else the one in force; the newest of an element that is not in force yet."""
    if number is not None:
        found = next((one for one in versions if one.version == number), None)
        if found is None:
            raise VersionNotFound
        return found
    in_force = next((one for one in versions if one.state == ElementVersion.State.PUBLISHED), None)
    return in_force or (None if known else versions[0])


@_page_methods
@staff_required
def element_new(request: HttpRequest) -> HttpResponse:
    """Begin an element."""
    actor = actor_of(request)
    element_desk.require_editor(actor)
    form = ElementForm(request.POST if request.method == "POST" else None)

    def save() -> ElementVersion:
        return element_versions.add_element(actor, element=form.description())

    return _form_page(request, form, _("登记数据元"), reverse("workbench_elements"), save)


@_page_methods
@staff_required
def element_edit(request: HttpRequest, element_code: str) -> HttpResponse:
    """Change an element: its open draft, or a new version from the one in force or the earlier one of ``?from=``."""
    actor = actor_of(request)
    known, versions = _known(request, element_code)
    back = reverse("workbench_element", args=[element_code])
    draft = next((one for one in versions if one.state in OPEN_VERSIONS), None)
    if draft and draft.state not in _EDITABLE:
        messages.error(request, _("这一版正在审核，撤回以后才能改。"))
        return redirect(f"{back}?version={draft.version}")
    number = version_number(request.GET.get("from", ""))
    source = draft or (_chosen(versions, number, known) if number is not None else known) or versions[0]
    given = request.POST if request.method == "POST" else None
    form = ElementForm(given, element=source, revision=draft.revision if draft else None)

    def save() -> ElementVersion:
        wanted = form.description(element_code)
        revision = form.cleaned_data["revision"]
        if draft and revision is not None:
            return element_versions.save_draft(actor, version_id=draft.pk, element=wanted, expected_revision=revision)
        # A form that began no draft meets one that somebody began meanwhile.
        begin = element_versions.open_draft if known else element_versions.add_element
        return begin(actor, element=wanted)

    name = known.name if known else versions[0].name
    return _form_page(request, form, _("修改：%(name)s") % {"name": name}, back, save)


def _form_page(
    request: HttpRequest, form: ElementForm, title: str, back: str, save: Callable[[], ElementVersion]
) -> HttpResponse:
    conflict: DomainError | None = None
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            version = save()
        except Invalid as error:
            refuse(form, error, elsewhere={"shape": "columns"})
        except Conflict as error:
            conflict, status = error, error.http_status
        else:
            messages.success(request, _("草稿已经保存，核对后提交审核。"))
            return redirect(f"{reverse('workbench_element', args=[version.code])}?version={version.version}")
    context: dict[str, Any] = {"form": form, "title": title, "back_url": back, "conflict": conflict}
    return show(request, "workbench/element_form.html", context, nav="management", status=status)


@_page_methods
@staff_required
def element_step(request: HttpRequest, element_code: str, version_number: int, action: str) -> HttpResponse:
    """Submit, recall, return, approve, publish or discard one version of an element."""
    actor = actor_of(request)
    version = element_desk.get_version(actor, element_code, version_number)
    wanted = wanted_step(action)
    form = ElementStepForm(request.POST or None, action=wanted, initial={"revision": version.revision})
    take = partial(element_versions.step, actor, action=wanted)
    published = _("已经发布。用到它的事项会列为“和数据元不一致”，修订后跟上。")
    back = f"{reverse('workbench_element', args=[element_code])}?version={version.version}"
    return answer_step(request, version, wanted, form, take, back=back, published=published, nav="management")
