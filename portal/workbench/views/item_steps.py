"""Steps on the catalogue: a version's way to publication, operations on an item, waivers. One page for each step."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import Forbidden
from common.formatting import action_label
from identity.actor import Actor
from identity.reviewing.states import VersionAction
from portal.access import actor_of, staff_required
from portal.workbench.directory_forms import PickForm
from portal.workbench.item_forms import (
    WAIVER_LABELS,
    OperationForm,
    OperationStepForm,
    RevisionForm,
    VersionStepForm,
    WaiverForm,
)
from portal.workbench.step_page import StepPage
from portal.workbench.version_page import answer_step, begin_draft, wanted_step
from services import queries as catalogue
from services.editing import lifecycle, queries, versions, waivers
from services.editing.errors import OperationInvalid, OperationNotFound, WaiverNotFound
from services.models import ItemVersion, ServiceItem
from services.standing import asked_by
from services.states import LIFECYCLE, Operation, OperationAction

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_DANGER = {"cancel", "return", "refuse", "end", "merge", "split", "pause"}
_VERBS: dict[VersionAction, Callable[..., ItemVersion]] = {
    VersionAction.SUBMIT: versions.submit,
    VersionAction.RECALL: versions.recall,
    VersionAction.RETURN: versions.send_back,
    VersionAction.APPROVE: versions.approve,
    VersionAction.PUBLISH: versions.publish,
    VersionAction.DISCARD: versions.discard,
}


@require_POST
@staff_required
def start_draft(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Start a version from the one in force, or from the earlier one that ``version`` names."""
    actor = actor_of(request)
    item = _managed(actor, item_id)

    def restored(number: int) -> ItemVersion:
        return versions.roll_back(actor, version_id=queries.get_version(actor, item, number).pk)

    fresh = partial(versions.open_draft, actor, item_id=item.pk)
    return _to_version(begin_draft(request, fresh=fresh, earlier=restored))


def _managed(actor: Actor, item_id: UUID) -> ServiceItem:
    item = queries.get_item(actor, item_id)
    if not queries.may_manage(actor, item):
        raise Forbidden
    return item


def _to_version(version: ItemVersion) -> HttpResponse:
    response = redirect("workbench_item", version.item_id)
    response["Location"] += f"?version={version.version}"
    return response


@_page_methods
@staff_required
def version_step(request: HttpRequest, item_id: UUID, version_number: int, action: str) -> HttpResponse:
    """Submit, recall, return, approve, publish or discard one version."""
    actor = actor_of(request)
    item = _managed(actor, item_id)
    version = queries.get_version(actor, item, version_number)
    if action == "rebase":
        return _rebase(request, version)
    wanted = wanted_step(action)
    initial = {"revision": version.revision, "effective_on": version.effective_on}
    form = VersionStepForm(request.POST or None, action=wanted, initial=initial)
    back = f"{_address(item)}?version={version.version}"
    return answer_step(request, version, wanted, form, partial(_VERBS[wanted], actor), back=back)


def _rebase(request: HttpRequest, version: ItemVersion) -> HttpResponse:
    """Say that the draft was compared with what has been published meanwhile."""
    form = RevisionForm(request.POST or None, initial={"revision": version.revision})
    label = _("以现行版本为基础")
    page = StepPage(
        request, form, f"{label}：{version.name}", label, f"{_address(version.item)}?version={version.version}"
    )

    def act() -> str:
        revision = form.cleaned_data["revision"]
        versions.take_new_base(actor_of(request), version_id=version.pk, expected_revision=revision)
        return _("已经以现行版本为基础，核对后重新提交审核。")

    return page.answer(act, done=lambda: _to_version(version))


def _address(item: ServiceItem) -> str:
    return str(redirect("workbench_item", item.pk)["Location"])


