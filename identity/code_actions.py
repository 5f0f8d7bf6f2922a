"""One-time codes by phone: six digits, five minutes, used once, five tries.

A code is checked by the id that only the browser which asked for it holds, so nobody can use up the tries of
somebody else's code. A code is written for unknown phones too, only not sent: both cases look and cost the same.
"""

import datetime as dt
import hmac
import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import crypto, limits
from common.ids import uuid7
from identity import messaging, rules
from identity.actions import PHONE
from identity.actor import Actor
from identity.errors import CodeExpired, CodeWrong, TooManyTries
from identity.models import Account, OneTimeCode

LIFE = dt.timedelta(minutes=5)
MOST_TRIES = 5
_PER_PHONE_AND_DAY = 20  # from all addresses: a phone is not to be flooded
_Purpose = OneTimeCode.Purpose


@transaction.atomic
def send_code(actor: Actor, *, phone: str, purpose: str, address: str) -> UUID:
    """Send a code to ``phone`` and return its id, to be kept in the asking browser's session.

    Signing in, stepping up or giving up the old phone, the code goes only to a phone that has an account;
    registering or taking a new one, a phone that has one is told so instead. The answer is the same each time.
    ``address`` is the network address that asks.
    Raises :class:`PhoneInvalid` or :class:`TooManyTries`.
    """
    number = rules.normal_phone(phone)
    index = crypto.blind_index(number, purpose=PHONE)
    _slow_down(number, index, address)
    row_id, code = _write(index, purpose)
    known = Account.objects.filter(phone_index=index, is_active=True).exists()
    if known == (purpose not in {_Purpose.REGISTER, _Purpose.NEW_PHONE}):
        messaging.send(phone=number, text=_code_words(code), lasts=LIFE)
    elif known:
        messaging.send(phone=number, text=_("这个手机号已经有账号，请直接登录。不是您本人操作的，不用理会。"))
    return row_id


@transaction.atomic
def send_code_if(actor: Actor, *, phone: str, is_right: bool, purpose: str, address: str) -> UUID:
    """As :func:`send_code`, where the caller knows whether this phone is the right one for what is asked."""
    number = rules.normal_phone(phone)
    index = crypto.blind_index(number, purpose=PHONE)
    _slow_down(number, index, address)
    row_id, code = _write(index, purpose)
    if is_right:
        messaging.send(phone=number, text=_code_words(code), lasts=LIFE)
    return row_id


@transaction.atomic
def send_email_code(actor: Actor, *, email: str, index: bytes, address: str) -> UUID:
    """Send a code that confirms an e-mail address; ``index`` is what :func:`use_code` gives back for it."""
    _slow_down(email, index, address)
    row_id, code = _write(index, _Purpose.EMAIL)
    messaging.send_email(email=email, subject=_("一站通：确认电子邮箱"), text=_code_words(code), lasts=LIFE)
    return row_id


def _write(index: bytes, purpose: str) -> tuple[UUID, str]:
    row_id, code = uuid7(), f"{secrets.randbelow(10**6):06d}"
    OneTimeCode.objects.create(
        id=row_id,
        purpose=purpose,
        phone_index=index,
        digest=_digest(row_id, code),
        expires_at=timezone.now() + LIFE,
    )
    return row_id, code


def _code_words(code: str) -> str:
    return _("验证码 %(code)s，5 分钟内有效。工作人员不会向您索要。") % {"code": code}


def _slow_down(phone: str, index: bytes, address: str) -> None:
    """Count by asking address first, so that one address cannot keep a phone from getting codes."""
    too_fast = limits.is_over("code", address, phone, most=3, seconds=60)
    too_many = limits.is_over("code", address, most=30, seconds=60 * 60)
    today = OneTimeCode.objects.filter(phone_index=index, created_at__gt=timezone.now() - dt.timedelta(days=1))
    if too_fast or too_many or today.count() >= _PER_PHONE_AND_DAY:
        raise TooManyTries


def use_code(actor: Actor, *, code_id: UUID | None, code: str, purpose: str) -> bytes:
    """Use a code up and return the blind index of the phone it proves. Call it outside a transaction.

    A wrong code counts as a try even though an error is raised. Of two uses at once, one gets the code.
    Raises :class:`CodeWrong` or :class:`CodeExpired`.
    """
    with transaction.atomic():
        rows = OneTimeCode.objects.select_for_update().filter(purpose=purpose)
        row = rows.filter(pk=code_id).first() if code_id else None
        now = timezone.now()
        if row is None or row.used_at or row.expires_at <= now or row.tries >= MOST_TRIES:
            failure: type[CodeWrong | CodeExpired] | None = CodeExpired
        elif hmac.compare_digest(bytes(row.digest), _digest(row.pk, code.strip())):
            row.used_at, failure = now, None
            row.save(update_fields=["used_at", "updated_at"])
        else:
            row.tries, failure = row.tries + 1, CodeWrong
            row.save(update_fields=["tries", "updated_at"])
    if failure or row is None:
        error = failure or CodeExpired
        raise error(fields={"code": error.message})
    return bytes(row.phone_index)


def _digest(row_id: UUID, code: str) -> bytes:
    return crypto.blind_index(f"{row_id}\x00{code}", purpose="identity.one_time_code")
