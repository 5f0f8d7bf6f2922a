"""Whether an ID token is what it claims to be (OpenID Connect Core 1.0 §3.1.3.7).

django-allauth trusts the connection that the token came over and skips the signature, has no nonce and no tolerance
for clocks. Here the token must prove itself: signature by a published key, issuer, audience, times and nonce.
"""

import hmac
from collections.abc import Mapping
from typing import Any

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

# Only signatures with a key pair. With HS256 allowed, whoever knows the public key could sign; ``none`` signs nothing.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# A clock that is two minutes wrong is common; the token lives for minutes, so half a minute more costs nothing.
LEEWAY_SECONDS = 150
_NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
_MOST_SUBJECT = 255


def verified(token: object, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token that holds; raises :class:`OAuth2Error` with the reason for one that does not.

    ``keys`` is the service's JWK set. The reason names no personal datum and may be logged.
    """
    if not isinstance(token, str):
        raise OAuth2Error("no ID token")
    try:
        key = _key(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=list(ALGORITHMS),
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY_SECONDS,
            options={"require": _NEEDED},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise OAuth2Error(f"ID token: {type(error).__name__}") from error
    audience = claims["aud"]
    party = claims.get("azp")
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in {None, client_id}:
        raise OAuth2Error("ID token: made out to another party")
    if not isinstance(claims["nonce"], str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise OAuth2Error("ID token: wrong nonce")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= _MOST_SUBJECT or "\x00" in claims["sub"]:
        raise OAuth2Error("ID token: no usable subject")
    return claims


def _key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The published key that the token's head names; without a name there must be only one that fits."""
    head = jwt.get_unverified_header(token)
    algorithm, name = head.get("alg"), head.get("kid")
    if algorithm not in ALGORITHMS:
        raise OAuth2Error("ID token: algorithm not allowed")
    fitting = [key for key in keys["keys"] if _fits(key, algorithm) and (name is None or key.get("kid") == name)]
    if len(fitting) != 1:
        raise OAuth2Error("ID token: signed by an unknown key")
    return jwt.PyJWK(fitting[0], algorithm=algorithm)


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether a published key is for signatures of this algorithm; a key for HS256 (``oct``) never is."""
    kind = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}[algorithm[:2]]
    return key.get("kty") == kind and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm
