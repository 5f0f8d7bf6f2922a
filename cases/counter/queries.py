"""Reads of the counter: a clerk's desk, a person's place in the line, the hall screen, appointments, settings."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cases.counter import errors, rules
from cases.counter.line import reach_of, standing_of
from cases.counter.models import Appointment, CounterDay, CounterWindow, HallCounter, SlotPlan, Ticket
from cases.counter.slots import Slot, free_slots
from identity.actor import Actor
from identity.halls.queries import get_kept_hall
from identity.models import Department, Hall, Post
from identity.permissions import Permission
from services.models import ItemWindow, ServiceItem

_State = Ticket.State
_LINE_SHOWN = 20
_LAST_CALLED = 8


@dataclass(frozen=True, slots=True)
class Desk:
    """What a clerk sees at a window. ``line`` is the first of those this window may call, in order."""

    window: CounterWindow
    is_seated: bool
    current: Ticket | None
    line: list[Ticket]
    line_count: int
    skipped: list[Ticket]
    done_count: int
    others: list[CounterWindow]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands: people ahead, and the wait in minutes."""

    ahead: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Block:
    """Nothing can be booked until and including a day, after so many appointments not kept."""

    until: dt.date
    missed: int


@dataclass(frozen=True, slots=True)
class Screen:
    """What the hall screen shows: who is called or served where, who was called last, how many wait."""

    hall: Hall
    now: list[Ticket]
    last: list[Ticket]
    waiting: int
    closed: str


def _windows(hall_id: UUID) -> QuerySet[CounterWindow]:
    rows = CounterWindow.objects.filter(hall_id=hall_id, is_active=True).select_related("post", "clerk")
    return rows.prefetch_related("departments", "items").order_by("number", "pk")


def windows_for(actor: Actor) -> QuerySet[CounterWindow]:
    """Windows in use of open counters that belong to the actor's post, by hall and number."""
    rows = CounterWindow.objects.filter(is_active=True, hall__is_active=True, hall__counter__is_open=True)
    if actor.post_id is None or not actor.departments(Permission.COUNTER):
        return rows.none()
    rows = rows.filter(post_id=actor.post_id)
    return rows.select_related("hall", "clerk").order_by("hall__name", "number", "pk")


def desk(actor: Actor, window_id: UUID) -> Desk:
    """A window of the actor's post with its line today (eight queries); raises :class:`WindowNotFound`."""
    window = windows_for(actor).filter(pk=window_id).first()
    if window is None:
        raise errors.WindowNotFound
    now = timezone.localtime()
    today = _today(window.hall_id).select_related("item__current", "department", "appointment__person")
    current = held_at(window)
    waiting = _light(_today(window.hall_id).filter(state=_State.WAITING))
    line = rules.line_for(reach_of(window), map(standing_of, waiting), now)
    shown = {ticket.pk: ticket for ticket in today.filter(pk__in=[one.pk for one in line[:_LINE_SHOWN]])}
    skipped = today.filter(state=_State.SKIPPED).order_by("-called_at", "-pk")[:_LINE_SHOWN]
    others = CounterWindow.objects.filter(hall_id=window.hall_id, is_active=True).exclude(pk=window.pk)
    return Desk(
        window=window,
        is_seated=window.clerk_id == actor.account_id,
        current=current,
        line=[shown[one.pk] for one in line[:_LINE_SHOWN] if one.pk in shown],
        line_count=len(line),
        skipped=list(skipped),
        done_count=_today(window.hall_id).filter(window=window, state=_State.DONE).count(),
        others=list(others.select_related("clerk").order_by("number")),
    )


def _today(hall_id: UUID) -> QuerySet[Ticket]:
    return Ticket.objects.filter(hall_id=hall_id, day=timezone.localdate())


def held_at(window: CounterWindow) -> Ticket | None:
    """The ticket that is called or served at a window, also one called before midnight."""
    rows = Ticket.objects.filter(window=window, state__in=[_State.CALLED, _State.SERVING])
    return rows.select_related("item__current", "department", "appointment__person").first()


