"""Encryption at rest (AES-256-GCM) and the keyed blind index (HMAC-SHA-256) for exact look-ups.

Keys come from ``settings.FIELD_KEYS`` (key id → 32 bytes, base64). The last key encrypts, every key
decrypts, so a key is rotated by adding one. A value is bound to its column by the associated data.
"""

import base64
import functools
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE = 12


class CannotDecrypt(Exception):
    """The bytes were not written by this site's keys for this column, or were altered."""


@functools.cache
def _ring() -> dict[str, AESGCM]:
    ring = {key_id: AESGCM(_key(value)) for key_id, value in settings.FIELD_KEYS.items()}
    if not ring:
        raise ImproperlyConfigured("FIELD_KEYS holds no key.")
    return ring


def _key(value: str) -> bytes:
    key = base64.b64decode(value)
    if len(key) != 32:
        raise ImproperlyConfigured("A key must be 32 bytes in base64.")
    return key


def is_key(text: object) -> bool:
    """Tell whether ``text`` is a key: 32 bytes in base64."""
    try:
        return isinstance(text, str) and len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        return False


def encrypt(plain: bytes, *, context: str) -> bytes:
    """Encrypt for ``context`` (a column or storage name). Layout: length of key id, key id, nonce, ciphertext."""
    cipher = _ring()[newest_key_id()]
    nonce = os.urandom(_NONCE)
    return newest_mark() + nonce + cipher.encrypt(nonce, plain, context.encode())


def newest_key_id() -> str:
    """The id of the key that encrypts."""
    return list(_ring())[-1]


def newest_mark() -> bytes:
    """How every value begins that the newest key encrypted."""
    name = newest_key_id().encode()
    return bytes([len(name)]) + name


def key_id_of(token: bytes) -> str:
    """The id of the key a value says it was encrypted with; empty for bytes that say nothing readable."""
    try:
        return token[1 : 1 + token[0]].decode()
    except (IndexError, ValueError):
        return ""


def decrypt(token: bytes, *, context: str) -> bytes:
    """Return the plain bytes; raise :class:`CannotDecrypt` when key, column or content do not fit."""
    try:
        end = 1 + token[0]
        cipher = _ring()[token[1:end].decode()]
        return cipher.decrypt(token[end : end + _NONCE], token[end + _NONCE :], context.encode())
    except (KeyError, IndexError, ValueError, InvalidTag) as error:
        raise CannotDecrypt(context) from error


def blind_index(value: str, *, purpose: str) -> bytes:
    """Return 32 bytes that are equal for equal values of one purpose and tell nothing without the key."""
    key = _key(settings.BLIND_INDEX_KEY)
    return hmac.new(key, f"{purpose}\x00{value}".encode(), hashlib.sha256).digest()
