"""In the hall: the kiosk that gives tickets and the screen that calls them. No sign-in; addresses are secret."""

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.counter import queries, ticket_actions
from cases.counter.errors import CounterNotFound
from common.errors import DomainError
from portal.access import actor_of
from portal.public.counter_forms import KioskForm, wanted_of

_PAGE = ["GET", "HEAD", "POST"]


@never_cache
@sensitive_post_parameters("value")
@require_http_methods(_PAGE)
def kiosk(request: HttpRequest, kiosk_key: str) -> HttpResponse:
    """Take a ticket by appointment code, phone or ID number."""
    counter = queries.counter_by_kiosk(kiosk_key)
    items = queries.offered_at(counter.hall)
    form = KioskForm(request.POST if request.method == "POST" else None, counter=counter, items=items)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                wanted = form.wanted()
                ticket = ticket_actions.take_at_kiosk(actor_of(request), kiosk_key=kiosk_key, wanted=wanted)
            except CounterNotFound:
                raise
            except DomainError as error:
                status = form.refuse(error)
            else:
                return redirect("kiosk_ticket", kiosk_key, ticket.pk)
    return render(request, "public/hall/kiosk.html", {"counter": counter, "form": form}, status=status)


@csrf_exempt  # no cookie counts here: the address is the key
@never_cache
@require_POST
def kiosk_card(request: HttpRequest, kiosk_key: str) -> JsonResponse:
    """Take a ticket from a device with its own program (card reader, slip printer): JSON in, JSON out.

    In: ``value`` (ID number, phone or appointment code), perhaps ``item`` or ``department`` (UUIDs) and ``group``.
    Out: 201 with ``ticket``, ``ahead`` (people), ``minutes`` and ``at`` (HH:MM of an appointment in time, else
    empty); a refusal has ``code``, ``message``, ``what_to_do`` and ``fields``.
    """
    try:
        counter = queries.counter_by_kiosk(kiosk_key)
        ticket = ticket_actions.take_at_kiosk(actor_of(request), kiosk_key=kiosk_key, wanted=wanted_of(request.body))
    except DomainError as error:
        return JsonResponse(_refusal(error), status=error.http_status)
    place = queries.place_of(counter, ticket)
    at = f"{timezone.localtime(ticket.due_at):%H:%M}" if ticket.due_at else ""
    answer = {"ticket": ticket.code, "ahead": place.ahead, "minutes": place.minutes, "at": at}
    return JsonResponse(answer, status=201)


def _refusal(error: DomainError) -> dict[str, Any]:
    fields = {name: str(text) for name, text in error.fields.items()}
    return {"code": error.code, "message": error.text, "what_to_do": str(error.what_to_do), "fields": fields}


@never_cache
@require_safe
def kiosk_ticket(request: HttpRequest, kiosk_key: str, ticket_id: UUID) -> HttpResponse:
    """The ticket that was given: its number, how many are ahead, how long it takes."""
    counter = queries.counter_by_kiosk(kiosk_key)
    ticket = queries.kiosk_ticket(counter, ticket_id)
    place = queries.place_of(counter, ticket) if ticket.state == ticket.State.WAITING else None
    return render(request, "public/hall/ticket.html", {"counter": counter, "ticket": ticket, "place": place})


@never_cache
@require_safe
def hall_screen(request: HttpRequest, screen_key: str) -> HttpResponse:
    """The screen on the wall."""
    counter = queries.counter_by_screen(screen_key)
    context = {"counter": counter, "screen": queries.screen(counter), "screen_key": screen_key}
    return render(request, "public/hall/screen.html", context)


@require_safe
def hall_screen_now(request: HttpRequest, screen_key: str) -> HttpResponseBase:
    """What changes on the screen: 304 and no body while nothing has."""
    counter = queries.counter_by_screen(screen_key)
    text = render_to_string("public/hall/screen_now.html", {"screen": queries.screen(counter)})
    etag = quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response = HttpResponse(text)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response
