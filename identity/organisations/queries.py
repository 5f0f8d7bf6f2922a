"""Reads of organisations, and the check that one still exists."""

from django.db import transaction
from django.db.models import QuerySet

from common.written import Given, written
from identity.actor import Actor
from identity.models import Organisation, Party, VerificationRecord
from identity.organisations.errors import OrganisationNotActive

_ACTIVE = Organisation.State.ACTIVE


def require_active(party: Party) -> None:
    """Raise :class:`OrganisationNotActive` when the party is an organisation that ended; persons pass.

    Locks the organisation until the transaction ends: whoever records its end waits for what is being done.
    """
    if party.kind != Party.Kind.ORGANISATION:
        return
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("require_active() belongs inside the action's transaction")
    organisation = _locked.get(party.pk)
    if not Party._meta.get_field("organisation").is_cached(party):
        organisation.party = party  # loaded now, for whoever reads on
    if organisation.state != _ACTIVE:
        raise ended(organisation)


@written
def _locked(party_id: Given) -> QuerySet[Organisation]:
    return Organisation.objects.select_for_update(no_key=True).filter(pk=party_id).order_by()


def ended(organisation: Organisation) -> OrganisationNotActive:
    """The refusal that says in which state an organisation is."""
    return OrganisationNotActive(name=organisation.name, state=organisation.get_state_display())


def own_organisations(actor: Actor) -> QuerySet[Organisation]:
    """Every organisation whose legal representative the signed-in person is, ended ones too, by code."""
    if not actor.is_citizen:
        return Organisation.objects.none()
    return Organisation.objects.filter(legal_representative_id=actor.person_id).order_by("uscc")


def bindings_tried(actor: Actor) -> QuerySet[VerificationRecord]:
    """The person's own questions to the corporate library, newest first."""
    if not actor.is_citizen:
        return VerificationRecord.objects.none()
    return (
        VerificationRecord.objects.filter(person_id=actor.person_id).exclude(subject="").order_by("-created_at", "-pk")
    )
