"""What every session at a window begins with: who stands there, whether the window takes it in, room for it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.assisting import errors, rules
from cases.assisting.behalf import Behalf
from cases.assisting.models import Assistance
from cases.assisting.moving import end, say
from cases.assisting.standing import LIVE, PARTS, State
from cases.counter.models import CounterWindow, Ticket
from identity.actor import Actor, ActorKind
from identity.mandates import capacity
from identity.models import Account, Party, Person
from identity.permissions import Permission
from identity.persons.documents import IdDocument
from identity.persons.queries import look_up
from services.forms import steps_of
from services.models import ItemVersion, ServiceItem

_BUSY = {
    "one_assistance_at_a_window": errors.WindowAssisting,
    "one_assistance_of_a_person": errors.PersonAssisted,
}


def require_seen(is_seen: bool) -> None:
    """The clerk compared face and document; raises :class:`NotSeen`."""
    if not is_seen:
        raise errors.NotSeen(fields={"seen": errors.NotSeen.message})


def identified(actor: Actor, document: IdDocument, *, reason: str) -> Person:
    """Whose document it is; the look-up is recorded. Raises :class:`PersonNotFound` or :class:`OwnAssistance`."""
    person = look_up(actor, document, reason=reason)
    if Account.objects.filter(pk=actor.known_account_id, person=person).exists():
        raise errors.OwnAssistance
    return person


def is_away(actor: Actor, window: CounterWindow, item: ServiceItem, *, name: str, handle_area: str) -> bool:
    """Whether the item's body is of another region, which lets this window take papers in; raises ItemNotTaken."""
    owner = item.department
    if owner is not None and actor.may(Permission.COUNTER, owner.pk):
        return False
    if owner is not None:
        here, there = window.hall.region.code, owner.region.code
        is_other = not rules.is_same_place(here, there)
        if is_other and rules.takes_in(handle_area, window_region=here, owner_region=there):
            return True
    raise errors.ItemNotTaken(item=name, department=owner.name if owner else _("其他部门"))


def require_not_own(actor: Actor, behalf: Behalf) -> None:
    """Nobody takes in what somebody else brings in their own name; raises :class:`OwnAssistance`."""
    party = behalf.party
    owner = party.pk if party.kind == Party.Kind.PERSON else party.organisation.legal_representative_id
    if Account.objects.filter(pk=actor.known_account_id, person_id=owner).exists():
        raise errors.OwnAssistance


def require_capable(person: Person, behalf: Behalf, *, open_from_age: int | None = None) -> None:
    """Who stands there may do this by the law of age and capacity, as online; raises :class:`NeedsGuardian`."""
    at_window = Actor(kind=ActorKind.CITIZEN, person_id=person.pk, principal_id=behalf.party.pk)
    capacity.require(at_window, open_from_age=open_from_age)


def ask(actor: Actor, *, window: CounterWindow, person: Person, behalf: Behalf, **values: Any) -> Assistance:
    """Open the session and show the question; sessions nobody ended in time, or whose clerk left, make room.

    Raises :class:`OwnAssistance`, :class:`WindowAssisting`, :class:`PersonAssisted` or :class:`SheetUsed`.
    """
    require_not_own(actor, behalf)
    _end_what_is_over(actor, window, person)
    row = Assistance(
        window=window,
        clerk_id=actor.known_account_id,
        ticket=Ticket.objects.filter(window=window, state__in=["called", "serving"]).first(),
        person=person,
        party=behalf.party,
        mandate=behalf.mandate,
        ends_at=timezone.now() + dt.timedelta(minutes=settings.COUNTER_CONSENT_MINUTES),
        **values,
    )
    _store(row)
    return say(actor, row, {State.ASKED}, "asked")


def _end_what_is_over(actor: Actor, window: CounterWindow, person: Person) -> None:
    is_left = Q(window__clerk=None) | ~Q(window__clerk_id=F("clerk_id"))
    over = Assistance.objects.select_for_update(of=("self",), no_key=True).select_related(*PARTS)
    over = over.filter(Q(ends_at__lte=timezone.now()) | is_left, Q(window=window) | Q(person=person), state__in=LIVE)
    for row in over.order_by("pk"):
        end(actor, row, LIVE, State.ENDED, reason="窗口换人，自动结束")


def _store(row: Assistance) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        for constraint, kind in _BUSY.items():
            if constraint in str(error):
                raise kind from error
        if row.sheet is not None and "sheet_entered_once" in str(error):
            raise errors.SheetUsed(number=row.sheet.number) from error
        raise


def office_of(window: CounterWindow) -> str:
    """Hall and window, as the person reads it."""
    return f"{window.hall.name}{window.number}号窗口"


def known_fields(version: ItemVersion) -> list[str]:
    """The labels of the fields that are filled in from what is registered."""
    return [spec.label for step in steps_of(version) for spec in step.fields if spec.element]


def held_proofs(version: ItemVersion) -> list[str]:
    """The certificates that stand for its materials."""
    return [kind.name for row in version.materials.all() for kind in row.satisfied_by.all()]
