"""The list of guides for search engines: an index, and pages of ten thousand with the day of the last change."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from services import listing

_XML = "application/xml; charset=utf-8"


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index of the pages."""
    pages = range(1, listing.sitemap_pages() + 1)
    addresses = [request.build_absolute_uri(reverse("sitemap_page", args=[number])) for number in pages]
    return render(request, "public/sitemap_index.xml", {"addresses": addresses}, content_type=_XML)


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap_page(request: HttpRequest, page_number: int) -> HttpResponse:
    """One page: the guides with their last change."""
    rows = listing.sitemap_page(page_number) if 0 < page_number < 50_000 else []
    if not rows and page_number != 1:
        raise Http404
    entries = [
        (
            request.build_absolute_uri(reverse("item_guide", args=[item_id])),
            timezone.localtime(changed).isoformat(timespec="seconds"),
        )
        for item_id, changed in rows
    ]
    return render(request, "public/sitemap.xml", {"entries": entries}, content_type=_XML)
