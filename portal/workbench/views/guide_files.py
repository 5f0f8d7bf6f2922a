"""表格和样本: the files of a version; they change while it is being written, and can be read ever after."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import Conflict, Forbidden, Invalid
from common.formatting import code_label
from identity.actor import Actor
from portal.access import actor_of, staff_required
from portal.downloads import attachment
from portal.workbench.guide_forms import GuideFileForm
from portal.workbench.item_forms import RevisionForm
from portal.workbench.pages import show
from portal.workbench.staff_forms import refuse
from services import queries as catalogue
from services.editing import queries as editing
from services.guides import actions, queries
from services.models import ItemVersion, VersionFile


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def version_files(request: HttpRequest, item_id: UUID, version_number: int) -> HttpResponse:
    """Every material of a version with its blank forms and samples; a draft takes new ones."""
    actor = actor_of(request)
    version = _version(actor, item_id, version_number)
    sent = GuideFileForm(request.POST, request.FILES, auto_id="sent-%s") if request.method == "POST" else None
    status, conflict = 200, None
    if sent is not None:
        status = 422
        if sent.is_valid():
            values = {name: sent.cleaned_data[name] for name in ("kind", "material_key", "name", "replaces")}
            try:
                actions.add_file(
                    actor,
                    version_id=version.pk,
                    upload=sent.cleaned_data["file"],
                    expected_revision=sent.cleaned_data["revision"],
                    **values,
                )
            except Conflict as error:
                status, conflict = error.http_status, error
            except Invalid as error:
                refuse(sent, error)
                if error.what_to_do and not error.fields:
                    sent.add_error(None, str(error.what_to_do))
                status = error.http_status
            else:
                messages.success(request, _("已保存。发布以后，办事人在指南上下载。"))
                return redirect("version_files", item_id, version_number)
    context = {
        "item": version.item,
        "version": version,
        "may_change": queries.is_being_written(version),
        "places": _places(version, sent),
        "sent": sent,
        "conflict": conflict,
    }
    return show(request, "workbench/version_files.html", context, nav="items", status=status)


def _version(actor: Actor, item_id: UUID, number: int) -> ItemVersion:
    item = editing.get_item(actor, item_id)
    if not editing.may_manage(actor, item):
        raise Forbidden
    return editing.get_version(actor, item, number)


def _places(version: ItemVersion, sent: GuideFileForm | None) -> list[dict[str, Any]]:
    """Where files may hang: (title, forms): two for each material, one for the result."""
    files = queries.files_of(version)
    guide = catalogue.any_version_guide(version)
    kinds = VersionFile.Kind
    wanted = [(row.name, row.key, kind) for row in guide.materials for kind in (kinds.BLANK, kinds.SAMPLE)]
    if version.result_name:
        wanted.append((version.result_name, "", kinds.RESULT))
    return [
        {
            "title": title,
            "kind": code_label(kind.label),
            "files": [one for one in files if (one.material_key, one.kind) == (key, kind)],
            "form": _form(version, sent, key, kind),
        }
        for title, key, kind in wanted
    ]


def _form(version: ItemVersion, sent: GuideFileForm | None, key: str, kind: str) -> GuideFileForm:
    """The form of one place: the one that was sent and refused, or an empty one."""
    auto_id = f"{key or 'result'}-{kind}-%s"
    if sent is not None and (sent.data.get("material_key", ""), sent.data.get("kind")) == (key, kind):
        sent.auto_id = auto_id
        return sent
    first = {"revision": version.revision, "kind": kind, "material_key": key}
    return GuideFileForm(initial=first, auto_id=auto_id)


@require_POST
@staff_required
def remove_version_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Take a file from a draft."""
    actor = actor_of(request)
    row = queries.managed_file(actor, file_id)
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    version = actions.remove_file(actor, file_id=row.pk, expected_revision=revision)
    messages.success(request, _("已从这一版去掉；以前的版本还留着。"))
    return redirect(reverse("version_files", args=[version.item_id, version.version]))


@require_safe
@staff_required
def version_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Read a file of any version, drafts too."""
    stored = queries.open_file(queries.managed_file(actor_of(request), file_id))
    row = stored.row
    return attachment(stored.content, media_type=row.media_type, name=stored.title, sha256=row.sha256)
