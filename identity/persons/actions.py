"""What people change about themselves: the phone by codes, name and document by the population library's word."""

from uuid import UUID

from django.db import transaction

from common import crypto
from identity import rules
from identity.account_actions import end_all_sessions
from identity.actions import PHONE
from identity.actor import Actor
from identity.code_actions import use_code
from identity.errors import CodeWrong, FactsDiffer, MandateNotYours
from identity.mandates.queries import hold
from identity.models import OneTimeCode, Person
from identity.persons import changes, documents
from identity.persons.errors import ChangeNotConfirmed, NothingChanges, PhoneTaken
from identity.persons.finding import lock_person
from identity.verification import Facts, Result, source
from identity.verification.comparing import compare

_Purpose = OneTimeCode.Purpose


def change_phone(
    actor: Actor,
    *,
    phone: str,
    code_id: UUID | None,
    code: str,
    old_code_id: UUID | None = None,
    old_code: str = "",
    current_key: str = "",
) -> Person:
    """Take another phone: a code to the new one, and one to the old one or, that being lost, the register's word.

    Without ``old_code`` the population library must agree on name, number and the new phone. Other sessions end and
    the old phone is told. Raises :class:`PhoneInvalid`, :class:`CodeWrong`, :class:`CodeExpired`,
    :class:`PhoneTaken`, :class:`NothingChanges`, :class:`FactsDiffer`, :class:`TooManyTries` or
    :class:`VerificationUnavailable`; then everything is as it was.
    """
    person = _own(actor)
    number = rules.normal_phone(phone)
    if person.phone == number:
        raise NothingChanges(fields={"phone": NothingChanges.message})
    if old_code and person.phone:
        _prove(actor, person.phone, old_code_id, old_code, _Purpose.OLD_PHONE, field="old_code")
    _prove(actor, number, code_id, code, _Purpose.NEW_PHONE)
    how = "codes"
    if not (old_code and person.phone):
        if compare(actor, _facts(person, phone=number), person=person) != Result.AGREED:
            raise FactsDiffer
        how = source().name
    with transaction.atomic():
        hold(actor)
        person = lock_person(person.pk)
        changes.set_phone(actor, person, number, source=how)
        end_all_sessions(actor, account_id=actor.known_account_id, but_key=current_key)
    return person


def _prove(actor: Actor, phone: str, code_id: UUID | None, code: str, purpose: str, *, field: str = "code") -> None:
    try:
        proven = use_code(actor, code_id=code_id, code=code, purpose=purpose)
    except CodeWrong as error:
        raise CodeWrong(fields={field: error.text}) from error
    if proven != crypto.blind_index(phone, purpose=PHONE):
        raise PhoneTaken


def change_facts(
    actor: Actor, *, name: str, document_kind: str, id_number: str, issuer: str = "", current_key: str = ""
) -> Person:
    """Take another name or document on the word of the population library: three facts, the phone as it stands.

    Raises :class:`NameInvalid`, :class:`DocumentInvalid`, :class:`IdNumberInvalid`, :class:`NothingChanges`,
    :class:`ChangeNotConfirmed`, :class:`PersonExists`, :class:`TooManyTries` or :class:`VerificationUnavailable`;
    then everything is as it was.
    """
    person = _own(actor)
    shown = rules.normal_name(name)
    document = documents.check(document_kind, id_number, issuer=issuer)
    if person.name == shown and bytes(person.id_number_index) == document.index:
        raise NothingChanges(fields={"name": NothingChanges.message})
    if not person.phone:
        raise ChangeNotConfirmed
    facts = Facts(document.number, shown, person.phone, kind=document.kind, issuer=document.issuer)
    if compare(actor, facts, person=person) != Result.AGREED:
        raise ChangeNotConfirmed
    with transaction.atomic():
        hold(actor)
        person = lock_person(person.pk)
        how = source().name
        changes.set_name(actor, person, shown, source=how)
        changes.set_document(actor, person, document, source=how)
        end_all_sessions(actor, account_id=actor.known_account_id, but_key=current_key)
    return person


def _own(actor: Actor) -> Person:
    """The person who is signed in and acts for themselves."""
    if not actor.is_citizen or actor.principal_id != actor.person_id:
        raise MandateNotYours
    return Person.objects.get(pk=actor.person_id)


def _facts(person: Person, *, phone: str) -> Facts:
    return Facts(person.id_number, person.name, phone, kind=person.document_kind, issuer=person.issuer)
