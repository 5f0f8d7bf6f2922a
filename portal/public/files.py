"""Files on their way to a browser."""

from urllib.parse import quote

from django.http import HttpResponse

_SUFFIX = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/zip": "zip",
    "application/dc+sd-jwt": "sd-jwt",
}


def file_response(content: bytes, *, media_type: str, name: str) -> HttpResponse:
    """Show a stored file in the browser under its Chinese name.

    It is private, so nothing on the way keeps it; somebody made it, so nothing in it can run or reach the site.
    """
    response = HttpResponse(content, content_type=media_type)
    suffix = _SUFFIX.get(media_type, "bin")
    response.headers["Content-Disposition"] = (
        f"inline; filename=\"file.{suffix}\"; filename*=UTF-8''{quote(name)}.{suffix}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def attachment(content: bytes, *, media_type: str, name: str) -> HttpResponse:
    """The same for what no browser shows: it is kept as a file."""
    response = file_response(content, media_type=media_type, name=name)
    response.headers["Content-Disposition"] = response.headers["Content-Disposition"].replace("inline", "attachment", 1)
    return response
