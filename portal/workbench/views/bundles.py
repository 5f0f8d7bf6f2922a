"""一件事: the list, one bundle with its versions and findings, and the steps to publication."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Forbidden
from identity.actor import Actor
from identity.permissions import Permission
from identity.reviewing.states import VersionState
from portal.access import actor_of, staff_required
from portal.workbench.bundle_forms import BundleStepForm, NewBundleForm
from portal.workbench.item_forms import STATE_TONES
from portal.workbench.pages import page_of, show
from portal.workbench.show.editing import history_of, step_buttons
from portal.workbench.step_page import StepPage
from portal.workbench.version_page import answer_step, begin_draft, wanted_step
from services.bundles import editing, queries
from services.bundles.checking import check_version, stored_findings
from services.bundles.content import BundleContent
from services.bundles.errors import BundleVersionNotFound
from services.bundles.rules import answer_by
from services.legacy.queries import managed_departments
from services.models import Bundle, BundleVersion

_page_methods = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_required
def bundle_list(request: HttpRequest) -> HttpResponse:
    """Published bundles, and every one the post manages."""
    actor = actor_of(request)
    page = page_of(request, queries.for_staff(actor))
    rows = [{"bundle": one, "findings": len(one.findings)} for one in page.object_list]
    context = {"page": page, "rows": rows, "manages": bool(actor.departments(Permission.MANAGE_ITEMS))}
    return show(request, "workbench/bundles.html", context, nav="items")


@_page_methods
@staff_required
def bundle_new(request: HttpRequest) -> HttpResponse:
    """Begin a bundle."""
    actor = actor_of(request)
    departments = managed_departments(actor)
    if not departments.exists():
        raise Forbidden
    form = NewBundleForm(request.POST or None, departments=departments)
    made: list[BundleVersion] = []

    def act() -> str:
        content = BundleContent(**form.changes())
        code, department = form.cleaned_data["code"].strip(), form.cleaned_data["department"]
        made.append(editing.add_bundle(actor, code=code, department=department, content=content))
        return _("草稿已经建好，接着写问题和事项。")

    page = StepPage(request, form, _("新建一件事"), _("新建"), reverse("workbench_bundles"))
    return page.answer(act, done=lambda: to_version(made[0]))


@require_safe
@staff_required
def bundle_page(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """One bundle: the version in force or the one asked for, what the checks found, and what can be done."""
    actor = actor_of(request)
    bundle = queries.get_for_staff(actor, bundle_id)
    manages = queries.may_manage(actor, bundle)
    versions = [one for one in queries.versions_of(bundle) if manages or one.state in ("published", "retired")]
    shown = _shown(bundle, versions, request.GET.get("version", ""))
    content = queries.content_of(shown)
    names = {key: entry.name for key, entry in queries.entries_named(one.entry_id for one in content.members).items()}
    is_open = any(queries.is_open(one) for one in versions)
    context = {
        "bundle": bundle,
        "version": shown,
        "tone": STATE_TONES[shown.state],
        "content": content,
        "members": [_member(content, one, names) for one in content.members],
        "manages": manages,
        "may_edit": manages and shown.state in (VersionState.DRAFT, VersionState.RETURNED),
        "may_start": manages and not is_open and bundle.current_id is not None,
        "may_restore": manages and not is_open and shown.state == VersionState.RETIRED,
        "steps": step_buttons(queries.steps_for(actor, shown)),
        "versions": [{"version": one, "tone": STATE_TONES[one.state]} for one in versions],
        "history": history_of(shown.history.all()) if manages else [],
        "findings": _findings(bundle, shown) if manages else [],
        "may_confirm": manages and any(row["code"] == "bundle.item_changed" for row in bundle.findings),
    }
    return show(request, "workbench/bundle.html", context, nav="items")


def _shown(bundle: Bundle, versions: list[BundleVersion], number: str) -> BundleVersion:
    wanted = next((one for one in versions if str(one.version) == number), None)
    if number and wanted is None:
        raise BundleVersionNotFound
    in_force = next((one for one in versions if one.pk == bundle.current_id), None)
    shown = wanted or in_force or (versions[0] if versions else None)
    if shown is None:
        raise BundleVersionNotFound
    shown.bundle = bundle
    return shown


def _findings(bundle: Bundle, shown: BundleVersion) -> list[Any]:
    if queries.is_open(shown):
        return list(check_version(shown))
    return list(stored_findings(bundle)) if shown.pk == bundle.current_id else []


def _member(content: BundleContent, member: Any, names: dict[UUID, str]) -> dict[str, Any]:
    labels = {one.key: names.get(one.entry_id, one.key) for one in content.members}
    questions = {one.key: one for one in content.questions}
    conditions = []
    for key, wanted in member.when.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        options = questions[key].options if key in questions else ()
        chosen = [option["label"] for option in options if option["value"] in values]
        conditions.append(f"{questions[key].question if key in questions else key} {' / '.join(chosen)}")
    return {
        "member": member,
        "name": labels[member.key],
        "when": conditions,
        "after": [labels.get(key, key) for key in member.after],
        "mapped": len([rule for rule in member.answers.values() if "question" in rule or answer_by(rule, {})]),
    }


def managed(actor: Actor, bundle_id: UUID) -> Bundle:
    """A bundle the post manages; Forbidden for others who may see it."""
    bundle = queries.get_for_staff(actor, bundle_id)
    if not queries.may_manage(actor, bundle):
        raise Forbidden
    return bundle


def to_version(version: BundleVersion) -> HttpResponse:
    """Lead to the page of a version."""
    response = redirect("workbench_bundle", version.bundle_id)
    response["Location"] += f"?version={version.version}"
    return response


def address_of(version: BundleVersion) -> str:
    """The address of a version's page."""
    return f"{reverse('workbench_bundle', args=[version.bundle_id])}?version={version.version}"


@require_POST
@staff_required
def start_draft(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Start a version from the one in force, or from the earlier one that ``version`` names."""
    actor = actor_of(request)
    bundle = managed(actor, bundle_id)

    def restored(number: int) -> BundleVersion:
        return editing.roll_back(actor, version_id=queries.get_version(actor, bundle, number).pk)

    fresh = partial(editing.open_draft, actor, bundle_id=bundle.pk)
    return to_version(begin_draft(request, fresh=fresh, earlier=restored))


@require_POST
@staff_required
def confirm_compared(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Say that the mapping still fits the items' new versions."""
    actor = actor_of(request)
    bundle = managed(actor, bundle_id)
    editing.confirm_compared(actor, bundle_id=bundle.pk)
    messages.success(request, _("已经记下：对应关系按事项的新版核对过。"))
    return redirect("workbench_bundle", bundle.pk)


@_page_methods
@staff_required
def version_step(request: HttpRequest, bundle_id: UUID, version_number: int, action: str) -> HttpResponse:
    """Submit, recall, return, approve, publish or discard one version."""
    actor = actor_of(request)
    version = queries.get_version(actor, managed(actor, bundle_id), version_number)
    wanted = wanted_step(action)
    initial = {"revision": version.revision, "effective_on": version.effective_on}
    form = BundleStepForm(request.POST or None, action=wanted, initial=initial)
    take = partial(editing.step, actor, action=wanted)
    return answer_step(request, version, wanted, form, take, back=address_of(version))
