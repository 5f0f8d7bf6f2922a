"""One rotation from its beginning or where it was stopped, to the word on which old keys may go."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction

from common import crypto
from common.models import RotationPosition
from common.object_storage import EncryptedS3Storage
from common.rotation import columns, files
from common.storage import EncryptedStorage

BATCH = 1000
_PASSES = 3  # rows that were in use in one pass are free in the next
_FILES = 200  # between two records of the position
_LOCK = 0x6F6E6573_746F7002  # advisory: one rotation at a time

Say = Callable[[str, int], None]  # (part, values or files changed in it so far)


class AlreadyRunning(Exception):
    """Another rotation is at work on this database."""


@dataclass(slots=True)
class Report:
    """What a rotation did, and what it found afterwards."""

    rows: int = 0
    files: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)  # by part
    left: Counter[str] = field(default_factory=Counter)  # values and files by key id, at the end

    @property
    def removable(self) -> list[str]:
        """Old keys of the ring that nothing uses any more."""
        return [key for key in old_keys() if not self.left[key]]

    @property
    def still_used(self) -> dict[str, int]:
        """Values and files that still stand under an old key of the ring, by key id."""
        return {key: self.left[key] for key in old_keys() if self.left[key]}


def old_keys() -> list[str]:
    """The ids of the ring but the newest."""
    return list(settings.FIELD_KEYS)[:-1]


def count() -> Iterator[tuple[str, Counter[str]]]:
    """Values by key id for each part: a table, or a place of files."""
    for table, counted in columns.all_tables_by_key():
        yield table.name, counted
    for storage in files.encrypted_storages():
        yield _part_of(storage), Counter(files.key_of_name(storage, name) for name in files.names_after(storage, None))


def rotate(say: Say, *, batch: int = BATCH) -> Report:
    """Bring every column and file to the newest key and count what is left; goes on where an earlier run stopped.

    Each batch is one short transaction that keeps its position with it. Raises :class:`AlreadyRunning`.
    """
    report = Report()
    with _alone():
        RotationPosition.objects.exclude(key_id=crypto.newest_key_id()).delete()
        for table in columns.encrypted_tables():
            _rotate_table(table, report, say, batch)
        for storage in files.encrypted_storages():
            _rotate_files(storage, report, say)
        for _part, counted in count():
            report.left += counted
        RotationPosition.objects.all().delete()
    return report


@contextmanager
def _alone() -> Iterator[None]:
    """The lock belongs to the connection: a killed run leaves none behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _rotate_table(table: columns.EncryptedTable, report: Report, say: Say, size: int) -> None:
    for number in range(_PASSES):
        unreadable = _pass(table, report, say, size, resume=number == 0)
        counted = columns.count_by_key(table)
        stale = sum(counted.values()) - counted[crypto.newest_key_id()]
        if stale <= unreadable:
            break
        RotationPosition.objects.filter(part=table.name).delete()
    if unreadable:
        report.unreadable[table.name] = unreadable


def _pass(table: columns.EncryptedTable, report: Report, say: Say, size: int, *, resume: bool) -> int:
    """Go through a table once; returns how many values no key opens."""
    unreadable = 0
    after, done = _position(table.name) if resume else (None, 0)
    while True:
        with transaction.atomic():
            batch = columns.rotate_batch(table, after=after, size=size)
            if batch.last is None:
                return unreadable
            after, done = batch.last, done + batch.changed
            _keep(table.name, after, done)
        report.rows += batch.changed
        unreadable += batch.unreadable
        say(table.name, done)


def _rotate_files(storage: EncryptedStorage | EncryptedS3Storage, report: Report, say: Say) -> None:
    part = _part_of(storage)
    files.tidy(storage)
    position, done = _position(part)
    for number, name in enumerate(files.names_after(storage, position), start=1):
        try:
            done += files.rotate_name(storage, name)
        except crypto.CannotDecrypt:
            report.unreadable[part] += 1
        if number % _FILES == 0:
            _keep(part, name, done)
            say(part, done)
    report.files += done
    say(part, done)


def _part_of(storage: EncryptedStorage | EncryptedS3Storage) -> str:
    return f"files {storage.place}"[-200:]


def _position(part: str) -> tuple[str | None, int]:
    row = RotationPosition.objects.filter(part=part).first()
    return (row.position, row.done) if row else (None, 0)


def _keep(part: str, position: str, done: int) -> None:
    values = {"key_id": crypto.newest_key_id(), "position": position, "done": done}
    RotationPosition.objects.update_or_create(part=part, defaults=values)
