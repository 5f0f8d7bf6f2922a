"""送达公告: notices that could be delivered no other way, for thirty days."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.serving import queries
from portal.public.requests import page_number

_PAGE_SIZE = 20


@require_safe
def public_notices(request: HttpRequest) -> HttpResponse:
    """The public notices that run now, newest first. Nothing says what a document holds."""
    page = Paginator(queries.published(), _PAGE_SIZE).get_page(page_number(request))
    rows = [queries.as_public(row) for row in page]
    return render(request, "public/public_notices.html", {"page": page, "rows": rows})
