"""Writing the directory: a new entry, changes as drafts, steps of a version, standing, and what is kept beside."""

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import Conflict, DomainError, Forbidden, Invalid
from common.formatting import action_label
from identity.actor import Actor
from identity.reviewing.states import OPEN_VERSIONS, VERSION_MOVES, VersionAction
from portal.access import actor_of, staff_required
from portal.workbench.directory_forms import BasisFormSet, EntryForm, KeepingForm, NewEntryForm, StandingForm
from portal.workbench.item_forms import VersionStepForm
from portal.workbench.pages import new_request_key, show
from portal.workbench.staff_forms import refuse
from portal.workbench.step_page import StepPage
from portal.workbench.version_page import answer_step, wanted_step
from services.editing import directory as actions
from services.editing import directory_queries as queries
from services.editing import entry_changes
from services.editing.errors import OperationNotFound
from services.models import DirectoryEntry, DirectoryVersion
from services.states import Operation, Standing

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_EDITABLE = VERSION_MOVES[VersionAction.EDIT].sources


@_page_methods
@staff_required
def new(request: HttpRequest) -> HttpResponse:
    """Begin an entry; with ``?parent=`` the next 子项 of that entry."""
    actor = actor_of(request)
    if not queries.may_write(actor):
        raise Forbidden
    parent = queries.find_entry(actor, request.GET.get("parent", ""))
    initial = {"department": parent.department_id if parent else None}
    form = NewEntryForm(
        request.POST or None,
        departments=queries.managed_departments(actor),
        is_part=parent is not None,
        initial=initial,
    )
    title = _("新增子项：%(name)s") % {"name": parent.name} if parent else _("新增目录事项")

    def save(bases: Any) -> DirectoryVersion:
        given = form.cleaned_data
        return actions.add_entry(
            actor,
            item_type=parent.item_type if parent else given["item_type"],
            region=_region(actor, given.get("level", ""), parent),
            content=form.content(bases),
            department=given["department"],
            guiding=given.get("guiding", "").upper(),
            main=given.get("main", "").upper(),
            parent=parent,
            local_code=given["local_code"],
            request_key=request.POST.get("request_key", ""),
        )

    back = reverse("directory_entry", args=[parent.pk]) if parent else reverse("workbench_directory")
    return _form_page(request, form, None, title, back, save)


def _region(actor: Actor, level: str, parent: DirectoryEntry | None) -> str:
    """The region whose digits open the code: the main item's, the state's, or that of the post's departments."""
    if parent:
        return parent.catalog_code[:2]
    if level == "state":
        return "00"
    body = queries.managed_departments(actor).first()
    if body is None:
        raise Forbidden
    return str(body.region.code)


