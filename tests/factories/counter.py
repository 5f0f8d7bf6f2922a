"""A hall with a counter that is open all day, its windows, slots and the people who come."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cases.assisting import desk_actions, sheet_actions
from cases.assisting.desk_actions import Wish
from cases.counter import booking_actions, calling_actions, setup_actions, ticket_actions
from cases.counter.models import Appointment, CounterWindow, HallCounter, SlotPlan, Ticket
from cases.counter.setup_actions import CounterSettings, PlanDetails, WindowDetails
from cases.counter.ticket_actions import Wanted
from cases.terminal.setup_actions import save_terminal
from identity.actor import PUBLIC, SYSTEM, Actor
from identity.models import Hall, Post, PostHolding
from services.models import ItemWindow, ServiceItem
from tests.factories.cast import Cast, a_member_of_staff, build_cast
from tests.factories.guides import a_hall

ALL_DAY = {str(day): [["00:00", "24:00"]] for day in range(1, 8)}


@dataclass
class Counter:
    """The cast, their hall and its counter. ``keeper`` looks after the hall, ``clerk`` and ``colleague`` sit there."""

    cast: Cast
    hall: Hall
    counter: HallCounter
    keeper: Actor
    clerk: Actor
    colleague: Actor
    item: ServiceItem
    one: CounterWindow
    two: CounterWindow


def open_today(hall: Hall) -> None:
    """Whatever the calendar says, the hall is open all of today and of the next days."""
    today = timezone.localdate()
    days = [(today + dt.timedelta(days=ahead)).isoformat() for ahead in range(9)]
    hall.special_days = [{"day": day, "spans": [["00:00", "24:00"]], "note": ""} for day in days]
    hall.save()


def a_counter(**settings: Any) -> Counter:
    """A counter with two windows, at which both clerks sit already."""
    cast = build_cast()
    hall = a_hall(cast.scjg, hours=ALL_DAY)
    open_today(hall)
    ItemWindow.objects.create(item=cast.item, hall=hall, window="二楼")
    keeper = a_member_of_staff("1901", _post(cast), "data_officer")
    given = {"is_open": True, "priority_groups": ["elderly", "military"], **settings}
    counter = setup_actions.save_counter(SYSTEM, hall_id=hall.pk, settings=CounterSettings(**given))
    post = Post.objects.get(pk=cast.clerk.post_id)
    colleague = a_member_of_staff("1902", post, PostHolding.Role.COUNTER_CLERK)
    one, two = (a_window(hall, post, number) for number in ("1", "2"))
    calling_actions.sit_down(cast.clerk, window_id=one.pk)
    calling_actions.sit_down(colleague, window_id=two.pk)
    return Counter(cast, hall, counter, keeper, cast.clerk, colleague, cast.item, one, two)


def a_counter_in_use(cast: Cast, hall: Hall) -> dict[str, Any]:
    """A counter in a hall that is there, with the clerk at its window, a called ticket and Li's appointment tomorrow;
    returns arguments for its addresses.
    """
    hall.hours = ALL_DAY
    open_today(hall)
    ItemWindow.objects.create(item=cast.item, hall=hall, window="二楼")
    settings = CounterSettings(is_open=True, priority_groups=["elderly"])
    counter = setup_actions.save_counter(SYSTEM, hall_id=hall.pk, settings=settings)
    window = a_window(hall, Post.objects.get(pk=cast.clerk.post_id), "1")
    calling_actions.sit_down(cast.clerk, window_id=window.pk)
    made = Counter(cast, hall, counter, SYSTEM, cast.clerk, cast.clerk, cast.item, window, window)
    plan = a_plan(made)
    ticket = a_ticket(made)
    calling_actions.call_next(cast.clerk, window_id=window.pk)
    terminal = save_terminal(SYSTEM, hall_id=hall.pk, name="1 号机")
    return {
        "window_id": window.pk,
        "slot_plan_id": plan.pk,
        "ticket_id": ticket.pk,
        "appointment_id": an_appointment(made, plan, slot()).pk,
        **an_assistance(made),
        "terminal_id": terminal.pk,
        "terminal_key": terminal.key,
        "kiosk_key": counter.kiosk_key,
        "screen_key": counter.screen_key,
    }


def an_assistance(counter: Counter) -> dict[str, Any]:
    """Li was asked whether the clerk may fill in for her shop, and one paper sheet was numbered."""
    cast = counter.cast
    wish = Wish(document=cast.li.document, item_id=counter.item.pk, is_seen=True, party_id=cast.shop.pk)
    row = desk_actions.begin(counter.clerk, window_id=counter.one.pk, wish=wish)
    sheets = sheet_actions.make_sheets(counter.clerk, window_id=counter.one.pk, item_id=counter.item.pk, count=1)
    return {"assistance_id": row.pk, "paper_id": sheets[0].pk}


def _post(cast: Cast) -> Post:
    post, _created = Post.objects.get_or_create(department=cast.scjg, name="大厅管理")
    post.serves.add(cast.scjg)
    return post


def a_window(hall: Hall, post: Post, number: str, **values: Any) -> CounterWindow:
    details = WindowDetails(number=number, name="综合窗口", post=post, **values)
    return setup_actions.save_window(SYSTEM, hall_id=hall.pk, details=details)


def a_plan(counter: Counter, *, quota: int = 2, spans: str = "00:00-24:00", **values: Any) -> SlotPlan:
    given = {"minutes": 60, "weekdays": range(1, 8), "valid_from": timezone.localdate(), **values}
    details = PlanDetails(spans=spans, quota=quota, **given)
    return setup_actions.save_plan(SYSTEM, hall_id=counter.hall.pk, details=details)


def slot(days: int = 1, hour: int = 10) -> dt.datetime:
    """The start of a slot so many days ahead."""
    day = timezone.localdate() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour), tzinfo=timezone.get_current_timezone())


def this_hour() -> dt.datetime:
    """The start of the slot that is running."""
    return timezone.localtime().replace(minute=0, second=0, microsecond=0)


def an_appointment(
    counter: Counter, plan: SlotPlan, starts_at: dt.datetime, *, actor: Actor | None = None
) -> Appointment:
    ids = {"item_id": counter.item.pk, "hall_id": counter.hall.pk, "plan_id": plan.pk}
    return booking_actions.book(actor or counter.cast.person, starts_at=starts_at, **ids)


def a_ticket(counter: Counter, phone: str = "13700000001", **wanted: Any) -> Ticket:
    given = {"phone": phone, **wanted} if not {"code", "id_number"} & set(wanted) else wanted
    return ticket_actions.take_at_kiosk(PUBLIC, kiosk_key=counter.counter.kiosk_key, wanted=Wanted(**given))
