"""Putting the pages of one document together: one after another, in order, upright, then handed in as one PDF."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.actions import drafts
from cases.attachments import material_of_target, tray_target
from certificates.cleaning.limits import MOST_PAGES
from certificates.errors import QuotaExceeded
from certificates.trays import actions, pieces, queries
from certificates.trays.errors import TrayHandedIn
from certificates.trays.models import Tray
from certificates.trays.thumbnails import small
from certificates.uploads import MOST_FILES, most_bytes
from common.errors import Conflict, DomainError, Invalid
from identity.actor import Actor
from portal.access import actor_of, citizen_required
from portal.downloads import file_response
from portal.public.forms import KindForm, PhotoForm, SheetsForm
from portal.public.material_place import place_of_pages
from portal.public.requests import new_request_key, request_key
from portal.public.views.locker import kind_choices
from services.pieces import alternatives_of
from services.queries import document_kinds

_MEGABYTE = 1024 * 1024
_PDF, _JPEG = "application/pdf", "image/jpeg"


@require_POST
@citizen_required
def tray_open(request: HttpRequest) -> HttpResponse:
    """Begin, or go on with, the pages of a document for the locker."""
    tray = actions.open_tray(actor_of(request), target="", title=_("存一份材料"))
    return redirect("tray", tray.pk)


@require_POST
@citizen_required
def material_pages(request: HttpRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Begin, or go on with, the pages of one material of an application."""
    actor = actor_of(request)
    row = drafts.material_for_tray(actor, case_id=case_id, material_id=material_id)
    tray = actions.open_tray(actor, target=tray_target(case_id, material_id), title=row.name)
    return redirect("tray", tray.pk)


@require_safe
@citizen_required
def tray(request: HttpRequest, tray_id: UUID) -> HttpResponse:
    """The pages as they lie there now."""
    return _page(request, tray_id)


