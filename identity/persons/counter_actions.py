"""What a clerk at the counter does for whoever stands there with their document."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from common import events
from common.errors import Forbidden
from common.idempotency import claim
from identity import events as codes
from identity import levels, rules
from identity.account_actions import end_all_sessions
from identity.actions import open_account, register_person
from identity.actor import Actor
from identity.models import Account, Person, VerificationRecord
from identity.permissions import Permission
from identity.persons import changes, documents
from identity.persons.documents import IdDocument
from identity.persons.finding import lock_person
from identity.staff.current import hold as hold_post
from identity.verification import Result

SOURCE = "counter"
FACTS = ("id_number", "name", "face")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the document shows; ``phone`` is what the person says, empty for somebody without one."""

    name: str
    document_kind: str
    id_number: str
    issuer: str = ""
    birth_date: dt.date | None = None
    phone: str = ""
    address: str = ""


def require_counter(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the actor's post is at a counter, and hold it until the transaction ends."""
    if not actor.departments(Permission.COUNTER):
        raise Forbidden
    hold_post(actor)


@transaction.atomic
def register_at_counter(actor: Actor, *, shown: Shown, request_key: str = "") -> Person:
    """Register somebody who shows their document, with or without a phone. The check itself is a second act.

    With a phone a sign-in is opened, to be used by one-time code. Raises :class:`Forbidden`, :class:`NameInvalid`,
    :class:`IdNumberInvalid`, :class:`DocumentInvalid`, :class:`PhoneInvalid`, :class:`PersonExists` or
    :class:`PhoneTaken`; then nobody is registered.
    """
    require_counter(actor)
    claimed = claim(actor_id=actor.account_id, action="register_at_counter", request_key=request_key)
    if claimed.earlier_id:
        return Person.objects.get(pk=claimed.earlier_id)
    document = documents.check(shown.document_kind, shown.id_number, issuer=shown.issuer)
    person = register_person(
        actor,
        name=shown.name,
        id_number=shown.id_number,
        document_kind=shown.document_kind,
        issuer=shown.issuer,
        birth_date=documents.check_born(document, shown.birth_date),
        address=shown.address,
        assurance_level=levels.SELF_DECLARED,
    )
    if shown.phone:
        account = open_account(actor, person=person, password=None)
        changes.set_phone(actor, person, rules.normal_phone(shown.phone), source=SOURCE)
        level = person.assurance_level
        events.record(codes.ACCOUNT_OPENED, actor=actor, subject_id=account.pk, holder_id=person.pk, level=level)
    claimed.settle(person.pk)
    return person


@transaction.atomic
def confirm_face_to_face(actor: Actor, *, person_id: UUID, original_id: str, request_key: str = "") -> Person:
    """Record that this clerk compared the person with the document shown: level five (DB61/T 1127, 当面核验).

    ``original_id`` is the scan of the document in the person's locker. Raises :class:`Forbidden` or
    :class:`PersonNotFound`.
    """
    require_counter(actor)
    claimed = claim(actor_id=actor.account_id, action="face_to_face", request_key=request_key)
    person = lock_person(person_id)
    if claimed.earlier_id:
        return person
    _record_look(actor, person)
    changes.set_level(actor, person, levels.HIGHEST, source=SOURCE, original_id=original_id)
    detail = {"level": person.assurance_level, "original": original_id}
    events.record(codes.SEEN_FACE_TO_FACE, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)
    claimed.settle(person.pk)
    return person


@transaction.atomic
def change_at_counter(
    actor: Actor, *, person_id: UUID, shown: Shown, original_id: str, request_key: str = ""
) -> Person:
    """Take over name, document and phone from what is shown at the counter; the scan stands as its proof.

    An empty phone leaves the phone as it is. All sessions end when the phone or the document changes. Raises
    :class:`Forbidden`, :class:`PersonNotFound`, :class:`PersonExists`, :class:`PhoneTaken` or the errors of the
    formats; then nothing is changed.
    """
    require_counter(actor)
    claimed = claim(actor_id=actor.account_id, action="change_at_counter", request_key=request_key)
    person = lock_person(person_id)
    if claimed.earlier_id:
        return person
    name = rules.normal_name(shown.name)
    document = documents.check(shown.document_kind, shown.id_number, issuer=shown.issuer)
    how = {"source": SOURCE, "original_id": original_id}
    changes.set_name(actor, person, name, **how)
    is_new_document = _set_document(actor, person, document, shown.birth_date, how)
    account = Account.objects.filter(person=person).first()
    if account is None and shown.phone:
        account = open_account(actor, person=person, password=None)
    is_new_phone = bool(shown.phone) and changes.set_phone(actor, person, rules.normal_phone(shown.phone), **how)
    if account and (is_new_document or is_new_phone):
        end_all_sessions(actor, account_id=account.pk)
    _record_look(actor, person)
    claimed.settle(person.pk)
    return person


def _set_document(
    actor: Actor, person: Person, document: IdDocument, stated: dt.date | None, how: dict[str, str]
) -> bool:
    born = documents.check_born(document, stated or person.born)
    if not changes.set_document(actor, person, document, **how):
        return False
    if document.born is None and person.birth_date != born.isoformat():
        person.birth_date = born.isoformat()
        person.save(update_fields=["birth_date"])
    return True


def _record_look(actor: Actor, person: Person) -> None:
    VerificationRecord.objects.create(
        person=person,
        id_number_index=person.id_number_index,
        checked_by_id=actor.account_id,
        source=SOURCE,
        facts=list(FACTS),
        result=Result.AGREED,
    )
