"""Writes of trays. A tray is locked before anything else (ADR 28); nobody but its maker ever locks it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.utils import timezone

from certificates import uploads
from certificates.locker import upload_document
from certificates.models import Document
from certificates.trays import errors, queries
from certificates.trays.base import add_sheet, clear_tray, drop_later, lock_tray, touch
from certificates.trays.models import Tray, TraySheet
from certificates.uploads import CheckedFile
from common.errors import Invalid
from identity.actor import Actor
from identity.errors import MandateOutOfScope
from identity.persons.finding import lock_party

MOST_TRAYS = 20


@transaction.atomic
def open_tray(actor: Actor, *, target: str, title: str) -> Tray:
    """The tray for a place, with what lies on it already; a new one when there is none.

    Raises :class:`TooManyTrays`, :class:`MandateOutOfScope` for the locker of somebody whose mandate does not open it,
    or :class:`TrayNotFound` for others than citizens.
    """
    if not actor.is_citizen or actor.principal_id is None:
        raise errors.TrayNotFound
    if not target and actor.is_wallet_shut:
        raise MandateOutOfScope
    lock_party(actor.principal_id, no_key=True)  # two presses at once open one
    mine = queries.own_trays(actor)
    found = mine.filter(target=target).first()
    if found is not None:
        return found
    if mine.count() >= MOST_TRAYS:
        raise errors.TooManyTrays(count=MOST_TRAYS)
    return Tray.objects.create(
        account_id=actor.known_account_id, principal_id=actor.principal_id, target=target, title=title[:200]
    )


@dataclass(frozen=True, slots=True)
class Added:
    """What came of putting files down: how many lie there now, and what is wrong with the others."""

    taken: int
    problems: list[tuple[str, Invalid]]  # (file name, what is wrong)


def add_files(actor: Actor, *, tray_id: UUID, files: Sequence[UploadedFile]) -> Added:
    """Put files on a tray, each by itself: one that is no good does not take the others with it.

    Raises :class:`TrayNotFound`.
    """
    queries.get_tray(actor, tray_id)  # nobody's files are opened before
    taken, problems = 0, []
    for upload in files:
        try:
            put_down(actor, tray_id=tray_id, checked=uploads.check(upload))
            taken += 1
        except Invalid as error:
            problems.append((uploads.plain_name(upload.name or ""), error))
    return Added(taken, problems)


@transaction.atomic
def put_down(actor: Actor, *, tray_id: UUID, checked: CheckedFile) -> TraySheet:
    """Add a checked file at the end. Raises :class:`TrayNotFound` or :class:`TrayFull`."""
    tray = lock_tray(actor, tray_id)
    return add_sheet(tray, checked)


@transaction.atomic
def turn_sheet(actor: Actor, *, tray_id: UUID, sheet_id: UUID) -> None:
    """Turn a sheet a quarter clockwise. Raises :class:`TrayNotFound` or :class:`SheetNotFound`."""
    tray = lock_tray(actor, tray_id)
    sheet = _sheet(tray, sheet_id)
    sheet.turns = (sheet.turns + 1) % 4
    sheet.save(update_fields=["turns", "updated_at"])
    touch(tray)


@transaction.atomic
def move_sheet(actor: Actor, *, tray_id: UUID, sheet_id: UUID, earlier: bool) -> None:
    """Let a sheet change places with the one before or after it; the first one stays first.

    Raises :class:`TrayNotFound` or :class:`SheetNotFound`.
    """
    tray = lock_tray(actor, tray_id)
    sheet = _sheet(tray, sheet_id)
    order = list(tray.sheets.all())
    here = order.index(sheet)
    there = here - 1 if earlier else here + 1
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    for place, one in enumerate(order, start=1):
        if one.place != place:
            one.place = place
            one.save(update_fields=["place", "updated_at"])
    touch(tray)


@transaction.atomic
def remove_sheet(actor: Actor, *, tray_id: UUID, sheet_id: UUID) -> None:
    """Throw a sheet out, file and all. Raises :class:`TrayNotFound` or :class:`SheetNotFound`."""
    tray = lock_tray(actor, tray_id)
    sheet = _sheet(tray, sheet_id)
    drop_later([str(sheet.file.name)])
    sheet.delete()
    touch(tray)


@transaction.atomic
def discard_tray(actor: Actor, *, tray_id: UUID) -> Tray:
    """Throw a tray away with everything on it; returns what it was. Raises :class:`TrayNotFound`."""
    tray = lock_tray(actor, tray_id)
    clear_tray(tray)
    tray.delete()
    return tray


@dataclass(frozen=True, slots=True)
class Taken:
    """The sheets of a tray as uploads in their order, with their quarter turns."""

    tray: Tray
    files: list[UploadedFile]
    turns: list[int]


@contextmanager
def handing_in(actor: Actor, *, tray_id: UUID, target: str) -> Iterator[Taken]:
    """Take the sheets of a tray for the document the block makes of them: both happen or neither.

    Raises :class:`TrayNotFound` (also for a tray of another place), :class:`TrayHandedIn`, :class:`TrayEmpty` or
    :class:`TrayUnfinished`.
    """
    with transaction.atomic():
        tray = lock_tray(actor, tray_id, handed_in_too=True)
        if tray.target != target:
            raise errors.TrayNotFound
        if tray.handed_in_at is not None:
            raise errors.TrayHandedIn
        if missing := queries.unfinished_of(tray).count():
            raise errors.TrayUnfinished(count=missing)
        sheets = list(tray.sheets.all())
        if not sheets:
            raise errors.TrayEmpty
        yield Taken(tray, [_as_upload(sheet) for sheet in sheets], [sheet.turns for sheet in sheets])
        clear_tray(tray)
        tray.handed_in_at = timezone.now()
        tray.save(update_fields=["handed_in_at", "updated_at"])


def keep_as_document(
    actor: Actor, *, tray_id: UUID, kind: str, name: str, self_made: bool, request_key: str = ""
) -> Document:
    """Put the pages into the party's locker as one document. Raises as :func:`handing_in` and
    :func:`certificates.locker.upload_document` do; then the tray stays as it was.
    """
    with handing_in(actor, tray_id=tray_id, target="") as taken:
        first, *more = taken.files
        return upload_document(
            actor,
            owner_id=taken.tray.principal_id,
            kind=kind,
            name=name,
            upload=first,
            more=more,
            turns=taken.turns,
            self_made=self_made,
            request_key=request_key,
        )


def _as_upload(sheet: TraySheet) -> UploadedFile:
    with sheet.file.open() as stored:
        return SimpleUploadedFile(sheet.file_name, stored.read(), content_type=sheet.media_type)


def _sheet(tray: Tray, sheet_id: UUID) -> TraySheet:
    sheet = tray.sheets.filter(pk=sheet_id).first()
    if sheet is None:
        raise errors.SheetNotFound
    return sheet
