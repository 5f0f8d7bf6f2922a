"""Public checks are counted by the day; who checked is nobody's business."""

from uuid import UUID

from django.db import connection
from django.utils import timezone

from certificates.wallet.models import PublicCheck
from common.ids import uuid7
from identity.actor import Actor


def count_public_check(actor: Actor, *, certificate_id: UUID) -> None:
    """Count one look-up of a certificate without sign-in (one statement)."""
    now = timezone.now()
    table = connection.ops.quote_name(PublicCheck._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, created_at, updated_at, certificate_id, day, count)"  # noqa: S608 our own name
            " VALUES (%s, %s, %s, %s, %s, 1)"
            f" ON CONFLICT (certificate_id, day) DO UPDATE SET count = {table}.count + 1, updated_at = %s",
            [uuid7(), now, now, certificate_id, timezone.localdate(), now],
        )
