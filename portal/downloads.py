"""Files on their way to a browser: shown in it or kept by it, under their Chinese names.

Somebody made them, so nothing in them can run or reach the site.
"""

from django.http import HttpResponse
from django.utils.http import content_disposition_header, quote_etag

_DAY = 24 * 3600
_SUFFIX = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/zip": "zip",
    "application/json": "json",
    "text/csv": "csv",
    "application/dc+sd-jwt": "sd-jwt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


def file_response(content: bytes, *, media_type: str, name: str) -> HttpResponse:
    """Show a private file in the browser; nothing on the way keeps it. ``name`` comes without its ending."""
    response = _response(content, media_type, name, is_kept=False)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def attachment(
    content: bytes, *, media_type: str, name: str, sha256: str = "", is_public: bool = False
) -> HttpResponse:
    """Offer a file for saving; browsers neither show nor guess it. ``name`` comes without its ending.

    With ``sha256`` the address always gives the same bytes, so that a copy of a public one may be kept on the way.
    """
    response = _response(content, media_type, name, is_kept=True)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if sha256:
        response.headers["ETag"] = quote_etag(sha256)
    if is_public:
        response.headers["Cache-Control"] = f"public, max-age={_DAY}"
    return response


def _response(content: bytes, media_type: str, name: str, *, is_kept: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    file_name = f"{name}.{_SUFFIX.get(media_type, 'bin')}"
    response.headers["Content-Disposition"] = content_disposition_header(is_kept, file_name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