def _page(
    request: HttpRequest,
    tray_id: UUID,
    *,
    sheets_form: SheetsForm | None = None,
    kind_form: KindForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    view = queries.get_tray(actor, tray_id)
    is_for_locker = not view.tray.target
    choices = _choices(actor, view.tray)
    last = len(view.sheets)
    context: dict[str, Any] = {
        "nav": "locker" if is_for_locker else "cases",
        "tray": view.tray,
        "view": view,
        "sheets": [
            {"sheet": sheet, "number": number, "is_first": number == 1, "is_last": number == last}
            for number, sheet in enumerate(view.sheets, start=1)
        ],
        "photo_form": PhotoForm(auto_id="photo-%s"),
        "sheets_form": sheets_form or SheetsForm(auto_id="sheets-%s"),
        "is_for_locker": is_for_locker,
        "kind_form": (kind_form or KindForm(choices)) if choices else None,
        "problem": problem,
        "back_url": _back(actor, view.tray),
        "used": f"{view.size / _MEGABYTE:.1f}",
        "limits": {"files": MOST_FILES, "pages": MOST_PAGES, "size": most_bytes() // _MEGABYTE},
        "piece_size": pieces.LARGEST // 2,
        "request_key": new_request_key(),
    }
    return render(request, "public/tray.html", context, status=status)


def _choices(actor: Actor, found: Tray) -> list[tuple[str, str]]:
    """What the pages may be: any kind of document, or one of those a material accepts; nothing where that is clear."""
    place = material_of_target(found.target)
    if place is None:
        return kind_choices(document_kinds())
    try:
        row = drafts.material_for_tray(actor, case_id=place[0], material_id=place[1])
    except Conflict:  # handed in meanwhile: the pages can only be taken away
        return []
    return [(one.key, one.name) for one in alternatives_of(row.requirement)]


def _back(actor: Actor, found: Tray) -> str:
    """Where the pages go, and where one returns to."""
    place = material_of_target(found.target)
    if place is None:
        return reverse("locker")
    return place_of_pages(actor, *place)


@require_POST
@citizen_required
def tray_add(request: HttpRequest, tray_id: UUID) -> HttpResponse:
    """Put photos or files down at the end; what is wrong with one is said, the others stay."""
    actor = actor_of(request)
    queries.get_tray(actor, tray_id)
    form = SheetsForm(request.POST, request.FILES, auto_id="sheets-%s")
    if not form.is_valid():
        return _page(request, tray_id, sheets_form=form, status=422)
    added = actions.add_files(actor, tray_id=tray_id, files=form.cleaned_data["file"])
    if added.problems:
        for name, error in added.problems:
            form.add_error("file", f"{name}：{error.text}{error.what_to_do}")
        return _page(request, tray_id, sheets_form=form, status=422)
    messages.success(request, _("放好了，现在共 %(count)s 份。") % {"count": _count(actor, tray_id)})
    return redirect(f"{reverse('tray', args=[tray_id])}#pages")


def _count(actor: Actor, tray_id: UUID) -> int:
    return len(queries.get_tray(actor, tray_id).sheets)


@require_POST
@citizen_required
def tray_sheet(request: HttpRequest, tray_id: UUID, sheet_id: UUID, move: str) -> HttpResponse:
    """Turn a page, let it change places, or throw it out."""
    actor = actor_of(request)
    where = {"tray_id": tray_id, "sheet_id": sheet_id}
    match move:
        case "turn":
            actions.turn_sheet(actor, **where)
        case "earlier" | "later":
            actions.move_sheet(actor, **where, earlier=move == "earlier")
        case "remove":
            actions.remove_sheet(actor, **where)
        case _:
            raise Http404
    return redirect(f"{reverse('tray', args=[tray_id])}#pages")


@require_safe
@citizen_required
def tray_sheet_file(request: HttpRequest, tray_id: UUID, sheet_id: UUID) -> HttpResponse:
    """A page as it lies there; ``?small`` is the picture in the list."""
    media_type, content = queries.read_sheet(actor_of(request), tray_id=tray_id, sheet_id=sheet_id)
    if "small" in request.GET and media_type != _PDF:
        media_type, content = _JPEG, small(content)
    return file_response(content, media_type=media_type, name=_("材料"))


@require_POST
@citizen_required
def tray_hand_in(request: HttpRequest, tray_id: UUID) -> HttpResponse:
    """Make one document of the pages: for the locker, or for the material they were taken for."""
    actor = actor_of(request)
    found = queries.own_tray(actor, tray_id)
    try:
        if found.handed_in_at is not None:
            raise TrayHandedIn
        return _hand_in(request, actor, found)
    except TrayHandedIn as error:  # a second press
        messages.info(request, error.text)
        return redirect(_back(actor, found))
    except QuotaExceeded as error:
        return _page(request, tray_id, problem=_sentence(error), status=error.http_status)
    except (Invalid, Conflict) as error:
        if not error.code.startswith(("tray.", "document.")):
            raise  # about the application, not about the pages
        return _page(request, tray_id, problem=_sentence(error), status=error.http_status)


def _hand_in(request: HttpRequest, actor: Actor, found: Tray) -> HttpResponse:
    place = material_of_target(found.target)
    choices = _choices(actor, found)
    form = KindForm(choices, request.POST) if choices else None
    if form is not None and not form.is_valid():
        return _page(request, found.pk, kind_form=form, status=422)
    chosen = form.cleaned_data["kind"] if form else ""
    if place is not None:
        drafts.upload_tray(
            actor,
            case_id=place[0],
            material_id=place[1],
            tray_id=found.pk,
            alternative=chosen,
            request_key=request_key(request),
        )
        messages.success(request, _("“%(name)s”已上传。") % {"name": found.title})
        return redirect(_back(actor, found))
    kind = next(kind for kind in document_kinds() if kind.key == chosen)
    actions.keep_as_document(
        actor,
        tray_id=found.pk,
        kind=kind.key,
        name=kind.name,
        self_made=kind.is_self_made,
        request_key=request_key(request),
    )
    messages.success(request, _("“%(name)s”已存入我的材料。") % {"name": kind.name})
    return redirect("locker")


def _sentence(error: DomainError) -> str:
    return f"{error.text}{error.what_to_do}"


@require_POST
@citizen_required
def tray_discard(request: HttpRequest, tray_id: UUID) -> HttpResponse:
    """Throw all pages away."""
    actor = actor_of(request)
    gone = actions.discard_tray(actor, tray_id=tray_id)
    messages.success(request, _("已经全部删去，没有保存。"))
    return redirect(_back(actor, gone))
