"""In the hall: the kiosk that gives tickets and the screen that calls them. No sign-in; addresses are secret."""

import hashlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cases.counter import queries, ticket_actions
from cases.counter.errors import CounterNotFound
from common.errors import DomainError
from portal.access import actor_of
from portal.public.counter_forms import KioskForm

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
                ticket = ticket_actions.take_at_kiosk(actor_of(request), kiosk_key=kiosk_key, wanted=form.wanted())
            except CounterNotFound:
                raise
            except DomainError as error:
                status = form.refuse(error)
            else:
                return redirect("kiosk_ticket", kiosk_key, ticket.pk)
    return render(request, "public/hall/kiosk.html", {"counter": counter, "form": form}, status=status)


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