@_page_methods
@staff_required
def edit(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Change an entry: its open draft, or a new version that starts from the one in force."""
    actor = actor_of(request)
    entry = _managed(actor, entry_id)
    draft = next((one for one in queries.versions_of_entry(actor, entry) if one.state in OPEN_VERSIONS), None)
    back = reverse("directory_entry", args=[entry.pk])
    if draft and draft.state not in _EDITABLE:
        messages.error(request, _("这一版正在审核，撤回以后才能改。"))
        return redirect(f"{back}?version={draft.version}")
    if entry.state == Standing.CANCELLED:
        messages.error(request, _("这一项已经取消，不能再改。"))
        return redirect(back)
    source = draft or entry.current
    initial = {**EntryForm.values(source), "note": draft.note if draft else ""} if source else {"name": entry.name}
    form = EntryForm(request.POST or None, initial={**initial, "revision": draft.revision if draft else None})

    def save(bases: Any) -> DirectoryVersion:
        content = form.content(bases)
        revision = form.cleaned_data["revision"]
        if draft is None or revision is None:  # a form that began no draft meets one that somebody began meanwhile
            return actions.open_entry_draft(actor, entry_id=entry.pk, content=content)
        return actions.save_entry_draft(actor, version_id=draft.pk, content=content, expected_revision=revision)

    title = _("修改：%(name)s") % {"name": entry.name}
    return _form_page(request, form, source, title, back, save)


def _managed(actor: Actor, entry_id: UUID) -> DirectoryEntry:
    entry = queries.get_entry(actor, entry_id)
    if not queries.may_manage_entry(actor, entry):
        raise Forbidden
    return entry


def _form_page(
    request: HttpRequest, form: EntryForm, source: DirectoryVersion | None, title: str, back: str, save: Any
) -> HttpResponse:
    """Show the form, take one more legal basis, or save; a refusal keeps what was typed."""
    initial = source.legal_bases if source else []
    kinds = {"kinds": list(dict.fromkeys(str(one.get("kind", "")) for one in initial))}
    if request.method == "POST":
        bases = BasisFormSet(_one_more(request), prefix="bases", form_kwargs=kinds)
    else:
        bases = BasisFormSet(initial=initial, prefix="bases", form_kwargs=kinds)
    conflict: DomainError | None = None
    status = 200
    if request.method == "POST" and "more" in request.POST:
        form = _unchecked(form)
    elif request.method == "POST":
        status = 422
        are_good = bases.is_valid()
        if form.is_valid() and are_good:
            try:
                version = save(cast("Any", bases).parts())
            except Invalid as error:
                refuse(form, error)
            except Conflict as error:
                conflict, status = error, error.http_status
            else:
                messages.success(request, _("草稿已经保存，核对后提交审核。"))
                return redirect(f"{reverse('directory_entry', args=[version.entry_id])}?version={version.version}")
    context = {
        "form": form,
        "bases": bases,
        "title": title,
        "back_url": back,
        "conflict": conflict,
        "is_checked": status != 200,
        "request_key": request.POST.get("request_key") or new_request_key(),
    }
    return show(request, "workbench/directory/form.html", context, nav="items", status=status)


def _one_more(request: HttpRequest) -> Any:
    """What was sent, with one more empty basis when that was asked for."""
    data = request.POST.copy()
    total = data.get("bases-TOTAL_FORMS", "")
    if "more" in data and total.isascii() and total.isdigit() and len(total) < 4:
        data["bases-TOTAL_FORMS"] = str(int(total) + 1)
    return data


def _unchecked(form: EntryForm) -> EntryForm:
    """The same form with what was typed, not yet complained about."""
    form.is_bound = True
    vars(form)["_errors"] = {}
    return form


@_page_methods
@staff_required
def step(request: HttpRequest, entry_id: UUID, version_number: int, action: str) -> HttpResponse:
    """Submit, recall, return, approve, publish or discard one version of an entry."""
    actor = actor_of(request)
    entry = _managed(actor, entry_id)
    version = queries.get_entry_version(actor, entry, version_number)
    wanted = wanted_step(action)
    form = VersionStepForm(request.POST or None, action=wanted, initial={"revision": version.revision})
    if wanted == VersionAction.SUBMIT:
        del form.fields["effective_on"]
    back = f"{reverse('directory_entry', args=[entry.pk])}?version={version.version}"
    take = partial(actions.step_entry, actor, action=wanted)
    published = _("已经发布。要素有变化的事项，会各起草一版等部门核对。")
    return answer_step(request, version, wanted, form, take, back=back, published=published)


@_page_methods
@staff_required
def standing(request: HttpRequest, entry_id: UUID, kind: str) -> HttpResponse:
    """Propose to pause, resume or cancel an entry."""
    actor = actor_of(request)
    entry = _managed(actor, entry_id)
    if kind not in entry_changes.ENTRY_OPERATIONS:
        raise OperationNotFound
    wanted = Operation(kind)
    form = StandingForm(request.POST or None)
    title = _("%(action)s：%(name)s") % {"action": action_label(wanted.label), "name": entry.name}
    back = reverse("directory_entry", args=[entry.pk])
    page = StepPage(request, form, title, _("提交审核"), back, is_danger=wanted != Operation.RESUME)
    made: list[DirectoryVersion] = []

    def act() -> str:
        reason = form.cleaned_data["reason"]
        made.append(entry_changes.propose_standing(actor, entry_id=entry.pk, kind=wanted, reason=reason))
        return _("已经提交，由另一位同事审核、发布后生效。")

    return page.answer(act, done=lambda: redirect(f"{back}?version={made[0].version}"))


@_page_methods
@staff_required
def keeping(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Change the local code and the guiding department of an entry."""
    actor = actor_of(request)
    entry = _managed(actor, entry_id)
    departments = queries.managed_departments(actor, also=entry.department_id)
    initial = {"local_code": entry.local_catalog_code, "department": entry.department_id}
    form = KeepingForm(request.POST or None, departments=departments, initial=initial)
    back = reverse("directory_entry", args=[entry.pk])
    page = StepPage(request, form, _("地方编码和指导部门：%(name)s") % {"name": entry.name}, _("保存"), back)

    def act() -> str:
        entry_changes.change_keeping(actor, entry_id=entry.pk, **form.cleaned_data)
        return _("已保存。")

    return page.answer(act, done=lambda: redirect(back))
