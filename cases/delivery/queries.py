"""Reads about handing results over."""

import datetime as dt
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from cases.delivery.errors import ParcelNotFound
from cases.delivery.models import Delivery, Parcel, ParcelEvent
from cases.models import Case
from cases.states import OPEN_STATES, State
from identity.actor import Actor
from identity.mandates.queries import current
from identity.mandates.rules import is_grown_up, scope_of
from identity.models import Party, Person
from identity.permissions import Permission


def delivery_of(case: Case) -> Delivery | None:
    """The delivery of a case its reader may see, None for electronic only."""
    return getattr(case, "delivery", None)


def may_choose(case: Case) -> bool:
    """Whether the way can still be chosen."""
    return case.state in {State.DRAFT, *OPEN_STATES} and case.state != State.DECIDED


def may_readdress(delivery: Delivery | None) -> bool:
    """Whether the address of what comes by post can still be changed: the parcel is not sent yet."""
    if delivery is None or delivery.way != Delivery.Way.POST:
        return False
    return delivery.state in {Delivery.State.CHOSEN, Delivery.State.READY}


def is_to_pick_up(delivery: Delivery | None) -> bool:
    """Whether the result waits at the hall for a pick-up code."""
    return delivery is not None and delivery.way == Delivery.Way.PICK_UP and delivery.state == Delivery.State.READY


def parcel_of(delivery: Delivery | None) -> Parcel | None:
    """The parcel of a delivery (one query)."""
    return Parcel.objects.filter(delivery=delivery).first() if delivery else None


def news_of(parcel: Parcel) -> list[ParcelEvent]:
    """What is known of a parcel's way, oldest first (one query)."""
    return list(parcel.news.all())


def own_posts(actor: Actor) -> frozenset[UUID]:
    """The departments whose results this post hands out."""
    return actor.departments(Permission.COUNTER) if actor.is_staff else frozenset()


def on_their_way(actor: Actor) -> QuerySet[Parcel]:
    """Parcels of this post's counter that have neither arrived nor come back, the longest first."""
    rows = Parcel.objects.filter(delivery__department_id__in=own_posts(actor), delivery__state=Delivery.State.POSTED)
    parts = ("delivery__case__item_version", "delivery__case__applicant__person")
    return rows.select_related(*parts, "delivery__case__applicant__organisation").order_by("created_at", "pk")


def get_delivery(actor: Actor, delivery_id: UUID) -> Delivery:
    """One that this post's counter hands out; raises :class:`ParcelNotFound`."""
    rows = Delivery.objects.filter(pk=delivery_id, department_id__in=own_posts(actor))
    parts = ("case__item_version", "case__applicant__person", "case__applicant__organisation", "parcel")
    found = rows.select_related(*parts).first()
    if found is None:
        raise ParcelNotFound
    return found


def to_order() -> list[UUID]:
    """Parcels that the courier was not told of yet."""
    rows = Parcel.objects.filter(state=Parcel.State.WAITING, is_by_hand=False)
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:_BATCH])


def to_ask_for(*, before: dt.datetime) -> list[UUID]:
    """Parcels on their way that the courier was not asked about lately: its message may have been lost."""
    rows = Parcel.objects.filter(is_by_hand=False).exclude(state__in=_NOT_ON_ITS_WAY)
    rows = rows.filter(Q(asked_at__isnull=True) | Q(asked_at__lt=before))
    return list(rows.order_by(F("asked_at").asc(nulls_first=True)).values_list("pk", flat=True)[:_BATCH])


_BATCH = 500
_NOT_ON_ITS_WAY = [Parcel.State.WAITING, Parcel.State.SIGNED, Parcel.State.RETURNED]


def to_hand_out(actor: Actor) -> QuerySet[Delivery]:
    """待发放: what waits at this post's counter, longest first."""
    if not actor.is_staff:
        return Delivery.objects.none()
    own = actor.departments(Permission.COUNTER)
    rows = Delivery.objects.filter(state=Delivery.State.READY, department_id__in=own)
    parts = ("case__item_version", "case__applicant__person", "case__applicant__organisation", "parcel")
    return rows.select_related(*parts).order_by("ready_at", "pk")


def receivers_of(case: Case) -> list[Person]:
    """Who may take a result: the applicant or the legal representative, and whoever has a mandate that covers it."""
    party = case.applicant
    himself = party.organisation.legal_representative if party.kind == Party.Kind.ORGANISATION else party.person
    today = timezone.localdate()
    people = {himself.pk: himself}
    for mandate in current(today).filter(principal=party).select_related("agent", "principal__person"):
        agent = mandate.agent
        if agent and scope_of(mandate).covers_case(case.number, case.item.code) and not is_grown_up(mandate, today):
            people[agent.pk] = agent
    return list(people.values())
