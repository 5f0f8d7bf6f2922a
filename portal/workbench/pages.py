"""What every page of the workbench has: the menu, the count of waiting cases, and lists that never count for long."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from cases.lists.queries import waiting_count
from common.ids import uuid7
from portal.access import actor_of
from portal.workbench.management import entries_for

PAGE_SIZE = 20
COUNT_CAP = 1000


class CappedPaginator(Paginator):
    """Counts ``COUNT_CAP`` rows at most: nobody turns to page fifty, they narrow the list."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or the cap."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[:COUNT_CAP].count()

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than the list shows."""
        return self.count >= COUNT_CAP


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    """Return the page the address asks for; a number out of range or no number at all is brought into range."""
    return CappedPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    nav: str = "",
    status: int = 200,
    waiting: int | None = None,
) -> HttpResponse:
    """Render a page of the workbench. Browsers keep no copy: the pages hold other people's data.

    A page that has counted what waits for the post hands it over as ``waiting``.
    """
    actor = actor_of(request)
    count = waiting_count(actor) if waiting is None else waiting
    frame = {"nav": nav, "worklist_count": count, "has_management": bool(entries_for(actor))}
    response = render(request, template, {**frame, **context}, status=status)
    add_never_cache_headers(response)
    return response


def new_request_key() -> str:
    """A key for one rendered form: however often it is sent, the work is done once."""
    return str(uuid7())
