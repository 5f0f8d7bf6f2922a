"""Writes of the identity room."""

import datetime as dt

from django.db import IntegrityError, transaction

from common import crypto, events
from common.errors import Forbidden
from identity import events as codes
from identity import rules
from identity.actor import Actor, ActorKind
from identity.errors import OrganisationExists, PersonExists
from identity.models import Account, Organisation, Party, Person, Region
from identity.persons import documents, likeness

ID_NUMBER = "identity.id_number"
PHONE = "identity.phone"


@transaction.atomic
def register_person(
    actor: Actor,
    *,
    name: str,
    id_number: str,
    phone: str = "",
    address: str = "",
    assurance_level: int = 1,
    region: Region | None = None,
    document_kind: str = documents.Kind.CITIZEN,
    issuer: str = "",
    birth_date: dt.date | None = None,
) -> Person:
    """Register a natural person by a document (:mod:`identity.persons.documents`), the citizen ID unless said.

    ``issuer`` is the country of a passport, ``birth_date`` counts where the number has none. Raises
    :class:`NameInvalid`, :class:`IdNumberInvalid`, :class:`DocumentInvalid` or :class:`PersonExists`.
    """
    document = documents.check(document_kind, id_number, issuer=issuer)
    shown = rules.normal_name(name)
    if Person.objects.filter(id_number_index=document.index).exists():
        raise PersonExists
    stated = birth_date if document.born is None else None
    party = Party.objects.create(kind=Party.Kind.PERSON)
    try:
        with transaction.atomic():
            person = Person.objects.create(
                party=party,
                name=shown,
                document_kind=document.kind,
                issuer=document.issuer,
                id_number=document.number,
                id_number_index=document.index,
                birth_date=stated.isoformat() if stated else None,
                likeness_index=likeness.index(shown, document.born or stated),
                phone=rules.normal_phone(phone) if phone else None,
                address=address or None,
                assurance_level=assurance_level,
                region=region,
            )
    except IntegrityError as error:  # somebody registered the same number meanwhile
        raise PersonExists from error
    events.record(
        codes.PERSON_REGISTERED,
        actor=actor,
        subject_id=party.pk,
        holder_id=party.pk,
        assurance_level=assurance_level,
    )
    return person


@transaction.atomic
def register_organisation(
    actor: Actor,
    *,
    uscc: str,
    name: str,
    kind: str,
    address: str,
    legal_representative: Person,
    region: Region | None = None,
) -> Organisation:
    """Register an organisation; ``uscc`` is checked by GB 32100.

    Raises :class:`UsccInvalid`, :class:`NameInvalid` or :class:`OrganisationExists`.
    """
    code = rules.normal_uscc(uscc)
    shown = rules.normal_name(name, is_organisation=True)
    if Organisation.objects.filter(uscc=code).exists():
        raise OrganisationExists
    party = Party.objects.create(kind=Party.Kind.ORGANISATION)
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                party=party,
                uscc=code,
                name=shown,
                kind=kind,
                address=address,
                legal_representative=legal_representative,
                region=region,
            )
    except IntegrityError as error:
        raise OrganisationExists from error
    events.record(codes.ORGANISATION_REGISTERED, actor=actor, subject_id=party.pk, holder_id=party.pk, uscc=code)
    return organisation


@transaction.atomic
def open_account(actor: Actor, *, person: Person, password: str | None, with_phone: bool = True) -> Account:
    """Open the sign-in of a registered person by ID number or phone; None: no password, so no sign-in with one.

    ``with_phone`` False: not by phone, because another account signs in with that number.
    """
    phone_index = crypto.blind_index(person.phone, purpose=PHONE) if person.phone and with_phone else None
    return Account.objects.create_account(
        username=f"p-{person.pk}", password=password, person=person, phone_index=phone_index
    )


def record_sign_in(actor: Actor, *, account: Account, method: str, browser: str = "") -> None:
    """Record a successful sign-in; ``browser`` is a short name such as ``Chrome · Windows``."""
    events.record(codes.SIGNED_IN, actor=actor, subject_id=account.pk, method=method, browser=browser)


def require_system(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the site itself acts."""
    if actor.kind != ActorKind.SYSTEM:
        raise Forbidden
