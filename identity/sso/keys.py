"""Signing keys: the next is published before it signs, the previous while its tokens live; private parts encrypted."""

import datetime as dt

from allauth.core.internal import jwkkit
from allauth.idp.oidc.models import PrivateKey
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from common import events
from identity import events as codes
from identity.actor import Actor
from identity.models import SigningKey

_LOCK = 0x53534F4B  # "SSOK": one rotation at a time
_BITS = 3072
# A successor is published at least this long before it signs: longer than anybody keeps the key set.
_NOTICE = dt.timedelta(days=1)


def published() -> list[PrivateKey]:
    """Every key that has not expired, oldest first: previous ones, the current one and the next."""
    rows = [key for key in SigningKey.objects.all() if key.expires_at is None or key.expires_at > timezone.now()]
    return [
        PrivateKey(pem=key.private_key, not_before=key.not_before, expires_at=key.expires_at, issued_at=key.not_before)
        for key in rows
    ]


@transaction.atomic
def rotate(actor: Actor, *, now: dt.datetime | None = None, at_once: bool = False) -> list[SigningKey]:
    """Bring the keys in order: erase expired ones, have one that signs and one that follows; returns all of them.

    Nothing changes while the current key is young. ``at_once`` lets the next key sign from now on, for when the
    current one may be known to somebody.
    """
    moment = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    SigningKey.objects.filter(expires_at__lte=moment).delete()
    current = SigningKey.objects.filter(not_before__lte=moment).last()
    following = SigningKey.objects.filter(not_before__gt=moment).first()
    if current is None:
        current = _make(actor, not_before=moment)
    elif at_once:
        current = _replace(actor, current, following, moment)
        following = None
    if following is None:
        _announce(actor, current, moment)
    return list(SigningKey.objects.all())


def _replace(actor: Actor, current: SigningKey, following: SigningKey | None, moment: dt.datetime) -> SigningKey:
    current.expires_at = moment + _keep()
    current.save(update_fields=["expires_at", "updated_at"])
    if following is None:
        return _make(actor, not_before=moment)
    following.not_before = moment
    following.save(update_fields=["not_before", "updated_at"])
    return following


def _announce(actor: Actor, current: SigningKey, moment: dt.datetime) -> None:
    """Make the successor of the current key and say until when the current one counts."""
    starts = max(current.not_before + dt.timedelta(days=settings.SSO_KEY_DAYS), moment + _NOTICE)
    following = _make(actor, not_before=starts)
    current.expires_at = following.not_before + _keep()
    current.save(update_fields=["expires_at", "updated_at"])


def _keep() -> dt.timedelta:
    return dt.timedelta(days=settings.SSO_KEY_KEEP_DAYS)


def _make(actor: Actor, *, not_before: dt.datetime) -> SigningKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    key = SigningKey.objects.create(private_key=pem, not_before=not_before)
    events.record(codes.SSO_KEY_MADE, actor=actor, subject_id=key.pk, kid=kid_of(key))
    return key


def kid_of(key: SigningKey) -> str:
    """The key's name in the key set: its RFC 7638 thumbprint."""
    jwk, _private = jwkkit.load_jwk_from_pem(key.private_key)
    return str(jwk["kid"])
