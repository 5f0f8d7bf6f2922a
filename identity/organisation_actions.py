"""Changes of the register of organisations, and what they end."""

from uuid import UUID

from django.db import transaction

from common import events
from common.errors import Forbidden
from identity import events as codes
from identity.actor import Actor, ActorKind
from identity.mandates.actions import end_all_of
from identity.mandates.moves import hold_all_of
from identity.models import Organisation, Person


@transaction.atomic
def change_legal_representative(actor: Actor, *, organisation_id: UUID, person: Person) -> Organisation:
    """Take over a new legal representative from the register; the mandates given under the old one end. System only."""
    organisation = _locked(actor, organisation_id)
    if organisation.legal_representative_id != person.pk:
        organisation.legal_representative = person
        _save(actor, organisation, "legal_representative")
    return organisation


@transaction.atomic
def change_state(actor: Actor, *, organisation_id: UUID, state: str) -> Organisation:
    """Take over from the register whether an organisation exists (``Organisation.State``). System only.

    Leaving 存续 ends all its mandates; coming back revives none.
    """
    organisation = _locked(actor, organisation_id)
    if organisation.state != state:
        organisation.state = Organisation.State(state)
        _save(actor, organisation, "state")
    return organisation


def cancel_organisation(actor: Actor, *, organisation_id: UUID) -> Organisation:
    """Take over that an organisation no longer exists. System only."""
    return change_state(actor, organisation_id=organisation_id, state=Organisation.State.CANCELLED)


def _locked(actor: Actor, organisation_id: UUID) -> Organisation:
    if actor.kind != ActorKind.SYSTEM:
        raise Forbidden
    hold_all_of(organisation_id)  # before the organisation: an agent who submits holds the mandate first
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _save(actor: Actor, organisation: Organisation, field: str) -> None:
    organisation.save(update_fields=[field])
    ended = end_all_of(actor, principal_id=organisation.pk, why=f"{field}_changed")
    events.record(
        codes.ORGANISATION_CHANGED,
        actor=actor,
        subject_id=organisation.pk,
        holder_id=organisation.pk,
        change=field,
        mandates_ended=ended,
    )
