"""Reads of persons by staff: by the exact number of a document and with a reason, never by browsing."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from common import events
from common.errors import Forbidden
from identity import events as codes
from identity.actor import Actor
from identity.models import Account, LikelyDuplicate, Organisation, Party, Person, PersonChange, PersonMerge
from identity.permissions import Permission
from identity.persons.documents import IdDocument
from identity.persons.errors import PersonNotFound
from identity.persons.finding import find_person
from identity.persons.merge_actions import require_officer
from identity.persons.reasons import checked_reason


@dataclass(frozen=True, slots=True)
class Dossier:
    """One person with what hangs on them, to be shown masked."""

    person: Person
    account: Account | None
    organisations: list[Organisation]
    changes: list[PersonChange]
    merges: list[PersonMerge]


def may_look(actor: Actor) -> bool:
    """Whether this post may look persons up: data officers, and clerks at a counter."""
    return bool(actor.departments(Permission.MANAGE_PERSONS) or actor.departments(Permission.COUNTER))


def look_up(actor: Actor, document: IdDocument, *, reason: str) -> Person:
    """Find one person by a whole document; the look is recorded with its reason, for the person to read.

    Raises :class:`Forbidden`, :class:`ReasonMissing` or :class:`PersonNotFound`.
    """
    if not may_look(actor):
        raise Forbidden
    said = checked_reason(reason)
    person = find_person(document)
    if person is None or not _may_see(actor, person):
        raise PersonNotFound
    _record(actor, person.pk, said)
    return person


def open_dossier(actor: Actor, person_id: UUID, *, reason: str) -> Dossier:
    """Return a person's page; each look is recorded. A merged person is answered with the one that was kept."""
    if not may_look(actor):
        raise Forbidden
    said = checked_reason(reason)
    party = Party.objects.filter(pk=person_id, kind=Party.Kind.PERSON).first()
    if party is None:
        raise PersonNotFound
    person = Person.objects.select_related("region").get(pk=party.merged_into_id or party.pk)
    if not _may_see(actor, person):
        raise PersonNotFound
    _record(actor, person.pk, said)
    return Dossier(
        person=person,
        account=Account.objects.filter(person=person).first(),
        organisations=list(Organisation.objects.filter(legal_representative=person)),
        changes=list(person.changes.select_related("made_by")[:50]),
        merges=list(person.merges.select_related("other")),
    )


def open_pairs(actor: Actor) -> QuerySet[LikelyDuplicate]:
    """Likely duplicates that nobody has settled, newest first; for data officers."""
    require_officer(actor)
    return LikelyDuplicate.objects.filter(state=LikelyDuplicate.State.OPEN).select_related("first", "second")


@transaction.atomic
def open_pair(actor: Actor, pair_id: UUID, *, reason: str) -> LikelyDuplicate:
    """Return one pair, side by side; the look at both is recorded."""
    require_officer(actor)
    said = checked_reason(reason)
    parts = ("first__region", "second__region", "first__account", "second__account")
    pair = LikelyDuplicate.objects.select_related(*parts).filter(pk=pair_id).first()
    if pair is None:
        raise PersonNotFound
    for person_id in (pair.first_id, pair.second_id):
        _record(actor, person_id, said)
    return pair


def _may_see(actor: Actor, person: Person) -> bool:
    """Whoever closed their account is there for data officers alone (个人信息保护法第四十七条)."""
    return person.locked_at is None or bool(actor.departments(Permission.MANAGE_PERSONS))


def _record(actor: Actor, person_id: UUID, reason: str) -> None:
    events.record(codes.PERSON_READ, actor=actor, subject_id=person_id, holder_id=person_id, reason=reason)
