"""Opening an account from home, and rising to level three, by comparing three facts with the register."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import crypto, events
from identity import events as codes
from identity import levels, messaging, rules
from identity.actions import ID_NUMBER, PHONE, open_account, register_person
from identity.actor import Actor
from identity.code_actions import use_code
from identity.errors import CodeWrong, FactsDiffer, PersonExists, TooManyTries
from identity.models import Account, OneTimeCode, Person, VerificationRecord
from identity.privacy.closing_actions import restore
from identity.verification import FACTS, Facts, Result, source

_DAY = dt.timedelta(days=1)
_MISSES_PER_PHONE = 3  # of one ID number from one phone in a day
_MISSES_PER_NUMBER = 10  # of one ID number from all phones in a day


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody who registers says of themselves."""

    name: str
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    password: str = field(repr=False)


def register(actor: Actor, *, claim: Claim, code_id: UUID | None, code: str) -> None:
    """Open an account for whoever proved the phone, if the register does not contradict; answer by message.

    Nothing returned or raised tells whether a person or an account existed: the result goes to the proven phone,
    and the owner of an existing account is warned. A number the register does not know gives level two
    (self-declared), an agreeing one level three. Raises :class:`IdNumberInvalid`, :class:`PhoneInvalid`,
    :class:`CodeWrong`, :class:`CodeExpired` or :class:`VerificationUnavailable`.
    """
    facts = _facts(claim.name, claim.id_number, claim.phone)
    proven = use_code(actor, code_id=code_id, code=code, purpose=OneTimeCode.Purpose.REGISTER)
    if proven != crypto.blind_index(facts.phone, purpose=PHONE):
        raise CodeWrong(fields={"code": CodeWrong.message})
    _answer(facts, _try_to_open(actor, facts, claim.password))


def _facts(name: str, id_number: str, phone: str) -> Facts:
    number = rules.normal_id_number(id_number, today=timezone.localdate())
    return Facts(id_number=number, name=name.strip(), phone=rules.normal_phone(phone))


def _try_to_open(actor: Actor, facts: Facts, password: str) -> Account | None:
    try:
        result = _compare(actor, facts, person=_find(facts))
        if result == Result.DIFFERS:
            return None
        with transaction.atomic():
            return _open(actor, facts, password, agreed=result == Result.AGREED)
    except (PersonExists, TooManyTries, IntegrityError):  # somebody was quicker, or the phone has an account
        return None


def _find(facts: Facts) -> Person | None:
    index = crypto.blind_index(facts.id_number, purpose=ID_NUMBER)
    return Person.objects.select_related("account").filter(id_number_index=index).first()


def _open(actor: Actor, facts: Facts, password: str, *, agreed: bool) -> Account | None:
    """Open the account; a person whom a window registered before gets it only when the register agrees."""
    level = levels.REGISTER_AGREES if agreed else levels.SELF_DECLARED
    person = _find(facts)
    if person is None:
        person = register_person(
            actor, name=facts.name, id_number=facts.id_number, phone=facts.phone, assurance_level=level
        )
        _attach(facts, person)
    elif not agreed or person.name != facts.name:
        return None
    elif hasattr(person, "account"):  # only a closed one comes back, to the same person
        return restore(actor, person_id=person.pk, phone=facts.phone, password=password)
    else:
        person.phone, person.assurance_level = facts.phone, max(level, person.assurance_level)
        person.save(update_fields=["phone", "assurance_level"])
    account = open_account(actor, person=person, password=password)
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
    result = _compare(actor, Facts(id_number=person.id_number, name=person.name, phone=person.phone), person=person)
    if result != Result.AGREED:
        raise FactsDiffer
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        person.assurance_level = max(person.assurance_level, levels.REGISTER_AGREES)
        person.save(update_fields=["assurance_level"])
    return person.assurance_level


@transaction.atomic
def _compare(actor: Actor, facts: Facts, *, person: Person | None) -> Result:
    """Ask the source and keep what it said, with source and time; misses are limited."""
    number = crypto.blind_index(facts.id_number, purpose=ID_NUMBER)
    phone = crypto.blind_index(facts.phone, purpose=PHONE)
    misses = VerificationRecord.objects.filter(
        id_number_index=number, created_at__gt=timezone.now() - _DAY, result=Result.DIFFERS
    )
    if misses.filter(phone_index=phone).count() >= _MISSES_PER_PHONE or misses.count() >= _MISSES_PER_NUMBER:
        raise TooManyTries
    asked = source()
    result = asked.compare(facts)
    VerificationRecord.objects.create(
        person=person, id_number_index=number, phone_index=phone, source=asked.name, facts=list(FACTS), result=result
    )
    if person is not None:
        detail = {"source": asked.name, "result": str(result), "level": person.assurance_level}
        events.record(codes.LEVEL_CHECKED, actor=actor, subject_id=person.pk, holder_id=person.pk, **detail)
    return result
