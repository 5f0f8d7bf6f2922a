"""Proving once more who one is before a sensitive step."""

import datetime as dt
import time
from dataclasses import dataclass

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from identity.models import Account


@dataclass(frozen=True, slots=True)
class Proof:
    """The last proof of identity of a session: how, when, and whether that was just now."""

    method: str
    at: dt.datetime | None
    is_fresh: bool


def proof_of(request: HttpRequest) -> Proof:
    """How and when this session last proved who it is; without a method where nothing was written down."""
    records = get_authentication_records(request, request.user)
    last = max(records, key=lambda record: record.get("at", 0), default=None)
    if last is None:
        return Proof("", None, is_fresh=False)
    moment = dt.datetime.fromtimestamp(last["at"], tz=dt.UTC) if "at" in last else None
    return Proof(str(last.get("method", ""))[:40], moment, is_fresh=is_just_now(request))


def is_just_now(request: HttpRequest) -> bool:
    """Whether this session proved who it is within the time that a step-up lasts, the sign-in itself included."""
    return is_recent(request, minutes=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT / 60)


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session proved itself within ``ACCOUNT_REAUTHENTICATION_TIMEOUT`` seconds.

    django-allauth waves accounts through that have neither password nor second factor; here they need a code.
    """
    records = get_authentication_records(request, request.user)
    times = [record["at"] for record in records if record.get("reauthenticated")]
    return bool(times) and time.time() - max(times) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def is_recent(request: HttpRequest, *, minutes: float) -> bool:
    """Whether this session proved itself within so many minutes, the sign-in itself included."""
    times = [record.get("at", 0) for record in get_authentication_records(request, request.user)]
    return time.time() - max(times, default=0) < minutes * 60


def may_use_code(account: Account | AnonymousUser) -> bool:
    """Whether a code to the phone counts: not where a second factor was set up, which a message would weaken."""
    return account.is_authenticated and account.phone_index is not None and not is_mfa_enabled(account)


def record_code(request: HttpRequest, account: Account) -> None:
    """A code to the account's own phone was right."""
    record_authentication(request, account, method="code", reauthenticated=True)
