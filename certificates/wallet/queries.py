"""Reads of the wallet: shares given and received, what a receiver sees, public checks."""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from certificates.models import Certificate
from certificates.queries import visible_certificates
from certificates.wallet.errors import ShareNotFound, ShareOver
from certificates.wallet.models import PublicCheck, Share
from certificates.wallet.sharing_rules import person_index
from common import crypto
from identity.actor import Actor
from identity.models import Account, Person

_PARTS = ("grant", "certificate__type", "certificate__issuer", "certificate__holder__person")


def loaded() -> QuerySet[Share]:
    """Shares with everything a page says about them."""
    return Share.objects.select_related(*_PARTS, "certificate__holder__organisation")


def live(now: dt.datetime) -> QuerySet[Share]:
    """Shares that are open at a moment."""
    return Share.objects.filter(ended_at__isnull=True, until__gt=now)


def is_live(share: Share) -> bool:
    """Whether a loaded share is open now."""
    return share.ended_at is None and share.until > timezone.now()


def given(actor: Actor) -> QuerySet[Share]:
    """What the party a citizen acts for has shared, newest first; none under a mandate without the wallet."""
    if not actor.is_citizen or actor.is_wallet_shut:
        return Share.objects.none()
    return loaded().filter(certificate__in=visible_certificates(actor).order_by().values("pk"))


def received(actor: Actor) -> QuerySet[Share]:
    """What others share now with the party a citizen acts for, newest first; none without the wallet.

    A person is found by the phone of their account, or by ID number and name together.
    """
    if not actor.is_citizen or actor.is_wallet_shut or actor.principal_id is None:
        return Share.objects.none()
    rows = loaded().filter(ended_at__isnull=True, receiver_left_at__isnull=True, until__gt=timezone.now())
    person = Person.objects.filter(pk=actor.principal_id).first()
    if person is None:
        return rows.filter(organisation_id=actor.principal_id)
    phone = Account.objects.filter(person_id=person.pk).values_list("phone_index", flat=True).first()
    return rows.filter(received_by(person, bytes(phone) if phone else None))


def received_by(person: Person, phone_index: bytes | None) -> Q:
    """What is shared with a person: by ID number and name together, or by the phone of their account."""
    mine = Q(to=Share.To.ID_NUMBER, receiver_index=person_index(bytes(person.id_number_index), person.name))
    if phone_index:
        mine |= Q(to=Share.To.PHONE, receiver_index=phone_index)
    return mine


def get_received(actor: Actor, share_id: UUID) -> Share:
    """One of :func:`received`; raises :class:`ShareNotFound` for everybody else and when it is over."""
    found = received(actor).filter(pk=share_id).first()
    if found is None:
        raise ShareNotFound
    return found


def find_by_token(digest: bytes) -> Share | None:
    """The share behind the address in a message."""
    return loaded().filter(token_digest=digest).first()


def shares_of(actor: Actor, certificate: Certificate) -> QuerySet[Share]:
    """The open shares of one certificate."""
    return given(actor).filter(certificate=certificate, ended_at__isnull=True, until__gt=timezone.now())


def public_checks(certificate: Certificate) -> int:
    """How often anybody checked a certificate without sign-in, ever."""
    total = PublicCheck.objects.filter(certificate=certificate).aggregate(total=Sum("count"))["total"]
    return int(total or 0)


def token_digest(token: str) -> bytes:
    """What is kept of the address in a message."""
    return crypto.blind_index(token, purpose="certificates.share.token")


def require_open(row: Share) -> None:
    """Raise :class:`ShareOver` once its time is over, its holder ended it or its receiver closed their account."""
    if row.ended_at or row.receiver_left_at or row.until <= timezone.now():
        raise ShareOver
