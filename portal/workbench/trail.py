"""The list somebody came from and where the case at hand stands in it: carried in addresses from page to page."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from cases.lists.filters import WorklistFilter
from cases.lists.ordering import ORDERS, Place
from cases.lists.queries import next_in, next_waiting
from cases.models import Case
from portal.access import actor_of


def case_url(case_id: UUID, chosen: WorklistFilter, place: Place) -> str:
    """The address of a case's page that knows the list and the case's place in it."""
    return reverse("workbench_case", args=[case_id]) + _query(chosen, place)


def trail_of(request: HttpRequest) -> str:
    """The part of this page's address, from its question mark, that other pages of the case take on; or nothing."""
    chosen, place = _read(request)
    return _query(chosen, place) if place else ""


def list_url(request: HttpRequest) -> str:
    """Where the list is that one came from; empty for somebody who came from elsewhere."""
    chosen, place = _read(request)
    return f"{reverse('worklist')}?{chosen.query}" if place else ""


def next_url(request: HttpRequest, case: Case) -> str:
    """Where "next" leads: on in the list one came from, else to what waits most urgently."""
    chosen, place = _read(request)
    if place:
        found = next_in(actor_of(request), chosen, place=place, but=case.pk)
        return case_url(found.key, chosen, found) if found else ""
    waiting = next_waiting(actor_of(request), after=case.pk)
    return reverse("workbench_case", args=[waiting]) if waiting else ""


def _read(request: HttpRequest) -> tuple[WorklistFilter, Place | None]:
    chosen = WorklistFilter.of_query(request.GET.get("list", ""))
    return chosen, Place.read(request.GET.get("at", ""), ORDERS[chosen.order])


def _query(chosen: WorklistFilter, place: Place) -> str:
    return "?" + urlencode({"list": chosen.query, "at": place.text})
