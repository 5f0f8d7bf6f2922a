"""Token Status Lists (IETF draft-ietf-oauth-status-list): two bits for each certificate, published and cacheable.

A list has 131,072 places from its first day and never grows. A certificate's place is drawn by lot, and a place
nobody has reads as valid, so a list tells neither how many certificates there are nor who got one when.
"""

import secrets
import time
import zlib
from collections.abc import Iterable

from django.core.cache import cache
from django.db import connection

from certificates.models import Certificate, StatusEntry
from certificates.proofs import jws, keys
from certificates.proofs.errors import StatusListUnknown
from common.ids import uuid7

TYPE = "statuslist+jwt"
SIZE = 2**17  # places in a list
FULL = SIZE // 2  # a list is closed when half of it is taken, so that a lot seldom falls on a taken place
BITS = 2
VALID, INVALID, SUSPENDED = 0, 1, 2
KEPT_SECONDS = 20  # in our own cache
TTL_SECONDS = 30  # in everybody else's; with ours a change is seen everywhere within a minute
_LAST = 2**31 - 1  # the column holds no larger number
GOOD_FOR_SECONDS = 24 * 3600  # how long somebody without a connection may go on with a list


def place_of(certificate: Certificate) -> StatusEntry:
    """The certificate's place, drawn when it has none yet. Callers in a race get the same one."""
    number = _newest_list()
    while True:
        entry = StatusEntry.objects.filter(certificate=certificate).first()
        if entry:
            return entry
        if not _take(certificate, number) and _is_full(number):
            number += 1


def _newest_list() -> int:
    newest = StatusEntry.objects.order_by("-list_number").values_list("list_number", flat=True).first()
    return newest or 1


def _take(certificate: Certificate, number: int) -> bool:
    """Draw one place; False when it, or the certificate's own row, was there before."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {StatusEntry._meta.db_table} (id, created_at, updated_at, certificate_id, list_number, place)"  # noqa: S608
            " VALUES (%s, now(), now(), %s, %s, %s) ON CONFLICT DO NOTHING",
            [uuid7(), certificate.pk, number, secrets.randbelow(SIZE)],
        )
        return cursor.rowcount == 1


def _is_full(number: int) -> bool:
    return StatusEntry.objects.filter(list_number=number).count() >= FULL


def list_path(number: int) -> str:
    """The path of a list under the site's address; it is printed in QR codes and never changes."""
    return f"/status/{number}"


def published(number: int) -> str:
    """The signed list, at most ``KEPT_SECONDS`` old. Raises StatusListUnknown."""
    if number > _LAST:
        raise StatusListUnknown
    key = f"status-list:{number}"
    token = cache.get(key)
    if token is None:
        token = _signed(number)
        cache.set(key, token, timeout=KEPT_SECONDS)
    return str(token)


def _signed(number: int) -> str:
    if not StatusEntry.objects.filter(list_number=number).exists():
        raise StatusListUnknown
    now, signer = int(time.time()), keys.current()
    entries = StatusEntry.objects.filter(list_number=number).exclude(certificate__state=Certificate.State.VALID)
    return signer.sign(
        TYPE,
        {
            "iss": signer.issuer,
            "sub": f"{signer.issuer}{list_path(number)}",
            "iat": now,
            "exp": now + GOOD_FOR_SECONDS,
            "ttl": TTL_SECONDS,
            "status_list": {"bits": BITS, "lst": packed(entries.values_list("place", "certificate__state"))},
        },
    )


def packed(states: Iterable[tuple[int, str]]) -> str:
    """A list as ``lst``: places of two bits, the first in the lowest bits of the first byte, ZLIB, base64url."""
    content = bytearray(SIZE * BITS // 8)
    for place, state in states:
        value = SUSPENDED if state == Certificate.State.SUSPENDED else INVALID
        content[place * BITS // 8] |= value << (place * BITS % 8)
    return jws.b64(zlib.compress(bytes(content), 9))
