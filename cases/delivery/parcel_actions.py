"""Posting a result: one parcel for a delivery, told to the courier by a job, and what the courier says of its way.

Locks: case, delivery, parcel. No call of the courier runs inside a transaction.
"""

import datetime as dt
import logging
import re
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases import events as codes
from cases.actions import moves
from cases.delivery import courier, errors
from cases.delivery.address import Address, of_row
from cases.delivery.courier import News
from cases.delivery.messages import PARCEL_RETURNED, PARCEL_SENT
from cases.delivery.models import Delivery, Parcel, ParcelEvent
from cases.delivery.queries import get_delivery, own_posts
from cases.fees.models import UsedNonce
from cases.fees.orders import lock_case
from cases.messages import notify
from cases.models import Case
from common import events
from common.ids import uuid7
from common.jobs import after_commit
from identity.actor import Actor
from identity.permissions import Permission

_log = logging.getLogger("onestop.parcels")
_State = Parcel.State
_WAYBILL = re.compile(r"[A-Za-z0-9]{6,40}")
_FAR = {step: order for order, step in enumerate(_State.values)}  # how far along each step is
_ENDS = {_State.SIGNED, _State.RETURNED}
_BY_HAND = {_State.SIGNED, _State.RETURNED}


@transaction.atomic
def send_parcel(actor: Actor, *, delivery_id: UUID, waybill: str = "") -> Parcel:
    """Post a result that is ready: once, whoever else presses at the same moment.

    With a courier connected a job tells it; without one the counter takes the parcel to the post and writes down the
    ``waybill``. Raises :class:`ParcelNotFound`, :class:`Forbidden`, :class:`NotReady` or :class:`WaybillNeeded`.
    """
    case, delivery = _lock(actor, delivery_id)
    if delivery.way != Delivery.Way.POST or delivery.state != Delivery.State.READY or not delivery.address:
        raise errors.NotReady
    number = waybill.strip().replace(" ", "")
    is_by_hand = courier.chosen() is None
    if is_by_hand and not _WAYBILL.fullmatch(number):
        raise errors.WaybillNeeded(fields={"waybill": errors.WaybillNeeded.message})
    parcel = Parcel.objects.create(
        delivery=delivery,
        number=f"{timezone.localdate():%Y%m%d}{uuid7().hex[-20:]}",
        waybill=number if is_by_hand else "",
        state=_State.ORDERED if is_by_hand else _State.WAITING,
        is_by_hand=is_by_hand,
        sent_by_id=actor.known_account_id,
    )
    delivery.state = Delivery.State.POSTED
    delivery.save(update_fields=["state", "updated_at"])
    if not is_by_hand:
        after_commit("cases.tasks.order_parcel", parcel_id=str(parcel.pk))
    notify(case, PARCEL_SENT)
    _record(codes.PARCEL_SENT, actor, case, parcel=parcel.number)
    return parcel


def order_parcel(actor: Actor, *, parcel_id: UUID) -> Parcel:
    """Tell the courier of a parcel, outside of any transaction; told before, nothing happens.

    The courier knows two orders with one number as one. Raises :class:`CourierMissing` or :class:`CourierAway`:
    then the parcel waits for another try.
    """
    parcel = Parcel.objects.select_related("delivery").get(pk=parcel_id)
    to = of_row(parcel.delivery.address)
    if parcel.state != _State.WAITING or to is None:
        return parcel
    platform = courier.chosen()
    if platform is None:
        raise errors.CourierMissing
    answer = platform.order(number=parcel.number, to=to.said())
    with transaction.atomic():
        row = Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)
        row.waybill, row.courier = answer.waybill, answer.courier
        if row.state == _State.WAITING:  # its first news may have come before its answer
            row.state = _State.ORDERED
        row.save(update_fields=["waybill", "courier", "state", "updated_at"])
    return row


def ask_for_parcel(actor: Actor, *, parcel_id: UUID) -> int:
    """Ask the courier where a parcel is and take its word; returns how many news there were.

    News that cannot be (from before the parcel, or the opposite of how its way ended) are passed over: what else the
    courier says still counts.

    Raises :class:`CourierMissing` or :class:`CourierAway`.
    """
    platform = courier.chosen()
    if platform is None:
        raise errors.CourierMissing
    parcel = Parcel.objects.get(pk=parcel_id)
    news = platform.track(number=parcel.number)
    for one in sorted(news, key=lambda one: one.at):
        try:
            take_news(actor, news=one)
        except (errors.ParcelEnded, errors.ParcelTooEarly) as error:
            _log.warning("parcel %s: %s of %s was passed over (%s)", parcel_id, one.step, one.at, error.code)
    Parcel.objects.filter(pk=parcel_id).update(asked_at=timezone.now())
    return len(news)


def take_parcel_callback(actor: Actor, *, path: str, headers: Mapping[str, str], body: bytes) -> Parcel:
    """Take a signed message of the courier. The same news anew, with another nonce, changes nothing more.

    Raises :class:`CourierMissing`, :class:`NewsUnsigned`, :class:`NewsInvalid`, :class:`NewsReplayed`,
    :class:`ParcelNotFound` or :class:`ParcelEnded`; then nothing is recorded.
    """
    platform = courier.chosen()
    if platform is None:
        raise errors.CourierMissing
    news, nonce = platform.read_callback(path=path, headers=headers, body=body)
    with transaction.atomic():
        _, is_first = UsedNonce.objects.get_or_create(nonce=nonce)  # a second one waits here for the first
        if not is_first:
            raise errors.NewsReplayed
        return take_news(actor, news=news)


