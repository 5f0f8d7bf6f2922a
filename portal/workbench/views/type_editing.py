"""Writing certificate types: a new one, a draft of one in force, its steps, and the live preview on made-up data."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from certificates import errors
from certificates import queries as certificates
from certificates.models import CertificateType, CertificateTypeVersion
from certificates.rendering import render_face
from certificates.samples import sample_of
from certificates.types import actions, queries
from certificates.types.content import TypeContent, check_content, content_of
from certificates.types.findings import check_type
from certificates.types.labels import part_label
from common.errors import Conflict, DomainError, Forbidden, Invalid
from common.formatting import action_label, format_date
from common.ids import uuid7
from common.limits import is_over
from common.printing.errors import CharacterMissing
from common.printing.pictures import first_page, is_possible
from identity.actor import Actor
from identity.models import Department
from identity.reviewing.states import OPEN_VERSIONS, VERSION_MOVES, VersionAction, VersionState
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.item_forms import STATE_TONES, VersionStepForm
from portal.workbench.pages import new_request_key, show
from portal.workbench.show.editing import history_of
from portal.workbench.show.types import buttons, parts_of, side_by_side
from portal.workbench.staff_forms import refuse
from portal.workbench.step_page import StepPage
from portal.workbench.type_forms import FieldFormSet, NewTypeForm, TypeForm
from services.elements import data_elements

_page_methods = require_http_methods(["GET", "HEAD", "POST"])
_EDITABLE = VERSION_MOVES[VersionAction.EDIT].sources
PREVIEWS_PER_MINUTE = 30
_KEPT_SECONDS = 600


@_page_methods
@staff_required
def new(request: HttpRequest) -> HttpResponse:
    """Begin a type."""
    actor = actor_of(request)
    departments = queries.managed_departments(actor)
    if not departments.exists():
        raise Forbidden
    form = NewTypeForm(request.POST or None, departments=departments, initial={"validity_kind": "long"})

    def save(content: TypeContent) -> CertificateTypeVersion:
        given = form.cleaned_data
        return actions.add_type(
            actor,
            key=given["key"],
            definer=given["definer"],
            content=content,
            note=given["note"],
            request_key=request.POST.get("request_key", ""),
        )

    return _form_page(request, form, (), _("新增证照类型"), reverse("certificate_types"), save)


@_page_methods
@staff_required
def edit_type(request: HttpRequest, type_id: UUID) -> HttpResponse:
    """Change a type in force: goes to its open draft, or starts one with what is saved here."""
    actor = actor_of(request)
    kind = certificates.get_type(type_id)
    if not queries.may_write(actor, kind.definer_id):
        raise Forbidden
    draft = next((one for one in queries.versions_of(actor, kind) if one.state in OPEN_VERSIONS), None)
    if draft and request.method != "POST":
        return redirect("type_version_edit", draft.pk)
    content = content_of(kind)
    form = TypeForm(request.POST or None, initial=TypeForm.values(content))
    back = reverse("certificate_type", args=[kind.pk])

    def save(wanted: TypeContent) -> CertificateTypeVersion:
        return actions.open_draft(actor, type_id=kind.pk, content=wanted, note=form.cleaned_data["note"])

    title = _("修改：%(name)s") % {"name": kind.name}
    return _form_page(request, form, content.stored()["fields"], title, back, save, definer=kind.definer)


@_page_methods
@staff_required
def edit_version(request: HttpRequest, type_version_id: UUID) -> HttpResponse:
    """Change a draft."""
    actor = actor_of(request)
    version = _managed(actor, type_version_id)
    back = reverse("type_version", args=[version.pk])
    if version.state not in _EDITABLE:
        messages.error(request, _("这一版不是草稿，撤回以后才能改。"))
        return redirect(back)
    content = TypeContent.restored(version.content)
    initial = {**TypeForm.values(content), "note": version.note, "revision": version.revision}
    form = TypeForm(request.POST or None, initial=initial)

    def save(wanted: TypeContent) -> CertificateTypeVersion:
        given = form.cleaned_data
        revision = -1 if given["revision"] is None else given["revision"]
        return actions.save_draft(
            actor, version_id=version.pk, content=wanted, expected_revision=revision, note=given["note"]
        )

    title = _("修改：%(name)s（第 %(number)s 版）") % {"name": content.name, "number": version.version}
    more = {"findings": check_type(version)}
    return _form_page(request, form, content.stored()["fields"], title, back, save, definer=version.definer, more=more)


def _managed(actor: Actor, type_version_id: UUID) -> CertificateTypeVersion:
    version = queries.get_version(actor, type_version_id)
    if not queries.may_write(actor, version.definer_id):
        raise Forbidden
    return version


def _form_page(
    request: HttpRequest,
    form: TypeForm,
    fields: Any,
    title: str,
    back: str,
    save: Any,
    *,
    definer: Department | None = None,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, one more field, the preview of what was typed, or save; a refusal keeps what was typed."""
    elements = data_elements()
    is_sent = request.method == "POST"
    face = FieldFormSet(
        _one_more(request) if is_sent else None, initial=fields, prefix="face", form_kwargs={"elements": elements}
    )
    conflict: DomainError | None = None
    status, preview = 200, None
    if is_sent and "more" in request.POST:
        form = _unchecked(form)
    elif is_sent:
        status = 422
        are_good = face.is_valid()
        if form.is_valid() and are_good:
            try:
                content = form.content(face.parts())  # type: ignore[attr-defined]
                if "preview" in request.POST:
                    check_content(content)
                    preview = _kept(actor_of(request), content, definer or form.cleaned_data["definer"])
                    status = 200
                else:
                    version = save(content)
                    messages.success(request, _("草稿已经保存，核对后提交审核。"))
                    return redirect("type_version", version.pk)
            except Invalid as error:
                refuse(form, error)
            except Conflict as error:
                conflict, status = error, error.http_status
    context = {
        "form": form,
        "face": face,
        "elements": sorted((code, element.name) for code, element in elements.items()),
        "title": title,
        "back_url": back,
        "conflict": conflict,
        "preview": preview,
        "is_picture": is_possible(),
        "is_checked": status == 422,
        "request_key": request.POST.get("request_key") or new_request_key(),
        **(more or {}),
    }
    return show(request, "workbench/types/form.html", context, nav="management", status=status)


