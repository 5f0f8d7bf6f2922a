"""What most tests begin with, made once in a process: its rows are copied back in, its objects read again."""

import pickle
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tests.emptying import non_empty

_PATCHED_SECONDS = 5  # a clock that is this far from the real one is a test's


@dataclass(frozen=True)
class _Kept:
    objects: bytes
    rows: list[tuple[str, bytes]]  # by table, in the order they can be inserted in
    full_before: list[str]
    surroundings: Hashable


_kept: dict[Callable[[], Any], _Kept] = {}


def prepare(build: Callable[[], Any]) -> None:
    """Build, keep and undo; before the first test, in a database that holds only what migrations wrote."""
    full_before = non_empty(_tables())
    before = {table: set(_rows(table)) for table in full_before}
    with transaction.atomic():
        surroundings = _surroundings()
        objects = pickle.dumps(build())
        fresh = {
            table: [row for row in _rows(table) if row not in before.get(table, ())] for table in non_empty(_tables())
        }
        transaction.set_rollback(True)
    _kept[build] = _Kept(
        objects, [(table, b"".join(rows)) for table, rows in fresh.items() if rows], full_before, surroundings
    )


def copy(build: Callable[[], Any]) -> Any:
    """Return what ``build`` made, as in a database without rows; builds where the copy might differ from that.

    It differs where a test has rows already, set the clock, or changed a setting that decides what is written. A test
    that commits finds the rows committed; nothing of what is kept here has something to do after its commit.
    """
    kept = _kept.get(build)
    if kept is None or kept.surroundings != _surroundings():
        return build()
    tables = tuple(sorted({*kept.full_before, *(table for table, _ in kept.rows)}))
    if non_empty(tables) != [table for table in tables if table in kept.full_before]:
        return build()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in kept.rows:
            with cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                into.write(rows)
    return pickle.loads(kept.objects)


def _surroundings() -> Hashable:
    is_patched = abs(timezone.now().timestamp() - time.time()) > _PATCHED_SECONDS
    keys = tuple(settings.FIELD_KEYS.items())
    return is_patched, timezone.localdate(), keys, settings.BLIND_INDEX_KEY, tuple(settings.PASSWORD_HASHERS)


def _rows(table: str) -> list[bytes]:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as out:
        return b"".join(bytes(part) for part in out).splitlines(keepends=True)


@cache
def _tables() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        return tuple(sorted(row[0] for row in cursor.fetchall()))