@_page_methods
@staff_required
def propose_operation(request: HttpRequest, item_id: UUID, kind: str) -> HttpResponse:
    """Propose to pause, resume, cancel, split or merge an item."""
    actor = actor_of(request)
    item = _managed(actor, item_id)
    if kind not in Operation.values or LIFECYCLE[Operation(kind)].by_version:
        raise OperationNotFound
    wanted = Operation(kind)
    finder = PickForm(request.GET)
    finder.is_valid()  # too long a text is left out
    text = finder.cleaned_data.get("text", "")
    takes = bool(LIFECYCLE[wanted].successors[0])
    offered = queries.possible_successors(actor, item, text, keep=request.POST.getlist("chosen")) if takes else []
    form = OperationForm(request.POST or None, kind=wanted, offered=offered)
    title = _("%(action)s：%(name)s") % {"action": action_label(wanted.label), "name": item.name}
    page = StepPage(request, form, title, _("提交审核"), _address(item), is_danger=kind in _DANGER)
    if takes:
        page.add(finder=finder, found_none=bool(text) and not offered)

    def act() -> str:
        given = {name: value for name, value in form.cleaned_data.items() if name not in ("successors", "chosen")}
        lifecycle.propose(actor, item_id=item.pk, kind=wanted, successors=_successors(form), **given)
        return _("已经提交，由另一位同事审核后生效。")

    return page.answer(act, done=lambda: redirect("workbench_item", item.pk))


def _successors(form: OperationForm) -> list[UUID]:
    found = []
    for code in form.codes():
        item = catalogue.find_any_item_by_code(code)
        if item is None:
            text = _("没有编码是 %(code)s 的事项。") % {"code": code}
            raise OperationInvalid(fields={"successors": text}, problem=text)
        found.append(item.pk)
    return found


@_page_methods
@staff_required
def operation_step(request: HttpRequest, operation_id: UUID, action: str) -> HttpResponse:
    """Approve, return or withdraw a proposed operation."""
    actor = actor_of(request)
    operation = queries.get_operation(actor, operation_id)
    if action not in OperationAction.values or action == OperationAction.TAKE_EFFECT:
        raise OperationNotFound
    wanted = OperationAction(action)
    form = OperationStepForm(request.POST or None, action=wanted, initial={"revision": operation.revision})
    label = action_label(wanted.label)
    title = f"{label}：{action_label(operation.get_kind_display())} {operation.item.name}"
    page = StepPage(request, form, title, label, _address(operation.item), is_danger=action in _DANGER)

    def act() -> str:
        given = form.cleaned_data
        lifecycle.review(
            actor,
            operation_id=operation.pk,
            action=wanted,
            note=given["note"],
            expected_revision=given["revision"],
        )
        return _("已办好：%(action)s。") % {"action": label}

    return page.answer(act, done=lambda: redirect("workbench_item", operation.item_id))


@_page_methods
@staff_required
def propose_waiver(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Ask for leave to require a field or material that is already known."""
    actor = actor_of(request)
    item = _managed(actor, item_id)
    form = WaiverForm(request.POST or None, asked=asked_by(item))
    page = StepPage(request, form, _("登记豁免：%(name)s") % {"name": item.name}, _("提交审核"), _address(item))

    def act() -> str:
        kind, key = form.target()
        given = {name: form.cleaned_data[name] for name in ("reason", "legal_basis", "until")}
        waivers.propose_waiver(actor, item_id=item.pk, kind=kind, key=key, **given)
        return _("已经提交，由另一位同事同意后生效。")

    return page.answer(act, done=lambda: redirect("workbench_item", item.pk))


@_page_methods
@staff_required
def waiver_step(request: HttpRequest, waiver_id: UUID, action: str) -> HttpResponse:
    """Approve, refuse or end a waiver."""
    actor = actor_of(request)
    waiver = queries.get_waiver(actor, waiver_id)
    if action not in waivers.MOVES:
        raise WaiverNotFound
    label = str(WAIVER_LABELS[action])
    form = OperationStepForm(request.POST or None, action=action, initial={"revision": waiver.revision})
    title = _("%(action)s豁免：%(name)s") % {"action": label, "name": waiver.item.name}
    page = StepPage(request, form, title, label, _address(waiver.item), is_danger=action in _DANGER)

    def act() -> str:
        given = form.cleaned_data
        waivers.review_waiver(
            actor, waiver_id=waiver.pk, action=action, note=given["note"], expected_revision=given["revision"]
        )
        return _("已办好：%(action)s。") % {"action": label}

    return page.answer(act, done=lambda: redirect("workbench_item", waiver.item_id))