def _one_more(request: HttpRequest) -> Any:
    """What was sent, with one more empty field when that was asked for."""
    data = request.POST.copy()
    total = data.get("face-TOTAL_FORMS", "")
    if "more" in data and total.isascii() and total.isdigit() and len(total) < 4:
        data["face-TOTAL_FORMS"] = str(int(total) + 1)
    return data


def _unchecked(form: TypeForm) -> TypeForm:
    """The same form with what was typed, not yet complained about."""
    form.is_bound = True
    vars(form)["_errors"] = {}
    return form


# --- the preview ------------------------------------------------------------------------------------


def _kept(actor: Actor, content: TypeContent, definer: Department) -> str:
    """Keep what was typed for ten minutes, for nobody but who typed it; returns the name to ask for it by."""
    name = str(uuid7())
    row = {"content": content.stored(), "definer": str(definer.pk)}
    cache.set(_place(actor, name), row, timeout=_KEPT_SECONDS)
    return name


def _place(actor: Actor, name: str) -> str:
    return f"type-preview:{actor.account_id}:{name}"


@require_safe
@staff_required
def preview(request: HttpRequest, preview_id: UUID, form: str) -> HttpResponse:
    """The real PDF of what somebody just typed, on made-up data, or its picture; ``?long=1`` with long values."""
    actor = actor_of(request)
    row = cache.get(_place(actor, str(preview_id)))
    if row is None:
        raise errors.TypeVersionNotFound
    if is_over("type_preview", str(actor.account_id), most=PREVIEWS_PER_MINUTE, seconds=60):
        raise errors.PreviewBusy
    definer = queries.managed_departments(actor).filter(pk=row["definer"]).first()
    if definer is None:
        raise errors.TypeVersionNotFound
    content = TypeContent.restored(row["content"])
    face = sample_of(content, definer, day=timezone.localdate(), long=request.GET.get("long") == "1")
    try:
        pdf = render_face(face)
    except CharacterMissing as error:
        raise errors.LayoutInvalid(problem=str(error)) from error
    picture = first_page(pdf) if form == "png" else None
    if picture:
        return file_response(picture, media_type="image/png", name=_("预览"))
    response = file_response(pdf, media_type="application/pdf", name=_("预览"))
    response.headers["X-Frame-Options"] = "SAMEORIGIN"  # it stands in a frame of the page that edits it
    response.headers["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
    return response


# --- one version --------------------------------------------------------------------------------------


@require_safe
@staff_required
def version_page(request: HttpRequest, type_version_id: UUID) -> HttpResponse:
    """One version: what it says beside what is in force, what the checks found, and what may be done now."""
    actor = actor_of(request)
    version = queries.get_version(actor, type_version_id)
    content = TypeContent.restored(version.content)
    manages = queries.may_write(actor, version.definer_id)
    is_open = version.state in OPEN_VERSIONS
    pairs = side_by_side(TypeContent.restored(version.base.content), content) if version.base else []
    context = {
        "version": version,
        "content": content,
        "tone": STATE_TONES[version.state],
        "manages": manages,
        "parts": parts_of(content),
        "changed": [pair for pair in pairs if pair.is_changed],
        "findings": check_type(version) if manages and is_open else [],
        "steps": buttons(queries.steps_for(actor, version)),
        "history": history_of(version.history.all(), part_label) if manages else [],
        "preview": _kept(actor, content, version.definer) if manages else None,
        "is_picture": is_possible(),
    }
    return show(request, "workbench/types/version.html", context, nav="management")


@_page_methods
@staff_required
def step(request: HttpRequest, type_version_id: UUID, action: str) -> HttpResponse:
    """Submit, recall, return, approve, publish or discard one version."""
    actor = actor_of(request)
    version = _managed(actor, type_version_id)
    if action not in VersionAction.values or action in (VersionAction.EDIT, VersionAction.REPLACE):
        raise errors.TypeVersionNotFound
    wanted = VersionAction(action)
    form = VersionStepForm(request.POST or None, action=wanted, initial={"revision": version.revision})
    for name in {"effective_on", "cancel_on"} & set(form.fields):
        if wanted != VersionAction.PUBLISH:
            del form.fields[name]  # a type names its day when it is published
    label = action_label(wanted.label)
    title = _("%(action)s：%(name)s（第 %(number)s 版）") % {
        "action": label,
        "name": version.content["name"],
        "number": version.version,
    }
    back = reverse("type_version", args=[version.pk])
    page = StepPage(request, form, title, label, back, is_danger=action in {"discard", "return"}, nav="management")

    def act() -> str:
        given = form.cleaned_data
        after = actions.step_type(
            actor,
            version_id=version.pk,
            action=wanted,
            expected_revision=given["revision"],
            note=given.get("note", ""),
            effective_on=given.get("effective_on"),
        )
        if after.effective_on and after.state == VersionState.APPROVED:
            return _("已定好，%(day)s起用；在那以前可以撤回。") % {"day": format_date(after.effective_on)}
        if after.state == VersionState.PUBLISHED:
            return _("已经生效，从下一张证照起用；已发的证照不变。")
        return _("已办好：%(action)s。") % {"action": label}

    return page.answer(act, done=lambda: redirect(back))


def writing_of(actor: Actor, kind: CertificateType) -> dict[str, Any]:
    """What the type's page shows of its versions."""
    versions = queries.versions_of(actor, kind)
    manages = queries.may_write(actor, kind.definer_id)
    return {
        "versions": [{"version": one, "tone": STATE_TONES[one.state]} for one in versions],
        "manages": manages,
        "open_version": next((one for one in versions if one.state in OPEN_VERSIONS), None),
    }
