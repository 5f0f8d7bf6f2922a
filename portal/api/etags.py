"""Conditional answers: the client that has it already gets 304 and no body."""

import hashlib
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class EntityTagMixin(APIView):
    """Adds an entity tag made of the answer itself. Public answers may be kept, but are asked for again each time."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Tag a good answer to a read once it is rendered."""
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and final.status_code == 200:
            patch_cache_control(final, no_cache=True)
            patch_vary_headers(final, ["Cookie"])  # the language is a cookie
            final.add_post_render_callback(partial(_tag, request))
        return final


def _tag(request: Request, response: Response) -> HttpResponse | None:
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request._request, etag=etag, response=response)
