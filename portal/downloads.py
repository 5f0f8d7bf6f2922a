"""Files that anybody may take home."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header, quote_etag

_DAY = 24 * 3600


def attachment(content: bytes, *, media_type: str, name: str, sha256: str, is_public: bool) -> HttpResponse:
    """Offer a stored file for saving under its Chinese name (with its ending); browsers neither show nor guess it.

    Its address always gives the same bytes, so that a copy of a public one may be kept on the way.
    """
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"public, max-age={_DAY}" if is_public else "private, no-store"
    response["ETag"] = quote_etag(sha256)
    return response
