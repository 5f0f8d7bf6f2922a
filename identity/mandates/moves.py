"""How every act changes a mandate: lock, check its state, store, end. The one place where a state changes."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from common import events
from identity import events as codes
from identity.actor import SYSTEM, Actor
from identity.errors import MandateExists, MandateMoved, MandateNotFound
from identity.mandates import queries
from identity.models import Mandate
from identity.persons.finding import lock_sign_in

State = Mandate.State
LIVE = (State.PROPOSED, State.ACCEPTED)


def locked(mandates: QuerySet[Mandate], mandate_id: UUID) -> Mandate:
    """Lock one of these mandates; raises :class:`MandateNotFound`."""
    mandate = mandates.filter(pk=mandate_id).select_for_update(of=("self",)).first()
    if mandate is None:
        raise MandateNotFound
    return mandate


def hold_all_of(party_id: UUID) -> None:
    """Lock a person's sign-in and every live mandate that a party gave or takes, before anything else of the party's.

    Whoever acts under one holds it first and then the party and its locker: the other way round the two would deadlock
    (docs/adr/0018).
    """
    lock_sign_in(party_id)
    live = Mandate.objects.filter(Q(principal_id=party_id) | Q(agent_id=party_id), state__in=LIVE)
    list(live.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def require_state(mandate: Mandate, *allowed: Mandate.State) -> None:
    """Raise :class:`MandateMoved` unless the mandate is in one of these states today."""
    state = queries.state_now(mandate)
    if state not in allowed:
        raise MandateMoved(state=state.label)


def create(mandate: Mandate) -> None:
    """Store it; what is over by date, or no longer stood behind, makes room first. Raises :class:`MandateExists`."""
    earlier = Mandate.objects.filter(principal_id=mandate.principal_id, agent_index=mandate.agent_index, state__in=LIVE)
    for row in earlier.select_related("principal__person", "principal__organisation"):
        # One that still counts stays unlocked: whoever acts under it may be waiting for the party we hold.
        if queries.state_now(row) == State.ENDED:
            finish(SYSTEM, row, State.ENDED, why="over")
    try:
        with transaction.atomic():
            mandate.save(force_insert=True)
    except IntegrityError as error:
        raise MandateExists from error


def finish(actor: Actor, mandate: Mandate, state: Mandate.State, *, side: str = "", why: str = "") -> None:
    """End a mandate in this state and record it; ``side`` says who revoked, ``why`` what ended it.

    Whoever revokes a mandate does not want the renewal either that waits for an answer.
    """
    mandate.state = state
    mandate.revoked_at = timezone.now()
    mandate.save(update_fields=["state", "revoked_at", "updated_at"])
    event, detail = {
        State.DECLINED: (codes.MANDATE_DECLINED, {"kind": mandate.kind}),
        State.REVOKED: (codes.MANDATE_REVOKED, {"kind": mandate.kind, "side": side}),
        State.ENDED: (codes.MANDATE_ENDED, {"why": why}),
    }[state]
    events.record(event, actor=actor, subject_id=mandate.pk, holder_id=mandate.principal_id, **detail)
    if state == State.REVOKED:
        for renewal in Mandate.objects.filter(renews=mandate, state=State.PROPOSED).select_for_update():
            finish(actor, renewal, State.REVOKED, side=side)


def said(mandate: Mandate) -> dict[str, object]:
    """What the audit keeps of a mandate's terms."""
    return {
        "kind": mandate.kind,
        "scope": mandate.scope,
        "wallet": mandate.may_use_wallet,
        "starts_on": mandate.starts_on.isoformat(),
        "ends_on": mandate.ends_on.isoformat(),
    }
