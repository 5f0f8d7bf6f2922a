"""What an identity service's word changes here: a person, a level, an account. All of it, or nothing."""

from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction

from common import crypto, events
from identity import events as codes
from identity.actions import ID_NUMBER, PHONE, open_account, register_person
from identity.actor import Actor
from identity.errors import PersonExists
from identity.models import Account, Person, VerificationRecord
from identity.upstream.claims import PersonClaim, is_same_name
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
    comparison that failed. The account of a person who is locked out comes back as it is.
    """
    for _try in range(_TRIES):
        try:
            with transaction.atomic():
                return _bind(actor, claim, issuer)
        except (PersonExists, IntegrityError):  # the same person arrived at the same time: look again
            continue
        except UpstreamNameDiffers:
            _compared(actor, _find(claim), claim, issuer, _Result.DIFFERS)
            raise
    raise UpstreamUnavailable


def _bind(actor: Actor, claim: PersonClaim, issuer: str) -> Account:
    person = _find(claim, lock=True)
    if person is not None and not is_same_name(person.name, claim.name):
        raise UpstreamNameDiffers
    bound = _bound(claim, issuer)
    if bound is not None and bound.user.is_staff_member:
        raise UpstreamNotForStaff
    if bound is not None and (person is None or bound.user.person_id != person.pk):
        raise UpstreamSubjectBound
    if person is None:
        person = _register(actor, claim)
    account = Account.objects.filter(person=person).first() or _open(actor, person)
    if not account.is_active:
        return account
    if bound is None:
        _attach(actor, account, claim, issuer)
    _raise_level(actor, person, claim, issuer)
    return account


def _find(claim: PersonClaim, *, lock: bool = False) -> Person | None:
    people = Person.objects.select_for_update() if lock else Person.objects.all()
    return people.filter(id_number_index=crypto.blind_index(claim.id_number, purpose=ID_NUMBER)).first()


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
        id_number_index=crypto.blind_index(claim.id_number, purpose=ID_NUMBER),
        phone_index=crypto.blind_index(claim.phone, purpose=PHONE),
        source=_source(issuer),
        facts=list(_FACTS),
        result=result,
    )
    if person is not None:
        detail = {"source": _source(issuer), "result": str(result), "level": person.assurance_level}
        events.record(codes.LEVEL_CHECKED, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)


def _source(issuer: str) -> str:
    return f"upstream:{urlsplit(issuer).hostname or ''}"[:40]
