"""What the QR code carries: a signed token that proves a certificate without a connection.

Claims: ``iss`` the site, ``sub`` the 证照标识 without its constant root, ``t`` the type's name, ``n`` the holder's
name masked, ``nbf`` and ``exp`` the validity (seconds; no ``exp`` is 长期), ``st`` the place in the status list as an
address relative to ``iss``, ``/status/<list>#<place>``. Described for everybody in docs/verify-offline.md.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from certificates.models import Certificate
from certificates.proofs import jws, keys, status
from certificates.queries import Verification, public_holder_name, verification_of
from certificates.rules import OID_ROOT

TYPE = "cert+jwt"
CHINA = ZoneInfo("Asia/Shanghai")
LONGEST_NAME = 24  # characters of a holder's or type's name; the whole one stands on the certificate


class TokenFinding(StrEnum):
    """What a token turned out to be."""

    GENUINE = "genuine"  # signed by us, and the register says the same
    OUTDATED = "outdated"  # signed by us, but the register has changed since, e.g. the holder's name
    ALTERED = "altered"  # names one of our keys, whose signature does not fit the content
    FOREIGN = "foreign"  # not signed by us: another issuer, an unknown or withdrawn key, another algorithm
    UNKNOWN = "unknown"  # signed by us, but the register has no such certificate


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """The finding, and the register's word when the token is ours."""

    finding: TokenFinding
    found: Verification | None = None


def is_token(text: str) -> bool:
    """Whether what a QR code carried looks like a token; older codes carry 32 hexadecimal digits."""
    return text.count(".") == 2 and text.startswith("ey")


def make(certificate: Certificate) -> str:
    """Sign the token of a certificate loaded with type, issuer and holder. Raises the errors of the key store."""
    place = status.place_of(certificate)
    signer = keys.current()
    claims = {"iss": signer.issuer, **_claims(certificate)}
    return signer.sign(TYPE, {**claims, "st": f"{status.list_path(place.list_number)}#{place.place}"})


def _claims(certificate: Certificate) -> dict[str, Any]:
    return {
        "sub": certificate.identifier.removeprefix(f"{OID_ROOT}."),
        "t": certificate.type.name[:LONGEST_NAME],
        "n": public_holder_name(certificate)[:LONGEST_NAME],
        **validity_claims(certificate),
    }


def validity_claims(certificate: Certificate) -> dict[str, int]:
    """``nbf`` and ``exp`` in seconds: the first moment of the first day and the first one after the last, in China."""
    claims = {"nbf": _midnight(certificate.valid_from)}
    if certificate.valid_until:
        claims["exp"] = _midnight(certificate.valid_until + dt.timedelta(days=1))
    return claims


def _midnight(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), CHINA).timestamp())


def check(token: str) -> TokenCheck:
    """Check a token from a QR code against its key and the register. Never raises for what it holds.

    Only a proved token opens the register's word; what a forged one names is not looked up.
    """
    try:
        head = jws.head_of(token, kind=TYPE)
        claimed = jws.head_claims(token)
    except jws.BadToken:
        return TokenCheck(TokenFinding.FOREIGN)
    key = keys.find(head["kid"], claimed.get("iss"))
    if key is None:
        return TokenCheck(TokenFinding.FOREIGN)
    try:
        claims = jws.opened(token, key.jwk)
    except jws.BadToken:
        return TokenCheck(TokenFinding.ALTERED)
    certificate = _certificate(claims)
    if certificate is None:
        return TokenCheck(TokenFinding.UNKNOWN)
    same = {name: claims.get(name) for name in ("sub", "t", "n", "nbf", "exp") if name in claims}
    finding = TokenFinding.GENUINE if same == _claims(certificate) else TokenFinding.OUTDATED
    return TokenCheck(finding, verification_of(certificate))


def _certificate(claims: dict[str, Any]) -> Certificate | None:
    named = claims.get("sub")
    if not isinstance(named, str) or not named.isprintable():
        return None
    rows = Certificate.objects.select_related("type", "issuer", "holder__person", "holder__organisation")
    return rows.filter(identifier=f"{OID_ROOT}.{named}").first()
