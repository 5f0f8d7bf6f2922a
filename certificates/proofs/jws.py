"""JWS in compact form with ES256 and nothing else (RFC 7515, RFC 7518 §3.4); keys as JWK (RFC 7517). No database."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import jwt
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from certificates.signing.errors import KeyUnusable
from certificates.signing.keystore import TOKENS, SealSigner

ALGORITHM = "ES256"
WIDTH = 32  # bytes of a coordinate and of half a signature
LONGEST = 4000  # characters of a token that is looked at


class BadToken(Exception):
    """The text is no token of this kind, or its signature does not fit the key."""


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The reverse. Raises ValueError for other characters: one content has one spelling only."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64(data) != text:
        raise ValueError("not the canonical spelling")
    return data


def compact(value: object) -> bytes:
    """JSON without spaces, Chinese as it is: every byte counts in a QR code."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def public_jwk(certificate: x509.Certificate) -> dict[str, str]:
    """The certificate's key as JWK. Raises KeyUnusable for another key than P-256."""
    key = certificate.public_key
    if key.algorithm != "ec" or key.curve != ("named", "secp256r1"):
        raise KeyUnusable(name=TOKENS)
    point = bytes(key["public_key"].native)
    return {"kty": "EC", "crv": "P-256", "x": b64(point[1 : 1 + WIDTH]), "y": b64(point[1 + WIDTH :])}


def key_id(jwk: Mapping[str, str]) -> str:
    """The first eight characters of the key's thumbprint (RFC 7638): enough to find it, short in a QR code."""
    needed = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return b64(hashlib.sha256(compact(needed)).digest())[:8]


def sign(signer: SealSigner, *, kind: str, kid: str, payload: Mapping[str, Any]) -> str:
    """Sign `payload`; `kind` is the header's ``typ``, so that no token passes for one of another kind (RFC 8725)."""
    head = {"alg": ALGORITHM, "kid": kid, "typ": kind}
    signed = f"{b64(compact(head))}.{b64(compact(payload))}"
    r, s = decode_dss_signature(signer.sign_now(signed.encode(), "sha256"))
    return f"{signed}.{b64(r.to_bytes(WIDTH, 'big') + s.to_bytes(WIDTH, 'big'))}"


def head_of(token: str, *, kind: str) -> dict[str, Any]:
    """The header of a token, which proves nothing yet. Raises BadToken for another algorithm or kind."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST:
        raise BadToken
    try:
        head = json.loads(unb64(parts[0]))
    except (ValueError, RecursionError) as error:
        raise BadToken from error
    if not isinstance(head, dict) or set(head) != {"alg", "kid", "typ"}:
        raise BadToken
    if head["alg"] != ALGORITHM or head["typ"] != kind or not isinstance(head["kid"], str):
        raise BadToken
    return head


def head_claims(token: str) -> dict[str, Any]:
    """What a token claims before anything is proved, to find its key by. Raises BadToken."""
    try:
        claims = json.loads(unb64(token.split(".")[1]))
    except (ValueError, RecursionError) as error:
        raise BadToken from error
    if not isinstance(claims, dict):
        raise BadToken
    return claims


def opened(token: str, jwk: Mapping[str, str]) -> dict[str, Any]:
    """The payload of a token whose header was looked at, once its signature is proved. Raises BadToken.

    Dates are left to the caller: an expired certificate is no forged one.
    """
    try:
        for part in token.split("."):
            unb64(part)
        key = jwt.PyJWK(dict(jwk), algorithm=ALGORITHM)
        payload = jwt.PyJWS().decode(token, key, algorithms=[ALGORITHM])
        claims = json.loads(payload)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise BadToken from error
    if not isinstance(claims, dict):
        raise BadToken
    return claims


def holder_jwk(text: str) -> dict[str, str]:
    """A wallet's public key from the JWK text it shows. Raises BadToken for anything else, above all a private key."""
    try:
        given = json.loads(text)
        if len(text) > LONGEST or given.get("kty") != "EC" or given.get("crv") != "P-256" or "d" in given:
            raise BadToken
        x, y = unb64(given["x"]), unb64(given["y"])
        if len(x) != WIDTH or len(y) != WIDTH:
            raise BadToken
        ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()).public_key()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadToken from error
    return {"kty": "EC", "crv": "P-256", "x": given["x"], "y": given["y"]}
