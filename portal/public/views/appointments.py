"""预约到大厅办: choose a hall and a time for an item; see, change and cancel one's own appointments."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.counter import booking_actions, queries
from cases.counter.models import Appointment, HallCounter
from cases.counter.slots import Slot
from common.errors import Conflict, DomainError, Forbidden, NotFound
from portal.access import actor_of, citizen_required
from portal.public.counter_forms import SlotForm
from portal.public.requests import form_version, new_request_key, page_number
from services.models import ServiceItem
from services.queries import get_item

_PAGE = ["GET", "HEAD", "POST"]
_PER_PAGE = 20


@never_cache
@require_http_methods(_PAGE)
@citizen_required
def book_appointment(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Choose a hall, a day and a time, and book it."""
    item = get_item(item_id)
    counters = queries.bookable(item)
    if not counters:
        raise NotFound
    asked = request.POST.get("hall") or request.GET.get("hall", "")
    counter = next((one for one in counters if str(one.hall_id) == asked), counters[0])
    place = reverse("item_guide", args=[item.pk])
    crumbs = [(_("首页"), "/"), (item.current.name if item.current else item.name, place), (_("预约到大厅办"), "")]
    context = {"crumbs": crumbs, "back_url": place, "counters": counters, "address": request.path}
    return _slot_page(request, counter, item, None, context)


@never_cache
@require_http_methods(_PAGE)
@citizen_required
def change_appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Choose another time for an appointment."""
    found = queries.get_appointment(actor_of(request), appointment_id)
    place = reverse("my_appointment", args=[found.pk])
    crumbs = [(_("首页"), "/"), (_("我的预约"), reverse("my_appointments")), (_("改时间"), "")]
    context = {"crumbs": crumbs, "back_url": place, "appointment": found, "address": request.path}
    return _slot_page(request, found.hall.counter, found.item, found, context)


def _slot_page(
    request: HttpRequest, counter: HallCounter, item: ServiceItem, found: Appointment | None, context: dict[str, Any]
) -> HttpResponse:
    actor = actor_of(request)
    days = queries.slots_of(counter, item)
    day = _chosen_day(request, days)
    first = {"request_key": new_request_key(), "version": found.version if found else None}
    form = SlotForm(request.POST if request.method == "POST" else None, initial=first, slots=days[day] if day else [])
    status, conflict = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _save(request, counter, item, found, form)
            except (Conflict, Forbidden) as error:
                status, conflict = error.http_status, error
    today = timezone.localdate()
    blocked = queries.block_of(actor.person_id, counter, today=today) if actor.person_id else None
    chips = [(one, sum(slot.left for slot in slots), one == day) for one, slots in days.items()]
    mine = {"form": form, "counter": counter, "item": item, "days": chips, "day": day, "conflict": conflict}
    context = {"nav": "cases", "blocked": blocked, **mine, **context}
    return render(request, "public/appointment_new.html", context, status=status)


def _chosen_day(request: HttpRequest, days: dict[dt.date, list[Slot]]) -> dt.date | None:
    asked = request.POST.get("day") or request.GET.get("day", "")
    free = next((day for day, slots in days.items() if any(slot.left for slot in slots)), None)
    return next((day for day in days if day.isoformat() == asked), free)


def _save(
    request: HttpRequest, counter: HallCounter, item: ServiceItem, found: Appointment | None, form: SlotForm
) -> HttpResponse:
    actor = actor_of(request)
    plan_id, starts_at = form.chosen()
    if found:
        version = form.cleaned_data["version"] or 0
        booking_actions.change(
            actor, appointment_id=found.pk, plan_id=plan_id, starts_at=starts_at, expected_version=version
        )
        messages.success(request, _("时间已改。"))
        return redirect("my_appointment", found.pk)
    key = form.cleaned_data["request_key"]
    made = booking_actions.book(
        actor, item_id=item.pk, hall_id=counter.hall_id, plan_id=plan_id, starts_at=starts_at, request_key=key
    )
    messages.success(request, _("预约好了。"))
    return redirect("my_appointment", made.pk)


@never_cache
@require_safe
@citizen_required
def my_appointments(request: HttpRequest) -> HttpResponse:
    """One's own appointments, the latest first."""
    page = Paginator(queries.appointments_of(actor_of(request)), _PER_PAGE).get_page(page_number(request))
    return render(request, "public/appointments.html", {"nav": "cases", "page": page})


@never_cache
@require_safe
@citizen_required
def my_appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """One appointment: code, time, place, and what happens when one is late."""
    found = queries.get_appointment(actor_of(request), appointment_id)
    return render(request, "public/appointment.html", _own_page(found))


def _own_page(found: Appointment) -> dict[str, Any]:
    is_open = found.state == Appointment.State.BOOKED and found.ends_at > timezone.now()
    crumbs = [(_("首页"), "/"), (_("我的预约"), reverse("my_appointments")), (_("预约"), "")]
    counter = getattr(found.hall, "counter", None)
    ticket = getattr(found, "ticket", None)
    code = f"{found.code[:4]} {found.code[4:]}"
    page = {"appointment": found, "is_open": is_open, "counter": counter, "ticket": ticket, "code": code}
    return {"nav": "cases", "crumbs": crumbs, **page}


@require_POST
@citizen_required
def cancel_appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Give the place back."""
    actor = actor_of(request)
    try:
        booking_actions.cancel(actor, appointment_id=appointment_id, expected_version=form_version(request))
    except Conflict as error:
        return _refused(request, appointment_id, error)
    messages.success(request, _("预约已取消，号已经放出来给别人。"))
    return redirect("my_appointment", appointment_id)


def _refused(request: HttpRequest, appointment_id: UUID, error: DomainError) -> HttpResponse:
    found = queries.get_appointment(actor_of(request), appointment_id)
    context = {**_own_page(found), "conflict": error}
    return render(request, "public/appointment.html", context, status=error.http_status)
