"""rotate_keys: everything ends under the newest key, while people write and read, also after a kill."""

import base64
import os
import threading
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cases.models import CaseEvent
from common import crypto
from common.models import RotationPosition
from common.rotation import columns, files, run
from identity.models import Party, Person
from tests.factories import moves
from tests.factories.cast import build_cast

pytestmark = pytest.mark.django_db(transaction=True)


class Ring:
    """The keys of this test: adds and removes them as an operator would."""

    def __init__(self, settings):
        self.settings = settings

    def add(self, name: str) -> None:
        self._set({**self.settings.FIELD_KEYS, name: base64.b64encode(os.urandom(32)).decode()})

    def keep_only(self, *names: str) -> None:
        self._set({name: self.settings.FIELD_KEYS[name] for name in names})

    def _set(self, keys: dict[str, str]) -> None:
        self.settings.FIELD_KEYS = keys
        crypto._ring.cache_clear()


@pytest.fixture
def ring(settings, tmp_path):
    before = settings.FIELD_KEYS
    settings.MEDIA_ROOT = tmp_path
    yield Ring(settings)
    settings.FIELD_KEYS = before
    crypto._ring.cache_clear()


def some_people(count: int) -> None:
    for number in range(count):
        party = Party.objects.create(kind="person")
        index = number.to_bytes(32, "big")
        Person.objects.create(party=party, name=f"人{number}𠮷", id_number=str(number), id_number_index=index)


def rotated(**options: object) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, stderr=out, **options)
    return out.getvalue()


def keys_of_people() -> dict[str, int]:
    table = next(table for table in columns.encrypted_tables() if table.name == "identity_person")
    return dict(columns.count_by_key(table))


def test_every_encrypted_column_of_every_app_is_found():
    found = {(table.name, column) for table in columns.encrypted_tables() for column in table.columns}
    assert {
        ("identity_person", "phone"),
        ("identity_mandate", "agent_name"),
        ("certificates_certificate", "face"),
        ("certificates_document", "file_name"),
        ("cases_case", "answers"),
        ("cases_caseevent", "note"),
    } <= found


def test_a_whole_case_with_files_and_history_is_readable_without_the_old_key(ring):
    cast = build_cast()
    case = moves.an_accepted_case(cast)
    history = [event.note for event in case.events.all()]
    name = default_storage.save("locker/a.txt", ContentFile("身份证".encode()))
    ring.add("new")
    said = rotated()
    assert "may be removed from FIELD_KEYS: test." in said
    ring.keep_only("new")
    case.refresh_from_db()
    assert case.answers
    assert [event.note for event in case.events.all()] == history
    assert Person.objects.get(pk=cast.li.pk).name == "李清荷"
    with default_storage.open(name) as stored:
        assert stored.read().decode() == "身份证"
    assert not RotationPosition.objects.exists()
    assert "0 rows and 0 files re-encrypted" in rotated()


def test_history_still_refuses_every_other_change(ring):
    case = moves.an_accepted_case(build_cast())
    event = case.events.first()
    for change in ({"note": "改了"}, {"action": "other"}):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            CaseEvent.objects.filter(pk=event.pk).update(**change)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('onestop.key_rotation', 'on', true)")
        CaseEvent.objects.filter(pk=event.pk).update(action="other")
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        CaseEvent.objects.filter(pk=event.pk).delete()


def test_a_dry_run_counts_and_changes_nothing(ring):
    some_people(3)
    ring.add("new")
    assert "identity_person  key test: 6  to rotate" in rotated(dry_run=True)
    assert keys_of_people() == {"test": 6}


class Killed(Exception):
    """The process ends here."""


def test_a_killed_run_goes_on_where_it_stopped(ring):
    some_people(10)
    ring.add("new")
    seen: list[int] = []

    def kill(part: str, done: int) -> None:
        if part == "identity_person":
            seen.append(done)
            if len(seen) == 2:
                raise Killed

    with pytest.raises(Killed):
        run.rotate(kill, batch=3)
    assert keys_of_people() == {"test": 8, "new": 12}
    assert RotationPosition.objects.get(part="identity_person").done == 6
    report = run.rotate(lambda part, done: seen.append(done) if part == "identity_person" else None, batch=3)
    assert seen == [3, 6, 9, 10]
    assert report.rows == 4
    assert report.removable == ["test"]
    assert keys_of_people() == {"new": 20}


