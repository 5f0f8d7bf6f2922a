"""A person's own inbox. It is theirs whoever they act for."""

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, QuerySet
from django.utils import timezone

from identity.actor import Actor
from identity.messaging.errors import MessageNotFound
from identity.models import Account, Notification

MOST_COUNTED = 99


def own(actor: Actor, *, unread_only: bool = False) -> QuerySet[Notification]:
    """What the person was told, newest first; nothing for anybody but a citizen."""
    if not actor.is_citizen:
        return Notification.objects.none()
    rows = Notification.objects.filter(person_id=actor.person_id).select_related("announcement").order_by("-id")
    return rows.filter(read_at__isnull=True) if unread_only else rows


def unread_count(actor: Actor) -> int:
    """How many are unread, 100 at most, by an index that holds only these (one query)."""
    if not actor.is_citizen:
        return 0
    rows = Notification.objects.filter(person_id=actor.person_id, read_at__isnull=True)
    return rows.order_by()[: MOST_COUNTED + 1].count()


def with_unread(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Add ``unread_messages`` to accounts, as :func:`unread_count` counts them, in the accounts' own query."""
    unread = Notification.objects.filter(person_id=OuterRef("person_id"), read_at__isnull=True).order_by()
    capped = ArraySubquery(unread.values("pk")[: MOST_COUNTED + 1])
    return accounts.annotate(unread_messages=Func(capped, function="cardinality", output_field=IntegerField()))


def read(actor: Actor, *, message_id: UUID) -> Notification:
    """Mark a message as read and return it; read again, its time stays. Raises :class:`MessageNotFound`."""
    row = own(actor).filter(pk=message_id).first()
    if row is None:
        raise MessageNotFound
    Notification.objects.filter(pk=row.pk, read_at__isnull=True).update(read_at=timezone.now())
    return row


def read_all(actor: Actor) -> int:
    """Mark everything as read; returns how many were not."""
    return own(actor, unread_only=True).order_by().update(read_at=timezone.now())
