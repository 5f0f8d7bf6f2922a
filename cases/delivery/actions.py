"""Choosing how the result comes, the pick-up code, and handing out at the counter."""

import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import events as codes
from cases.actions import moves
from cases.delivery.address import Address, checked
from cases.delivery.errors import (
    CodeUnknown,
    DeliveryFixed,
    DeliveryUnknown,
    NotReady,
    ReceiverUnknown,
    TooManyCodeTries,
)
from cases.delivery.models import Delivery
from cases.delivery.queries import is_to_pick_up, may_readdress, receivers_of
from cases.errors import CaseNotFound
from cases.models import Case
from cases.states import OPEN_STATES, State
from common import crypto, events
from common.limits import is_over
from identity.actor import Actor
from identity.permissions import Permission

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
_LENGTH = 8
_PURPOSE = "pick-up-code"
_BEFORE_DECISION = {State.DRAFT, *OPEN_STATES} - {State.DECIDED}
TRIES, CODES, SECONDS = 20, 10, 600


@transaction.atomic
def choose_way(actor: Actor, *, case_id: UUID, way: str, address: Address | None = None) -> Delivery:
    """Choose how the result of a case comes; until the decision it can be chosen anew.

    By post it needs an address, which can be changed until the parcel is sent. Raises :class:`DeliveryUnknown`,
    :class:`AddressInvalid` or :class:`DeliveryFixed`.
    """
    case = moves.lock(actor, case_id)
    if not actor.is_citizen:
        raise CaseNotFound
    if way not in Delivery.Way.values:
        raise DeliveryUnknown(fields={"way": DeliveryUnknown.message})
    delivery = Delivery.objects.select_for_update(no_key=True).filter(case=case).first()
    if case.state not in _BEFORE_DECISION and not (way == Delivery.Way.POST and may_readdress(delivery)):
        raise DeliveryFixed
    kept = checked(address or Address("", "", "", "")).said() if way == Delivery.Way.POST else None
    values = {"way": way, "department_id": case.department_id, "address": kept}
    delivery, _made = Delivery.objects.update_or_create(case=case, defaults=values)
    _record(codes.DELIVERY_CHOSEN, actor, case, way=way)
    return delivery


@transaction.atomic
def make_code(actor: Actor, *, case_id: UUID) -> str:
    """Make the pick-up code of a result that is ready; an earlier one no longer counts, and this one is shown once.

    Raises :class:`NotReady` or :class:`TooManyCodeTries`.
    """
    case = moves.lock(actor, case_id)
    delivery = Delivery.objects.select_for_update(no_key=True).filter(case=case).first()
    if not actor.is_citizen or not is_to_pick_up(delivery) or delivery is None:
        raise NotReady
    if is_over("pick_up_made", str(delivery.pk), most=CODES, seconds=SECONDS):
        raise TooManyCodeTries
    code = "".join(secrets.choice(_ALPHABET) for _place in range(_LENGTH))
    delivery.code_index, delivery.code_made_at = _index(code), timezone.now()
    delivery.save(update_fields=["code_index", "code_made_at", "updated_at"])
    _record(codes.PICK_UP_CODE_MADE, actor, case, number=case.number or "")
    return code


@transaction.atomic
def find_by_code(actor: Actor, *, code: str) -> Delivery:
    """The result that waits under a code at this post's counter; the look is recorded.

    Raises :class:`TooManyCodeTries` or :class:`CodeUnknown`.
    """
    own = actor.departments(Permission.COUNTER) if actor.is_staff else frozenset()
    if not own:
        raise CaseNotFound
    if is_over("pick_up_tried", str(actor.account_id), most=TRIES, seconds=SECONDS):
        raise TooManyCodeTries
    waiting = Delivery.objects.filter(state=Delivery.State.READY, department_id__in=own, code_index=_index(code))
    delivery = waiting.select_related("case__item_version", "case__item", "case__applicant").first()
    if delivery is None:
        raise CodeUnknown(fields={"code": CodeUnknown.message})
    _record(codes.PICK_UP_TRIED, actor, delivery.case, number=delivery.case.number or "")
    return delivery


@transaction.atomic
def hand_out(actor: Actor, *, delivery_id: UUID, code: str, receiver_id: UUID | None) -> Delivery:
    """Hand a result out against its code, to the applicant or to somebody with a mandate: the day of 送达.

    Raises :class:`NotReady` (somebody was quicker), :class:`CodeUnknown`, :class:`ReceiverUnknown` or
    :class:`Forbidden`.
    """
    found = Delivery.objects.filter(pk=delivery_id).values_list("case_id", flat=True).first()
    if found is None or not actor.is_staff:
        raise CaseNotFound
    case = moves.lock(actor, found)
    actor.require(Permission.COUNTER, case.department_id)
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    if delivery.state != Delivery.State.READY:
        raise NotReady
    index = _index(code)
    if delivery.code_index is None or bytes(delivery.code_index) != index:
        raise CodeUnknown(fields={"code": CodeUnknown.message})
    if receiver_id not in {person.pk for person in receivers_of(case)}:
        raise ReceiverUnknown(fields={"receiver": ReceiverUnknown.message})
    delivery.state, delivery.handed_at, delivery.code_index = Delivery.State.HANDED_OUT, timezone.now(), None
    delivery.handed_by_id, delivery.receiver_id = actor.known_account_id, receiver_id
    delivery.save()
    _record(codes.HANDED_OUT, actor, case, number=case.number or "", receiver=str(receiver_id))
    return delivery


def _index(code: str) -> bytes:
    return crypto.blind_index(code.strip().upper().replace(" ", ""), purpose=_PURPOSE)


def _record(event: events.Event, actor: Actor, case: Case, **detail: object) -> None:
    events.record(event, actor=actor, subject_id=case.pk, holder_id=case.applicant_id, **detail)
