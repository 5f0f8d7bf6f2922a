"""Reads of trays. They are their maker's alone, and only while they act for the same party."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from certificates.cleaning.limits import MOST_PAGES
from certificates.trays import errors
from certificates.trays.models import PieceUpload, Tray, TraySheet
from certificates.uploads import MOST_FILES, most_bytes
from identity.actor import Actor

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TrayView:
    """A tray with its pages in order and the files that have not come in whole."""

    tray: Tray
    sheets: list[TraySheet]
    unfinished: list[PieceUpload]

    @property
    def pages(self) -> int:
        """How many pages the document would have."""
        return sum(sheet.pages for sheet in self.sheets)

    @property
    def size(self) -> int:
        """Bytes on the tray."""
        return sum(sheet.size for sheet in self.sheets)


def own_trays(actor: Actor) -> QuerySet[Tray]:
    """Trays of this person for the party they act for that were not handed in, newest first.

    None for the locker itself under a mandate that does not open it.
    """
    if not actor.is_citizen:
        return Tray.objects.none()
    mine = Tray.objects.filter(account_id=actor.known_account_id, principal_id=actor.principal_id)
    mine = mine.filter(handed_in_at__isnull=True)
    return (mine.exclude(target="") if actor.is_wallet_shut else mine).order_by("-updated_at", "-pk")


def own_tray(actor: Actor, tray_id: UUID) -> Tray:
    """One tray of this person for the party they act for, handed in or not; raises :class:`TrayNotFound`."""
    found = None
    if actor.is_citizen:
        mine = Tray.objects.filter(account_id=actor.known_account_id, principal_id=actor.principal_id)
        found = (mine.exclude(target="") if actor.is_wallet_shut else mine).filter(pk=tray_id).first()
    if found is None:
        raise errors.TrayNotFound
    return found


def begun(actor: Actor) -> list[Tray]:
    """Trays with something on them, each with its ``count`` of sheets and files under way (one query)."""
    counted = own_trays(actor).annotate(
        count=Count("sheets", distinct=True) + Count("uploads", filter=Q(uploads__sheet__isnull=True), distinct=True)
    )
    return list(counted.filter(count__gt=0))


def get_tray(actor: Actor, tray_id: UUID) -> TrayView:
    """One tray with all that its page shows (three queries); raises :class:`TrayNotFound`."""
    tray = own_trays(actor).filter(pk=tray_id).first()
    if tray is None:
        raise errors.TrayNotFound
    return TrayView(tray, list(tray.sheets.all()), list(unfinished_of(tray)))


def unfinished_of(tray: Tray) -> QuerySet[PieceUpload]:
    """Files of which pieces are missing, in the order they were begun."""
    return tray.uploads.filter(sheet__isnull=True).order_by("created_at", "pk")


def read_sheet(actor: Actor, *, tray_id: UUID, sheet_id: UUID) -> tuple[str, bytes]:
    """Return (media type, content) of a page, as it lies there before it is turned. It is the maker's own.

    Raises :class:`TrayNotFound` or :class:`SheetNotFound`.
    """
    tray = own_trays(actor).filter(pk=tray_id).first()
    if tray is None:
        raise errors.TrayNotFound
    sheet = tray.sheets.filter(pk=sheet_id).first()
    if sheet is None:
        raise errors.SheetNotFound
    with sheet.file.open() as stored:
        return sheet.media_type, stored.read()


def get_upload(actor: Actor, upload_id: UUID) -> PieceUpload:
    """One upload in pieces of this person's; raises :class:`UploadNotFound`."""
    found = PieceUpload.objects.select_related("tray").filter(pk=upload_id, tray__in=own_trays(actor)).first()
    if found is None:
        raise errors.UploadNotFound
    return found


def require_room(tray: Tray, *, files: int, size: int, pages: int = 0, instead_of: PieceUpload | None = None) -> None:
    """Raise :class:`TrayFull` unless this much more fits on the locked tray, beside what is still coming in."""
    sheets = list(tray.sheets.all())
    coming = [one for one in unfinished_of(tray) if instead_of is None or one.pk != instead_of.pk]
    is_full = (
        len(sheets) + len(coming) + files > MOST_FILES
        or sum(sheet.size for sheet in sheets) + sum(one.size for one in coming) + size > most_bytes()
        or sum(sheet.pages for sheet in sheets) + pages > MOST_PAGES
    )
    if is_full:
        raise errors.TrayFull(files=MOST_FILES, pages=MOST_PAGES, size=most_bytes() // _MEGABYTE)


def stale_trays(*, untouched_since: dt.datetime, size: int = 500) -> list[UUID]:
    """Trays that nobody touched since a moment, and those whose pages were handed in before it, oldest first."""
    stale = Tray.objects.filter(updated_at__lt=untouched_since).order_by("updated_at")
    return list(stale.values_list("pk", flat=True)[:size])


def stale_uploads(*, untouched_since: dt.datetime, size: int = 500) -> list[UUID]:
    """Uploads in pieces that stopped before a moment, oldest first."""
    stale = PieceUpload.objects.filter(sheet__isnull=True, updated_at__lt=untouched_since).order_by("updated_at")
    return list(stale.values_list("pk", flat=True)[:size])
