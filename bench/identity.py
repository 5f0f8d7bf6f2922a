"""What identity costs: finding one person among a million, a signed-in page, a new key, a password.

The persons are made with COPY; nobody of them exists (their region code is not assigned).
"""

import base64
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import crypto
from common.checksums import id_number_check
from common.ids import uuid7
from common.rotation import run as rotation
from identity.actions import ID_NUMBER
from identity.models import Account, Person
from identity.queries import find_person_by_id_number
from tests.factories.cast import build_cast
from tests.factories.mandates import an_agent
from tests.factories.visitors import a_visitor

_LOOKUPS = 400
_PAGE = "/verify/"  # a page that asks nothing of its own
_CHUNK = 20_000


def run(quick: bool) -> dict[str, object]:
    """Print the tables; ``lookup_ms`` is the database's own time (p95), ``extra_queries`` the worst of the roles."""
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[:1]
    settings.ALLOWED_HOSTS = ["testserver"]
    persons = 20_000 if quick else 1_000_000
    made = _seconds(lambda: _make(persons))
    print(f"  {persons:,} persons made in {made:.0f} s ({_size()})")
    lookup = _lookups(persons)
    extra = _extra_queries()
    _passwords(3 if quick else 15)
    return {"lookup_ms": lookup, "extra_queries": extra, "rotate_rows_per_s": _rotate(persons)}


def _number(serial: int) -> str:
    """The ID number of the ``serial``-th person: a day of birth and three digits."""
    day, order = divmod(serial, 999)
    first17 = f"519902{1930 + day // 336:04d}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}{order + 1:03d}"
    return first17 + id_number_check(first17)


def _make(persons: int) -> None:
    """Parties and persons, 20,000 at a time, then the statistics the planner needs."""
    for start in range(0, persons, _CHUNK):
        rows = [(uuid7(), serial) for serial in range(start, min(start + _CHUNK, persons))]
        with connection.cursor() as cursor:
            columns = "identity_party (id, created_at, updated_at, kind)"
            with cursor.copy(f"COPY {columns} FROM STDIN") as copy:
                for key, _serial in rows:
                    copy.write_row((key, "now", "now", "person"))
            columns = "identity_person (party_id, name, id_number, id_number_index, phone, assurance_level)"
            with cursor.copy(f"COPY {columns} FROM STDIN") as copy:
                for key, serial in rows:
                    copy.write_row(_person(key, serial))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE identity_party, identity_person")


def _person(key: object, serial: int) -> tuple[Any, ...]:
    number = _number(serial)
    seal = Person._meta.get_field
    values = {"name": f"人{serial}", "id_number": number, "phone": f"139{serial:08d}"}
    sealed = {name: seal(name).get_prep_value(value) for name, value in values.items()}
    index = crypto.blind_index(number, purpose=ID_NUMBER)
    return key, sealed["name"], sealed["id_number"], index, sealed["phone"], 3


def _size() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size('identity_person'))")
        return f"table with indexes {cursor.fetchone()[0]}"


def _lookups(persons: int) -> float:
    """Time look-ups of people spread over the whole table; returns the p95 in the database."""
    numbers = [_number(step * persons // _LOOKUPS) for step in range(_LOOKUPS)]
    inside = sorted(_explained(number) for number in numbers)
    whole = sorted(_seconds(lambda n=number: find_person_by_id_number(n)) * 1000 for number in numbers)
    print(f"  look-up by blind index, ms   {'p50':>8}{'p95':>8}{'worst':>8}")
    for name, times in (("in the database", inside), ("with the object made", whole)):
        print(f"    {name:<27}{_at(times, 50):>8.3f}{_at(times, 95):>8.3f}{times[-1]:>8.3f}")
    return round(_at(inside, 95), 3)


def _explained(number: str) -> float:
    """Planning and execution of one look-up, as PostgreSQL says."""
    index = crypto.blind_index(number, purpose=ID_NUMBER)
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM identity_person WHERE id_number_index = %s LIMIT 1", [index]
        )
        plan = cursor.fetchone()[0][0]
    assert "Index Scan" in str(plan), plan
    return float(plan["Planning Time"]) + float(plan["Execution Time"])


def _extra_queries() -> int:
    """Queries of a signed-in page over the same page for nobody, by role; returns the most."""
    cast = build_cast()
    agent = Account.objects.get(pk=an_agent(cast).account_id)
    clerk = Account.objects.get(pk=cast.clerk.account_id)
    nobody = _queries(Client())
    roles = {
        "citizen": a_visitor(cast.account),
        "for an organisation": a_visitor(cast.account, acting_for=cast.shop),
        "under a mandate": a_visitor(agent, acting_for=cast.shop),
        "staff": a_visitor(clerk),
    }
    print(f"  session, actor and permissions of a page: queries over the {nobody} of an anonymous one, and page ms")
    extra = {}
    for name, browser in roles.items():
        extra[name] = _queries(browser) - nobody
        spent = statistics.median(_seconds(lambda b=browser: b.get(_PAGE)) * 1000 for _ in range(30))
        print(f"    {name:<27}{extra[name]:>8}{spent:>8.1f}")
    return max(extra.values())


def _queries(browser: Client) -> int:
    browser.get(_PAGE)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(_PAGE).status_code == 200
    return len(captured)


def _passwords(rounds: int) -> None:
    hashed = make_password("Kitchen-table-7")
    times = sorted(_seconds(lambda: check_password("Kitchen-table-7", hashed)) * 1000 for _ in range(rounds))
    print(f"  password hash ({hashed.split('$')[0]} {hashed.split('$')[3]}){_at(times, 50):>16.0f} ms")


def _rotate(persons: int) -> int:
    """Add a key and rotate everything while somebody reads; returns rows/s."""
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, "bench": base64.b64encode(os.urandom(32)).decode()}
    crypto._ring.cache_clear()
    with _a_reader(persons) as times:
        start = time.perf_counter()
        report = rotation.rotate(lambda part, done: None)
        spent = time.perf_counter() - start
    assert report.removable, report
    assert not report.unreadable, report
    read = sorted(times)
    print(
        f"  rotate_keys: {report.rows:,} rows, {report.files:,} files in {spent:.1f} s, batches of {rotation.BATCH:,}"
    )
    print(
        f"    {len(read):,} reads meanwhile, ms: p50 {_at(read, 50):.1f}, p95 {_at(read, 95):.1f}, worst {read[-1]:.1f}"
    )
    return round(report.rows / spent)


@contextmanager
def _a_reader(persons: int) -> Iterator[list[float]]:
    """Somebody who reads persons one after the other, on a connection of their own."""
    times: list[float] = []
    stop = threading.Event()
    numbers = [crypto.blind_index(_number(step * persons // 100), purpose=ID_NUMBER) for step in range(100)]

    def read() -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as reader:
            while not stop.is_set():
                for number in numbers:
                    start = time.perf_counter()
                    row = reader.execute("SELECT name FROM identity_person WHERE id_number_index = %s", [number])
                    assert row.fetchone()
                    times.append((time.perf_counter() - start) * 1000)
                    stop.wait(0.02)
                    if stop.is_set():
                        return

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _at(ordered: list[float], percent: int) -> float:
    """A percentile of sorted values."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