def test_a_value_written_meanwhile_is_kept_and_its_row_taken_later(ring):
    some_people(4)
    ring.add("new")
    victim = Person.objects.order_by("pk").first()
    locked, release = threading.Event(), threading.Event()

    def writer() -> None:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=victim.pk)
            Person.objects.filter(pk=victim.pk).update(name="新名字")
            locked.set()
            release.wait(10)
        connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    locked.wait(10)
    report = run.rotate(lambda part, done: None)  # does not wait for the writer
    assert report.left["test"] == 2
    assert report.removable == []
    with pytest.raises(CommandError, match="Still used"):
        call_command("rotate_keys", stdout=StringIO())
    release.set()
    thread.join()
    assert "may be removed" in rotated()
    ring.keep_only("new")
    victim.refresh_from_db()
    assert victim.name == "新名字"


def test_readers_never_wait_for_a_batch(ring):
    some_people(3)
    ring.add("new")
    table = next(table for table in columns.encrypted_tables() if table.name == "identity_person")
    read: list[list[str]] = []

    def reader() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '3s'")
        read.append([person.id_number for person in Person.objects.order_by("pk")])
        connection.close()

    with transaction.atomic():
        assert columns.rotate_batch(table, after=None, size=100).changed == 3
        thread = threading.Thread(target=reader)
        thread.start()
        thread.join(10)
    assert [sorted(numbers) for numbers in read] == [["0", "1", "2"]]


def test_a_process_with_the_old_key_keeps_it_in_use(ring):
    some_people(2)
    ring.add("new")

    def late(part: str, done: int) -> None:
        if part == "identity_person":
            with connection.cursor() as cursor:  # a web process that was not restarted writes with its own newest key
                ring.keep_only("new", "test")
                token = crypto.encrypt("旧进程".encode(), context="identity_person.address")
                ring.keep_only("test", "new")
                cursor.execute("UPDATE identity_person SET address = %s", [token])

    report = run.rotate(late)
    assert report.left["test"] == 2
    assert report.removable == []


def test_values_no_key_opens_are_reported_and_left(ring):
    some_people(3)
    ring.add("lost")
    Person.objects.filter(id_number_index=(1).to_bytes(32, "big")).update(name="丢了")
    ring.keep_only("test")
    broken = Person.objects.filter(id_number_index=(2).to_bytes(32, "big"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_person SET name = name || 'x'::bytea WHERE id_number_index = %s", [(2).to_bytes(32, "big")]
        )
    ring.add("new")
    out = StringIO()
    with pytest.raises(CommandError, match=r"test \(1\)"):
        call_command("rotate_keys", stdout=out, stderr=out)
    assert "identity_person: 2 cannot be read" in out.getvalue()
    assert keys_of_people() == {"new": 4, "lost": 1, "test": 1}
    assert broken.values_list("pk", flat=True).count() == 1


def test_two_rotations_at_once_are_refused(ring):
    some_people(1)
    ring.add("new")
    result: list[str] = []

    def second(part: str, done: int) -> None:
        def other() -> None:
            try:
                run.rotate(lambda part, done: None)
            except run.AlreadyRunning:
                result.append("refused")
            connection.close()

        if not result:
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()

    run.rotate(second)
    assert result == ["refused"]


def test_a_file_erased_meanwhile_stays_erased(ring, monkeypatch):
    name = default_storage.save("a/b.txt", ContentFile(b"x"))
    ring.add("new")
    storage = files.encrypted_storages()[0]
    path = next(files.files_after(ring.settings.MEDIA_ROOT, None))
    encrypt = crypto.encrypt

    def erase_then_encrypt(plain: bytes, *, context: str) -> bytes:
        default_storage.delete(name)
        return encrypt(plain, context=context)

    monkeypatch.setattr(crypto, "encrypt", erase_then_encrypt)
    assert files.rotate_file(storage, path) is False
    assert [item.name for item in path.parent.iterdir()] == []


def test_files_go_on_after_the_position_in_one_order(ring):
    for name in ("b/2.txt", "a/1.txt", "b.txt", "b/1.txt"):
        default_storage.save(name, ContentFile(b"x"))
    root = ring.settings.MEDIA_ROOT
    everything = [str(path.relative_to(root)) for path in files.files_after(root, None)]
    assert everything == ["a/1.txt", "b/1.txt", "b/2.txt", "b.txt"]
    for index, name in enumerate(everything):
        assert [str(path.relative_to(root)) for path in files.files_after(root, name)] == everything[index + 1 :]
