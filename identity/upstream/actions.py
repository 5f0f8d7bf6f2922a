"""What an identity service's word changes here: a person, a level, an account. All of it, or nothing."""

from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction

from common import crypto, events
from identity import events as codes
from identity.actions import PHONE, open_account, register_person
from identity.actor import Actor
from identity.errors import PersonExists
from identity.models import Account, Person, VerificationRecord
from identity.persons import documents
from identity.persons.errors import PersonNotFound
from identity.persons.finding import find_person, lock_person
from identity.privacy.closing_actions import bring_back
from identity.rules import is_same_name
from identity.upstream.claims import PersonClaim
from identity.upstream.errors import (
    UpstreamNameDiffers,
    UpstreamNotForStaff,
    UpstreamSubjectBound,
    UpstreamUnavailable,
)
from identity.upstream.keys import provider_key, subject_key

_FACTS = ("id_number", "name")
_TRIES = 3
_Result = VerificationRecord.Result


def accept(actor: Actor, *, claim: PersonClaim, issuer: str) -> Account:
    """Find the person by the ID number, or register them; open or attach the account; raise the level.

    The level never falls below one reached elsewhere. Raises :class:`UpstreamNameDiffers`,
    :class:`UpstreamSubjectBound` or :class:`UpstreamNotForStaff`; then nothing has changed but the record of a
    comparison that failed. Who closed their account for good comes back as the same person; one that somebody else
    closed is returned as it is.
    """
    for _try in range(_TRIES):
        try:
            with transaction.atomic():
                return _bind(actor, claim, issuer)
        except (PersonExists, PersonNotFound, IntegrityError):  # arrived, or was merged, at the same time: look again
            continue
        except UpstreamNameDiffers:
            _compared(actor, _find(claim), claim, issuer, _Result.DIFFERS)
            raise
    raise UpstreamUnavailable


def _bind(actor: Actor, claim: PersonClaim, issuer: str) -> Account:
    bound = _bound(claim, issuer)  # before the person: who arrives in between is found, and then the binding is not new
    found = _find(claim)
    person = lock_person(found.pk, may_be_closed=True) if found else None
    if person is not None and not is_same_name(person.name, claim.name):
        raise UpstreamNameDiffers
    if bound is not None and bound.user.is_staff_member:
        raise UpstreamNotForStaff
    if bound is not None and (person is None or bound.user.person_id != person.pk):
        raise UpstreamSubjectBound
    if person is None:
        person = _register(actor, claim)
    account = Account.objects.filter(person=person).first() or _open(actor, person)
    if not account.is_active:
        back = bring_back(actor, account_id=account.pk)
        if back is None:
            return account
        account = back
        person.refresh_from_db()
    if bound is None:
        _attach(actor, account, claim, issuer)
    _raise_level(actor, person, claim, issuer)
    return account


def _find(claim: PersonClaim) -> Person | None:
    return find_person(documents.recognise(claim.id_number))


def _bound(claim: PersonClaim, issuer: str) -> SocialAccount | None:
    rows = SocialAccount.objects.select_related("user").filter(provider=provider_key(issuer))
    return rows.filter(uid=subject_key(claim.subject)).first()


def _register(actor: Actor, claim: PersonClaim) -> Person:
    phone = "" if _is_taken(claim.phone) else claim.phone
    return register_person(actor, name=claim.name, id_number=claim.id_number, phone=phone, assurance_level=claim.level)


def _open(actor: Actor, person: Person) -> Account:
    account = open_account(actor, person=person, password=None, with_phone=not _is_taken(person.phone or ""))
    level = person.assurance_level
    events.record(codes.ACCOUNT_OPENED, actor=actor, subject_id=account.pk, holder_id=person.pk, level=level)
    return account


def _is_taken(phone: str) -> bool:
    """Whether somebody signs in with this phone already: a number handed on must not open their account."""
    return bool(phone) and Account.objects.filter(phone_index=crypto.blind_index(phone, purpose=PHONE)).exists()


def _attach(actor: Actor, account: Account, claim: PersonClaim, issuer: str) -> None:
    """Remember the service's account; one that the same person had there before gives way."""
    provider = provider_key(issuer)
    SocialAccount.objects.filter(provider=provider, user=account).delete()
    SocialAccount.objects.create(provider=provider, user=account, uid=subject_key(claim.subject), extra_data={})
    events.record(
        codes.UPSTREAM_ATTACHED,
        actor=actor,
        subject_id=account.pk,
        holder_id=account.person_id,
        source=_source(issuer),
    )


def _raise_level(actor: Actor, person: Person, claim: PersonClaim, issuer: str) -> None:
    if claim.level > person.assurance_level:
        person.assurance_level = claim.level
        person.save(update_fields=["assurance_level"])
    _compared(actor, person, claim, issuer, _Result.AGREED)


@transaction.atomic
def _compared(actor: Actor, person: Person | None, claim: PersonClaim, issuer: str, result: str) -> None:
    """Keep that the service vouched for these facts, or named others, with source and time."""
    VerificationRecord.objects.create(
        person=person,
        id_number_index=documents.recognise(claim.id_number).index,
        phone_index=crypto.blind_index(claim.phone, purpose=PHONE) if claim.phone else None,
        source=_source(issuer),
        facts=list(_FACTS),
        result=result,
    )
    if person is not None:
        detail = {"source": _source(issuer), "result": str(result), "level": person.assurance_level}
        events.record(codes.LEVEL_CHECKED, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)


def _source(issuer: str) -> str:
    return f"upstream:{urlsplit(issuer).hostname or ''}"[:40]