@transaction.atomic
def take_news(actor: Actor, *, news: News) -> Parcel:
    """Write down what happened to a parcel. News may come late or twice: the step furthest along counts.

    Signed for, the result is delivered; returned, it waits at the hall to be picked up. Raises
    :class:`ParcelNotFound`, :class:`ParcelTooEarly`, or :class:`ParcelEnded` for the opposite of what ended its way.
    """
    place = Parcel.objects.filter(number=news.number).values_list("delivery_id", "delivery__case_id").first()
    if place is None:
        raise errors.ParcelNotFound
    case = lock_case(place[1])
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=place[0])
    return _take(actor, case, delivery, news)


@transaction.atomic
def record_by_hand(actor: Actor, *, delivery_id: UUID, step: str) -> Parcel:
    """The counter learned that a parcel it posted itself was signed for or came back.

    Raises :class:`ParcelNotFound`, :class:`Forbidden` or :class:`NotReady`.
    """
    case, delivery = _lock(actor, delivery_id)
    parcel = Parcel.objects.filter(delivery=delivery).first()
    if parcel is None or delivery.state != Delivery.State.POSTED or not parcel.is_by_hand or step not in _BY_HAND:
        raise errors.NotReady
    return _take(actor, case, delivery, News(parcel.number, step, timezone.now()))


def _take(actor: Actor, case: Case, delivery: Delivery, news: News) -> Parcel:
    parcel = Parcel.objects.select_for_update(no_key=True).get(delivery=delivery)
    step = _State(news.step)
    if parcel.state in _ENDS and step in _ENDS and step != parcel.state:
        raise errors.ParcelEnded(state=parcel.get_state_display())
    if news.at < parcel.created_at - dt.timedelta(days=1):
        raise errors.ParcelTooEarly
    told = ParcelEvent(parcel=parcel, step=step, at=news.at, place=news.place)
    if not _is_new(told):
        return parcel
    if _FAR[step] > _FAR[parcel.state] and parcel.state not in _ENDS:
        parcel.state = step
        parcel.save(update_fields=["state", "updated_at"])
        _arrive(case, delivery, parcel, news)
    _record(codes.PARCEL_MOVED, actor, case, parcel=parcel.number, step=str(step))
    return parcel


def _is_new(told: ParcelEvent) -> bool:
    """Write the news down unless it was told before: the way has no step twice at one moment, nor two ends."""
    same = ParcelEvent.objects.filter(parcel=told.parcel, step=told.step)
    if (same if told.step in _ENDS else same.filter(at=told.at)).exists():
        return False
    told.save(force_insert=True)
    return True


def _arrive(case: Case, delivery: Delivery, parcel: Parcel, news: News) -> None:
    if parcel.state == _State.SIGNED:
        delivery.state, delivery.handed_at = Delivery.State.SIGNED, news.at
    elif parcel.state == _State.RETURNED:
        delivery.way, delivery.state, delivery.ready_at = Delivery.Way.PICK_UP, Delivery.State.READY, timezone.now()
        notify(case, PARCEL_RETURNED)
    else:
        return
    delivery.save(update_fields=["way", "state", "handed_at", "ready_at", "updated_at"])


@transaction.atomic
def read_address(actor: Actor, *, delivery_id: UUID) -> tuple[Delivery, Address]:
    """The whole address, for the label of a parcel; the look is recorded. Raises :class:`ParcelNotFound`."""
    delivery = get_delivery(actor, delivery_id)
    address = of_row(delivery.address)
    if address is None or delivery.way != Delivery.Way.POST:
        raise errors.ParcelNotFound
    _record(codes.ADDRESS_READ, actor, delivery.case)
    return delivery, address


@transaction.atomic
def forget_addresses(actor: Actor) -> int:
    """Erase the addresses of what arrived, came back or ended ``ADDRESS_KEEP_DAYS`` ago; returns how many.

    What came back waits at the hall and is never posted again: its address goes, fetched or not.
    """
    before = timezone.now() - dt.timedelta(days=settings.ADDRESS_KEEP_DAYS)
    over = [Delivery.State.SIGNED, Delivery.State.HANDED_OUT, Delivery.State.ENDED]
    is_over = Q(state__in=over) | Q(state=Delivery.State.READY, way=Delivery.Way.PICK_UP)
    rows = Delivery.objects.filter(is_over, updated_at__lt=before, address__isnull=False)
    count = rows.update(address=None)
    if count:
        events.record(codes.ADDRESSES_ERASED, actor=actor, subject_id="all", count=count)
    return count


def _lock(actor: Actor, delivery_id: UUID) -> tuple[Case, Delivery]:
    place = Delivery.objects.filter(pk=delivery_id, department_id__in=own_posts(actor)).values_list(
        "case_id", flat=True
    )
    case_id = place.first()
    if case_id is None:
        raise errors.ParcelNotFound
    case = moves.lock(actor, case_id)
    actor.require(Permission.COUNTER, case.department_id)
    return case, Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)


def _record(event: events.Event, actor: Actor, case: Case, **detail: object) -> None:
    number = case.number or ""
    events.record(event, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, number=number, **detail)
