"""Uploads in pieces, for the page's script: announce a file, ask how far it got, send the next piece, take it back.

``POST`` to the tray answers 201 with ``Location``, ``Upload-Offset`` and ``Upload-Length``; ``HEAD`` there answers the
two; ``PATCH`` with ``Upload-Offset`` and ``application/offset+octet-stream`` takes a piece (204), 409 tells how far it
is; the last piece has the file opened and checked, and what is wrong with it comes as ``{"code", "message"}``.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from certificates.trays import pieces, queries
from certificates.trays.errors import OffsetWrong, PieceTooLarge
from certificates.trays.models import PieceUpload
from common.errors import DomainError
from portal.access import actor_of, citizen_required

_PIECE_TYPE = "application/offset+octet-stream"
_View = TypeVar("_View", bound=Callable[..., HttpResponse])


def _told_to_the_script(view: _View) -> _View:
    """Tell refusals in JSON: nobody looks at these answers but the page's script."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            said = {"code": error.code, "message": f"{error.text}{error.what_to_do}"}
            answer = JsonResponse(said, status=error.http_status)
            if isinstance(error, OffsetWrong):
                answer.headers["Upload-Offset"] = str(error.params["received"])
            return answer

    return cast(_View, told)


@require_POST
@citizen_required
@_told_to_the_script
def upload_begin(request: HttpRequest, tray_id: UUID) -> HttpResponse:
    """Announce a file with its name, size and mark."""
    size = request.POST.get("size", "")
    upload = pieces.begin(
        actor_of(request),
        tray_id=tray_id,
        name=request.POST.get("name", ""),
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 12 else 0,
        mark=request.POST.get("mark", ""),
    )
    answer = _so_far(HttpResponse(status=201), upload)
    answer.headers["Location"] = reverse("upload_piece", args=[upload.pk])
    return answer


@require_http_methods(["HEAD", "PATCH", "DELETE", "POST"])
@citizen_required
@_told_to_the_script
def upload_piece(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How far an upload got; the next piece of it; or away with it (``POST``: the same, by a button)."""
    actor = actor_of(request)
    if request.method == "HEAD":
        return _so_far(HttpResponse(), queries.get_upload(actor, upload_id))
    if request.method == "PATCH":
        return _take(request, upload_id)
    tray_id = queries.get_upload(actor, upload_id).tray_id
    pieces.abandon(actor, upload_id=upload_id)
    if request.method == "DELETE":
        return HttpResponse(status=204)
    return redirect(f"{reverse('tray', args=[tray_id])}#pages")


def _take(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    upload = queries.get_upload(actor, upload_id)
    if request.content_type != _PIECE_TYPE:
        return HttpResponse(status=415)
    given = request.headers.get("Upload-Offset", "")
    if not (given.isascii() and given.isdigit() and len(given) < 12):
        raise OffsetWrong(received=upload.received)
    try:
        content = request.body
    except RequestDataTooBig as error:
        raise PieceTooLarge(limit=pieces.LARGEST) from error
    upload = pieces.take(actor, upload_id=upload_id, offset=int(given), content=content)
    pieces.finish(actor, upload_id=upload_id)
    return _so_far(HttpResponse(status=204), upload)


def _so_far(answer: HttpResponse, upload: PieceUpload) -> HttpResponse:
    answer.headers["Upload-Offset"] = str(upload.received)
    answer.headers["Upload-Length"] = str(upload.size)
    answer.headers["Cache-Control"] = "no-store"
    return answer
