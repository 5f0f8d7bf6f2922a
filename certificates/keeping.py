"""Who still needs a removed document's file: it lives as long as the longest-lived case that used it.

Upper rooms register at start-up; this room answers for the grants itself.
"""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.core.files.storage import Storage
from django.db.models import Q
from django.utils import timezone

from certificates.models import Document, Grant

Keeper = Callable[[set[UUID], dt.datetime], set[UUID]]
_keepers: list[Keeper] = []

# Records of what an office did, not the owner's own stock: they stay while the office's records do.
OFFICE_KINDS = (
    *("mandate-original", "mandate-end", "guardianship-proof", "capacity-proof"),
    *("correction-proof", "identity-document"),
)
FOLDER = "locker"


def on_keeping(keeper: Keeper) -> None:
    """Register a keeper: of the documents given, those it needs, when files used before the moment may go."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def still_needed(document_ids: set[UUID]) -> set[UUID]:
    """Of these documents, those whose file somebody needs (one query for each keeper and two here)."""
    since = timezone.now() - dt.timedelta(days=366 * settings.CASE_FILE_YEARS)
    shown = Grant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gte=since), document_id__in=document_ids)
    needed = {pk for pk in shown.values_list("document_id", flat=True) if pk}
    office = Document.objects.filter(Q(kind__in=OFFICE_KINDS) | Q(source=Document.Source.COUNTER), pk__in=document_ids)
    needed |= set(office.values_list("pk", flat=True))
    for keeper in _keepers:
        needed |= keeper(document_ids, since)
    return needed


def removed_documents(*, before: dt.datetime, after: UUID | None = None, size: int = 500) -> list[UUID]:
    """Documents that their owners removed before a moment and whose files are still there, by id."""
    found = Document.objects.filter(removed_at__lt=before, erased_at__isnull=True)
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk").values_list("pk", flat=True)[:size])


def drop(storage: Storage, name: str) -> None:
    """Delete a file that no document stands on any more; another document with the same content keeps it."""
    if name and not Document.objects.filter(file=name).exists():
        storage.delete(name)


def waiting_documents(*, limit: int = 200) -> list[UUID]:
    """Documents that no virus scanner has seen yet, oldest first."""
    waiting = Document.objects.filter(scan=Document.Scan.WAITING, erased_at__isnull=True)
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:limit])
