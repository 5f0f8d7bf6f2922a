"""The published keys that prove tokens: each is kept after its rotation, until somebody withdraws it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from certificates import events as codes
from certificates.models import TokenKey
from certificates.proofs import jws
from certificates.proofs.errors import TokenKeyUnknown
from certificates.signing.keys_in_use import default_keystore
from certificates.signing.keystore import TOKENS, SealSigner
from common import events
from identity.actor import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """The key that signs now, under the name that the key set gives it, for this site as issuer."""

    signer: SealSigner
    kid: str
    issuer: str

    def sign(self, kind: str, payload: dict[str, Any]) -> str:
        """Sign one token of a kind."""
        return jws.sign(self.signer, kind=kind, kid=self.kid, payload=payload)


def current() -> TokenSigner:
    """The signer of today, whose key is published before its first signature leaves the house.

    Raises the errors of the key store.
    """
    signer = default_keystore().signer(TOKENS)
    jwk = jws.public_jwk(signer.certificate)
    kid, issuer = jws.key_id(jwk), str(settings.PUBLIC_BASE_URL)
    _, is_new = TokenKey.objects.get_or_create(kid=kid, issuer=issuer, defaults={"jwk": jwk})
    if is_new:
        events.record(codes.TOKEN_KEY_PUBLISHED, actor=SYSTEM, subject_id=kid, issuer=issuer)
    return TokenSigner(signer, kid, issuer)


def key_set() -> dict[str, list[dict[str, str]]]:
    """Every key that proves a token, the one of today among them, as a JWK set."""
    current()
    rows = TokenKey.objects.filter(withdrawn_at__isnull=True).order_by("created_at", "pk")
    keys = {row.kid: {**row.jwk, "kid": row.kid, "alg": jws.ALGORITHM, "use": "sig"} for row in rows}
    return {"keys": list(keys.values())}


def find(kid: str, issuer: object) -> TokenKey | None:
    """The published key that an issuer signs with under this name; withdrawn ones are none."""
    if not isinstance(issuer, str) or not (kid + issuer).isprintable():  # nothing the database could not compare
        return None
    return TokenKey.objects.filter(kid=kid[:8], issuer=issuer[:200], withdrawn_at__isnull=True).first()


@transaction.atomic
def withdraw(actor: Actor, *, kid: str, reason: str) -> int:
    """Take a key that fell into wrong hands out of the set: what it signed proves nothing any more.

    Returns how many rows it had. Raises TokenKeyUnknown.
    """
    rows = TokenKey.objects.select_for_update().filter(kid=kid, withdrawn_at__isnull=True)
    count = rows.update(withdrawn_at=timezone.now())
    if not count:
        raise TokenKeyUnknown
    events.record(codes.TOKEN_KEY_WITHDRAWN, actor=actor, subject_id=kid, reason=reason)
    return count
