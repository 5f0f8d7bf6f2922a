"""Opening an account from home, and rising to level three, by comparing three facts with the register."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import crypto, events
from identity import events as codes
from identity import levels, messaging, rules
from identity.actions import PHONE, open_account, register_person
from identity.actor import Actor
from identity.code_actions import use_code
from identity.errors import CodeWrong, FactsDiffer, PersonExists, TooManyTries
from identity.models import Account, OneTimeCode, Person, VerificationRecord
from identity.persons import documents
from identity.persons.documents import IdDocument
from identity.persons.finding import find_person
from identity.privacy.closing_actions import restore
from identity.verification import Facts, Result
from identity.verification.comparing import compare


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody who registers says of themselves."""

    name: str
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    password: str = field(repr=False)
    document_kind: str = documents.Kind.CITIZEN
    issuer: str = ""  # of a passport
    birth_date: dt.date | None = None  # counts where the number has none


def register(actor: Actor, *, claim: Claim, code_id: UUID | None, code: str) -> None:
    """Open an account for whoever proved the phone, if the register does not contradict; answer by message.

    Nothing returned or raised tells whether a person or an account existed: the result goes to the proven phone,
    and the owner of an existing account is warned. A number the register does not know gives level two
    (self-declared), an agreeing one level three; other documents than the citizen ID give level two unless the
    source compares them. Raises :class:`IdNumberInvalid`, :class:`DocumentInvalid`, :class:`NameInvalid`,
    :class:`PhoneInvalid`, :class:`CodeWrong`, :class:`CodeExpired` or :class:`VerificationUnavailable`.
    """
    facts = _facts(claim)
    proven = use_code(actor, code_id=code_id, code=code, purpose=OneTimeCode.Purpose.REGISTER)
    if proven != crypto.blind_index(facts.phone, purpose=PHONE):
        raise CodeWrong(fields={"code": CodeWrong.message})
    account = _try_to_open(actor, facts, claim)
    if account is None:
        make_password(claim.password)  # opening one hashes the password: the time must not tell which it was
    _answer(facts, account)


def _facts(claim: Claim) -> Facts:
    document = documents.check(claim.document_kind, claim.id_number, issuer=claim.issuer)
    documents.check_born(document, claim.birth_date)
    return Facts(
        id_number=document.number,
        name=rules.normal_name(claim.name),
        phone=rules.normal_phone(claim.phone),
        kind=document.kind,
        issuer=document.issuer,
    )


def _try_to_open(actor: Actor, facts: Facts, claim: Claim) -> Account | None:
    try:
        result = compare(actor, facts, person=_find(facts))
        if result == Result.DIFFERS:
            return None
        with transaction.atomic():
            return _open(actor, facts, claim, agreed=result == Result.AGREED)
    except (PersonExists, TooManyTries, IntegrityError):  # somebody was quicker, or the phone has an account
        return None


def _find(facts: Facts) -> Person | None:
    return find_person(IdDocument(facts.kind, facts.id_number, facts.issuer))


def _open(actor: Actor, facts: Facts, claim: Claim, *, agreed: bool) -> Account | None:
    """Open the account; a person whom a window registered before gets it only when the register agrees."""
    level = levels.REGISTER_AGREES if agreed else levels.SELF_DECLARED
    person = _find(facts)
    if person is None:
        person = register_person(
            actor,
            name=facts.name,
            id_number=facts.id_number,
            phone=facts.phone,
            assurance_level=level,
            document_kind=facts.kind,
            issuer=facts.issuer,
            birth_date=claim.birth_date,
        )
        _attach(facts, person)
    elif not agreed or not rules.is_same_name(person.name, facts.name):
        return None
    elif hasattr(person, "account"):  # only a closed one comes back, to the same person
        return restore(actor, person_id=person.pk, phone=facts.phone, password=claim.password)
    else:
        person.phone, person.assurance_level = facts.phone, max(level, person.assurance_level)
        person.save(update_fields=["phone", "assurance_level"])
    account = open_account(actor, person=person, password=claim.password)
    events.record(codes.ACCOUNT_OPENED, actor=actor, subject_id=account.pk, holder_id=person.pk, level=level)
    return account


def _attach(facts: Facts, person: Person) -> None:
    """Say of the comparison that led to this registration whom it was about."""
    phone = crypto.blind_index(facts.phone, purpose=PHONE)
    latest = VerificationRecord.objects.filter(
        id_number_index=person.id_number_index, phone_index=phone, person=None
    ).latest("created_at")
    latest.person = person
    latest.save(update_fields=["person", "updated_at"])


def _answer(facts: Facts, account: Account | None) -> None:
    if account is not None:
        text = _("注册成功，现在可以用手机号和密码登录。")
    else:
        text = _("没有开通新账号。有账号的请直接登录，没有的请带身份证到任一政务服务窗口办理。")
        person = _find(facts)
        if person and hasattr(person, "account") and person.phone and person.phone != facts.phone:
            warning = _("有人用您的身份信息注册账号，没有成功。不是您本人操作的，不用理会，您的账号没有变化。")
            messaging.send(phone=person.phone, text=warning)
    messaging.send(phone=facts.phone, text=text)


def verify_own_name(actor: Actor, *, person_id: UUID) -> int:
    """Compare the actor's own stored facts with the register; return the level, three or more when they agree.

    Raises :class:`FactsDiffer` when they do not, :class:`TooManyTries` after three misses in a day, or
    :class:`VerificationUnavailable`; then the level is as it was.
    """
    person = Person.objects.get(pk=person_id)
    if actor.person_id != person.pk or not person.phone:
        raise FactsDiffer
    facts = Facts(
        id_number=person.id_number,
        name=person.name,
        phone=person.phone,
        kind=person.document_kind,
        issuer=person.issuer,
    )
    result = compare(actor, facts, person=person)
    if result != Result.AGREED:
        raise FactsDiffer
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        person.assurance_level = max(person.assurance_level, levels.REGISTER_AGREES)
        person.save(update_fields=["assurance_level"])
    return person.assurance_level