def _light(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Without the columns that would have to be decrypted."""
    return tickets.select_related("wanted_window").defer("phone", "id_number")


def counter_by_kiosk(kiosk_key: str) -> HallCounter:
    """The open counter whose kiosk stands at this address; raises :class:`CounterNotFound`."""
    return _counter(Q(kiosk_key=kiosk_key[:43]))


def counter_by_screen(screen_key: str) -> HallCounter:
    """The open counter whose screen hangs at this address; raises :class:`CounterNotFound`."""
    return _counter(Q(screen_key=screen_key[:43]))


def _counter(which: Q) -> HallCounter:
    rows = HallCounter.objects.select_related("hall__region").filter(which, is_open=True, hall__is_active=True)
    counter = rows.first()
    if counter is None:
        raise errors.CounterNotFound
    return counter


def kiosk_ticket(counter: HallCounter, ticket_id: UUID) -> Ticket:
    """A ticket of this hall today; raises :class:`TicketNotFound`."""
    rows = _light(_today(counter.hall_id)).select_related("item__current", "department", "appointment", "window")
    ticket = rows.filter(pk=ticket_id).first()
    if ticket is None:
        raise errors.TicketNotFound
    return ticket


def place_of(counter: HallCounter, ticket: Ticket) -> Place:
    """People ahead at the windows that serve the ticket, and the wait at those of them where somebody sits."""
    windows = list(_windows(counter.hall_id))
    reaches = {window.pk: reach_of(window) for window in windows}
    waiting = [standing_of(row) for row in _light(_today(counter.hall_id).filter(state=_State.WAITING))]
    mine = standing_of(ticket)
    ahead = rules.ahead_of(mine, waiting, reaches.values(), timezone.localtime())
    staffed = sum(window.clerk_id is not None and rules.serves(reaches[window.pk], mine) for window in windows)
    return Place(ahead, rules.expected_minutes(ahead, windows=staffed, minutes_each=counter.minutes_each))


def offered_at(hall: Hall) -> list[ServiceItem]:
    """Items done in a hall, by department and name, for the choice at the kiosk (one query)."""
    rows = ItemWindow.objects.filter(hall=hall, item__current__isnull=False, item__department__isnull=False)
    rows = rows.select_related("item__current", "item__department").order_by("item__department__uscc", "item__name")
    return [row.item for row in rows]


def screen(counter: HallCounter) -> Screen:
    """What the hall's screen shows now (four queries). Codes only: nobody is named."""
    rows = _light(_today(counter.hall_id)).select_related("window")
    now = rows.filter(state__in=[_State.CALLED, _State.SERVING]).order_by("-called_at", "number")
    last = rows.filter(called_at__isnull=False).exclude(state__in=[_State.CALLED, _State.SERVING, _State.WAITING])
    closing = CounterDay.objects.filter(hall_id=counter.hall_id, day=timezone.localdate(), closed_at__isnull=False)
    return Screen(
        hall=counter.hall,
        now=list(now),
        last=list(last.order_by("-called_at", "-pk")[:_LAST_CALLED]),
        waiting=_today(counter.hall_id).filter(state=_State.WAITING).count(),
        closed=closing.values_list("close_reason", flat=True).first() or "",
    )


def bookable(item: ServiceItem) -> list[HallCounter]:
    """Open counters in halls where the item is done that have a plan for it (one query)."""
    plans = Q(hall__slot_plans__item=item)
    plans |= Q(hall__slot_plans__item=None, hall__slot_plans__department=item.department_id)
    plans |= Q(hall__slot_plans__item=None, hall__slot_plans__department=None)
    halls = ItemWindow.objects.filter(item=item, hall__is_active=True).values("hall_id")
    rows = HallCounter.objects.filter(plans, hall__in=halls, hall__slot_plans__is_active=True, is_open=True)
    return list(rows.select_related("hall__region").distinct().order_by("hall__name"))


def slots_of(counter: HallCounter, item: ServiceItem) -> dict[dt.date, list[Slot]]:
    """Slots of a hall for an item from now on, by day (five queries)."""
    return free_slots(counter, item, timezone.localtime())


def block_of(person_id: UUID, counter: HallCounter, *, today: dt.date) -> Block | None:
    """Whether somebody may not book in this hall for a while, and since how many appointments not kept."""
    reach = today - dt.timedelta(days=rules.NO_SHOW_WINDOW + counter.block_days)
    rows = Appointment.objects.filter(person_id=person_id, hall_id=counter.hall_id, state=Appointment.State.NO_SHOW)
    missed = list(rows.filter(day__gte=reach).values_list("day", flat=True))
    until = rules.blocked_until(missed, today, limit=counter.no_show_limit, block_days=counter.block_days)
    if until is None:
        return None
    return Block(until, sum((max(missed) - day).days < rules.NO_SHOW_WINDOW for day in missed))


def appointments_of(actor: Actor) -> QuerySet[Appointment]:
    """The person's own appointments, the latest first: whoever books comes, so never those of somebody acted for."""
    rows = Appointment.objects.filter(person_id=actor.person_id) if actor.is_citizen else Appointment.objects.none()
    return rows.select_related("hall", "item__current").order_by("-starts_at", "-pk")


def get_appointment(actor: Actor, appointment_id: UUID) -> Appointment:
    """One of them; raises :class:`AppointmentNotFound`."""
    found = (
        appointments_of(actor).select_related("ticket", "hall__counter", "item__department").filter(pk=appointment_id)
    )
    appointment = found.first()
    if appointment is None:
        raise errors.AppointmentNotFound
    return appointment


@dataclass(frozen=True, slots=True)
class Setup:
    """A hall's counter for whoever looks after the hall."""

    hall: Hall
    counter: HallCounter | None
    windows: list[CounterWindow]
    plans: list[SlotPlan]
    closed_days: list[CounterDay]
    today: dict[str, int]  # tickets of today by state


def setup_of(actor: Actor, hall_id: UUID) -> Setup:
    """Everything about the counter of a kept hall; raises :class:`HallNotFound`."""
    hall = get_kept_hall(actor, hall_id)
    windows = CounterWindow.objects.filter(hall=hall).select_related("post__department", "clerk")
    days = CounterDay.objects.filter(hall=hall, day__gte=timezone.localdate(), closed_at__isnull=False).order_by("day")
    counts = _today(hall.pk).order_by().values_list("state").annotate(count=Count("pk"))
    return Setup(
        hall=hall,
        counter=HallCounter.objects.filter(hall=hall).first(),
        windows=list(windows.prefetch_related("departments", "items").order_by("-is_active", "number")),
        plans=list(
            SlotPlan.objects.filter(hall=hall).select_related("item", "department").order_by("-is_active", "pk")
        ),
        closed_days=list(days),
        today=dict(counts),
    )


def get_window(actor: Actor, hall_id: UUID, window_id: UUID) -> CounterWindow:
    """A window of a kept hall; raises :class:`HallNotFound` or :class:`WindowNotFound`."""
    hall = get_kept_hall(actor, hall_id)
    window = CounterWindow.objects.filter(hall=hall, pk=window_id).first()
    if window is None:
        raise errors.WindowNotFound
    return window


def get_plan(actor: Actor, hall_id: UUID, plan_id: UUID) -> SlotPlan:
    """A plan of a kept hall; raises :class:`HallNotFound` or :class:`PlanNotFound`."""
    hall = get_kept_hall(actor, hall_id)
    plan = SlotPlan.objects.filter(hall=hall, pk=plan_id).first()
    if plan is None:
        raise errors.PlanNotFound
    return plan


def counter_of(window: CounterWindow) -> HallCounter:
    """The counter a window belongs to, with its hall (one query)."""
    return HallCounter.objects.select_related("hall__region").get(hall_id=window.hall_id)


def kept_hall_of(actor: Actor, hall_id: UUID) -> Hall:
    """A hall this post looks after whose counter is set up; raises :class:`HallNotFound`, :class:`CounterNotFound`."""
    hall = get_kept_hall(actor, hall_id)
    if not HallCounter.objects.filter(hall=hall).exists():
        raise errors.CounterNotFound
    return hall


def items_at(hall: Hall) -> QuerySet[ServiceItem]:
    """Items in use that are done in a hall, by name."""
    return ServiceItem.objects.filter(windows__hall=hall, current__isnull=False).order_by("name", "pk")


def departments_at(hall: Hall) -> QuerySet[Department]:
    """Departments with an item in a hall."""
    done = ItemWindow.objects.filter(hall=hall).values("item__department")
    return Department.objects.filter(pk__in=done).order_by("uscc")


def posts_at(hall: Hall) -> QuerySet[Post]:
    """Posts that may sit in a hall: of its own department and of those with an item in it."""
    near = Q(department_id=hall.department_id) | Q(department__in=departments_at(hall).order_by())
    return Post.objects.filter(near, is_active=True).select_related("department").order_by("department__uscc", "name")
