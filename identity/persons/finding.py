"""Finding a person by a document, and parties that were merged by the row that was kept."""

from uuid import UUID

from django.db.models import QuerySet

from common.written import Given, written
from identity.errors import PartyMerged
from identity.models import Account, Party, Person
from identity.persons.documents import IdDocument
from identity.persons.errors import PersonNotFound


def find_person(document: IdDocument) -> Person | None:
    """Find the person who is known by this document; one who was registered twice is found as the row that was kept."""
    person = Person.objects.select_related("party").filter(id_number_index=document.index).first()
    if person is None or person.party.merged_into_id is None:
        return person
    return Person.objects.get(pk=person.party.merged_into_id)


def find_open_person(document: IdDocument) -> Person | None:
    """As :func:`find_person`, but who closed their account is not found."""
    person = find_person(document)
    return None if person is None or person.locked_at else person


def lock_party(party_id: UUID, *, no_key: bool = False) -> Party:
    """Lock a party for a write that others would look for there; raises :class:`PartyMerged` once it was merged."""
    party = _locked_party.get(party_id, no_key=no_key)
    if party.merged_into_id:
        raise PartyMerged
    return party


@written
def _locked_party(party_id: Given, *, no_key: bool) -> QuerySet[Party]:
    return Party.objects.select_for_update(no_key=no_key).filter(pk=party_id).order_by()


def lock_person(person_id: UUID, *, may_be_closed: bool = False) -> Person:
    """Lock a person who was not merged, their sign-in first (docs/adr/0018); raises :class:`PersonNotFound`.

    Nobody but the site itself and the person touches somebody who closed their account: ``may_be_closed`` is theirs.
    """
    lock_sign_in(person_id)
    people = Person.objects.select_for_update(of=("self",)).filter(pk=person_id, party__merged_into__isnull=True)
    person = people.first()
    if person is None or (person.locked_at and not may_be_closed):
        raise PersonNotFound
    return person


def lock_sign_in(person_id: UUID) -> None:
    """Lock a person's account, if they have one: whoever locks the person locks it before anything else of theirs."""
    accounts = Account.objects.select_for_update(no_key=True).filter(person_id=person_id)
    accounts.values_list("pk", flat=True).first()
