"""My documents: what the locker holds, what its grades mean, and files put in or taken out."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.queries import uses_of
from cases.states import OPEN_STATES, State
from certificates.errors import QuotaExceeded
from certificates.locker import QUOTA_BYTES, remove_document, upload_document
from certificates.queries import get_own_document, kinds_held, read_document, used_bytes, verdicts, versions
from certificates.queries import locker as documents
from certificates.trays.queries import begun
from common.errors import Invalid
from portal.access import actor_of, citizen_required
from portal.downloads import file_response
from portal.public.forms import DocumentForm, LockerFilter
from portal.public.requests import new_request_key, page_number, upload_key
from services.queries import DocumentKind, document_kinds

_PAGE_SIZE = 20
_MOST_SHOWN = 50  # uses and versions on the page of one document
_MEGABYTE = 1024 * 1024


@require_safe
@citizen_required
def locker(request: HttpRequest) -> HttpResponse:
    """The documents of the person or organisation, newest first, by kind or grade when asked."""
    return _page(request, DocumentForm(kind_choices(document_kinds())))


def kind_choices(kinds: list[DocumentKind]) -> list[tuple[str, str]]:
    """The kinds for a choice."""
    return [(kind.key, kind.name) for kind in kinds]


def _page(request: HttpRequest, form: DocumentForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    chosen = LockerFilter(kinds_held(actor), request.GET)
    chosen.is_valid()  # a wrong value is left out
    wanted = {name: value for name, value in chosen.cleaned_data.items() if value}
    page = Paginator(documents(actor, **wanted), _PAGE_SIZE).get_page(page_number(request))
    context = {
        "filter": chosen,
        "is_filtered": bool(wanted),
        "nav": "locker",
        "form": form,
        "page": page,
        "used": f"{used_bytes(actor) / _MEGABYTE:.1f}",
        "quota": QUOTA_BYTES // _MEGABYTE,
        "trays": begun(actor),
        "request_key": new_request_key(),
    }
    return render(request, "public/locker.html", context, status=status)


@require_POST
@citizen_required
def document_upload(request: HttpRequest) -> HttpResponse:
    """Put a file into the locker."""
    actor = actor_of(request)
    kinds = document_kinds()
    form = DocumentForm(kind_choices(kinds), request.POST, request.FILES)
    status = 422
    if form.is_valid():
        assert actor.principal_id is not None
        kind = next(kind for kind in kinds if kind.key == form.cleaned_data["kind"])
        upload, *more = form.cleaned_data["file"]
        try:
            upload_document(
                actor,
                owner_id=actor.principal_id,
                kind=kind.key,
                name=kind.name,
                upload=upload,
                more=more,
                self_made=kind.is_self_made,
                request_key=upload_key(request, upload, *more),
            )
        except (Invalid, QuotaExceeded) as error:
            form.add_error("file", f"{error.text}{error.what_to_do}")
            status = error.http_status
        else:
            messages.success(request, _("“%(name)s”已存入我的材料。") % {"name": kind.name})
            return redirect("locker")
    return _page(request, form, status=status)


@require_safe
@citizen_required
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document: who verified it, its other versions, where it is used, and what removing it would mean."""
    actor = actor_of(request)
    found = get_own_document(actor, document_id)
    uses = list(uses_of(actor, found)[:_MOST_SHOWN])
    context = {
        "nav": "locker",
        "document": found,
        "verdicts": verdicts(found),
        "versions": versions(actor, found)[:_MOST_SHOWN],
        "uses": uses,
        "is_in_use": any(use.case.state in OPEN_STATES or use.case.state == State.DRAFT for use in uses),
    }
    return render(request, "public/document.html", context)


@require_POST
@citizen_required
def document_remove(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Take a document out of the locker; applications that use it keep it."""
    actor = actor_of(request)
    document = get_own_document(actor, document_id)
    remove_document(actor, document_id=document_id)
    messages.success(request, _("“%(name)s”已从我的材料中删去。") % {"name": document.name})
    return redirect("locker")


@require_safe
@citizen_required
def document_file(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show a document."""
    actor = actor_of(request)
    document = get_own_document(actor, document_id)
    return file_response(read_document(actor, document), media_type=document.media_type, name=document.name)
