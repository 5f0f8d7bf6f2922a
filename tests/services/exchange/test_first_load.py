"""A long first load: indexes and references come back, lanes say the same as the ordinary way, a lost run goes on."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from identity.models import Department
from services import tasks
from services.exchange import bulk, first_load, lanes, runs
from services.models import (
    DirectoryEntry,
    ExchangeBatch,
    ExchangeRow,
    ItemVersion,
    LegalBasis,
    SearchPlace,
    SearchTopic,
    ServiceItem,
)
from tests.services.exchange.test_bulk import DOUBTFUL, all_items, plain_row, save, told

pytestmark = pytest.mark.django_db(transaction=True)

_SHAPE = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename LIKE 'services%'
UNION ALL
SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated
FROM pg_constraint WHERE conrelid::regclass::text LIKE 'services%' ORDER BY 1
"""


class Lost(Exception):
    """The worker is gone."""


def shape() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_SHAPE)
        return [row[0] for row in cursor.fetchall()]


def load(folder) -> ExchangeBatch:
    return runs.import_folder(folder, is_dry_run=False, progress=lambda done, total: None)


def said() -> dict:
    """All items, by what they say: keys of entries differ from one load to the next."""
    items = all_items()
    entries = dict(ServiceItem.objects.values_list("row_guid", "entry__name"))
    return {guid: ({**own, "entry_id": entries[guid]}, *rest) for guid, (own, *rest) in items.items()}


def forget() -> None:
    SearchPlace.objects.all().delete()
    SearchTopic.objects.all().delete()
    LegalBasis.objects.all().delete()
    ServiceItem.objects.update(current=None)
    ItemVersion.objects.all().delete()
    ServiceItem.objects.all().delete()
    DirectoryEntry.objects.all().delete()


def a_list() -> list[dict]:
    """Plain rows, doubtful ones, and those that depend on the order: shared codes, entries with two names."""
    rows = [plain_row(number) for number in range(1, 12)]
    rows += [plain_row(number, **change) for number, change in enumerate(DOUBTFUL, start=20)]
    rows += [plain_row(3, row_guid="guid-3-again", task_name="同一个实施编码")]
    rows += [
        plain_row(50, handle_flow="受理-->办结", local_task_code="地方一号"),
        plain_row(51, local_task_code="地方一号"),
    ]
    rows += [plain_row(number, dept_code="911100000000000000") for number in (60, 61)]
    return [*rows, *(plain_row(number) for number in range(70, 85))]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(first_load, "LEAST", 1)
    monkeypatch.setattr(lanes, "_STRETCH", 4)
    monkeypatch.setattr(lanes, "_STRETCHES", 1)


def save_a_material(folder) -> None:
    """A part of one plain row, so that the row is not alone."""
    part = {"row_guid": "material-1", "task_guid": plain_row(75)["row_guid"], "material_name": "申请书", "is_need": "1"}
    (folder / "up_task_general_material.jsonl").write_text(json.dumps(part, ensure_ascii=False), encoding="utf-8")


def test_lanes_say_the_same_as_the_ordinary_way_also_when_the_run_is_lost_twice(tmp_path, small, monkeypatch):
    save(tmp_path / "in", a_list())
    save_a_material(tmp_path / "in")
    before = shape()
    monkeypatch.setattr(first_load, "LEAST", 1_000_000)
    ordinary = load(tmp_path / "in")
    items, problems = said(), told(ordinary)
    assert problems
    assert len(items) > 30
    forget()

    monkeypatch.setattr(first_load, "LEAST", 1)
    whole, calls = bulk.take_divided, []

    def lose_it(*given, **ids):
        calls.append(ids)
        found = whole(*given, **ids)
        if len(calls) >= 3:
            raise Lost
        return found

    monkeypatch.setattr(bulk, "take_divided", lose_it)
    with pytest.raises(Lost):
        load(tmp_path / "in")
    batch = ExchangeBatch.objects.get(state=ExchangeBatch.State.RUNNING)
    assert batch.put_aside
    assert shape() != before
    monkeypatch.setattr(bulk, "take_divided", whole)
    again, made = first_load.make_again, []

    def lose_the_third(*given):
        made.append(again(*given))
        if len(made) == 3:
            raise Lost
        return made[-1]

    monkeypatch.setattr(first_load, "make_again", lose_the_third)
    with pytest.raises(Lost):
        go_on(batch)
    monkeypatch.setattr(first_load, "make_again", again)
    go_on(batch)
    batch.refresh_from_db()
    assert batch.state == ExchangeBatch.State.DONE
    assert batch.counts == ordinary.counts
    assert batch.done == batch.total == ordinary.total
    assert batch.put_aside == []
    assert shape() == before
    assert said() == items
    assert told(batch) == problems
    assert not SearchTopic.objects.filter(revision=0).exists()
    assert load(tmp_path / "in").counts.get("created") is None, "the catalogue has items: the ordinary way again"


def test_an_item_that_somebody_writes_while_lanes_are_lost_is_kept(tmp_path, small, monkeypatch):
    save(tmp_path / "in", [plain_row(number) for number in range(1, 15)])
    monkeypatch.setattr(bulk, "take_divided", lambda *given, **ids: (_ for _ in ()).throw(Lost))
    with pytest.raises(Lost):
        load(tmp_path / "in")
    monkeypatch.undo()
    theirs = plain_row(9)
    department = Department.objects.get(uscc=theirs["dept_code"])
    ServiceItem.objects.create(
        entry=DirectoryEntry.objects.first(),
        name="别人的",
        item_type="01",
        department=department,
        region=department.region,
        row_guid=theirs["row_guid"],
    )
    batch = ExchangeBatch.objects.get()
    assert batch.lanes.exists()
    go_on(batch)
    batch.refresh_from_db()
    assert batch.state == ExchangeBatch.State.DONE
    assert batch.counts == {"created": 13, "kept": 1}
    assert ServiceItem.objects.count() == 14
    assert ServiceItem.objects.get(row_guid=theirs["row_guid"]).name == "别人的"


def go_on(batch) -> None:
    while runs.go_on(batch.pk):
        pass


def test_what_a_lost_load_put_aside_comes_back_by_the_day_or_with_the_next_import(tmp_path, small, monkeypatch):
    save(tmp_path / "in", [plain_row(1)])
    before = shape()
    monkeypatch.setattr(runs, "go_on", lambda batch_id: (_ for _ in ()).throw(Lost))
    with pytest.raises(Lost):
        load(tmp_path / "in")
    aside = shape()
    assert len(before) - len(aside) > 20
    assert [line for line in aside if line not in before] == []
    assert first_load.make_all_again(before=timezone.now() - tasks._LOST) == 0, "it may still be going on"
    an_index_that_only_helps = 2  # it is made, and taken away
    assert first_load.make_all_again() == len(before) - len(aside) + an_index_that_only_helps
    assert shape() == before


@pytest.mark.parametrize("beside", ["nothing", "rows of another batch", "a row with something to tell"])
def test_rows_that_were_taken_are_removed_and_no_others(tmp_path, small, monkeypatch, beside):
    rows = [plain_row(1), plain_row(2)]
    if beside == "a row with something to tell":
        rows.append(plain_row(3, task_name=""))
    save(tmp_path / "in", rows)
    cleared, whole = [], runs._cleared
    monkeypatch.setattr(runs, "_cleared", lambda batch: cleared.append(whole(batch)) or cleared[-1])
    if beside == "rows of another batch":
        waiting = ExchangeBatch.objects.create(kind=ExchangeBatch.Kind.IMPORT, file_name="waiting")
        ExchangeRow.objects.create(batch=waiting, table="up_task_general_basic", number=2, guid="theirs")
    batch = load(tmp_path / "in")
    assert batch.state == ExchangeBatch.State.DONE
    assert cleared == [beside == "nothing"]
    left = list(ExchangeRow.objects.values_list("guid", flat=True))
    assert left == {"nothing": [], "rows of another batch": ["theirs"]}.get(beside, [rows[-1]["row_guid"]])


def test_rows_that_somebody_reads_for_long_are_removed_one_by_one(tmp_path, small, monkeypatch):
    save(tmp_path / "in", [plain_row(1), plain_row(2)])
    monkeypatch.setattr(runs, "_WAIT", "50ms")
    whole = runs._cleared
    cleared = []

    def with_a_reader(batch):
        reader = connection.copy()
        reader.set_autocommit(False)
        try:
            with reader.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM services_exchangerow")
            cleared.append(whole(batch))
        finally:
            reader.close()
        return cleared[-1]

    monkeypatch.setattr(runs, "_cleared", with_a_reader)
    batch = load(tmp_path / "in")
    assert (batch.state, cleared) == (ExchangeBatch.State.DONE, [False])
    assert not ExchangeRow.objects.exists()


def test_nothing_is_put_aside_for_a_short_list_or_where_there_are_items(tmp_path, small):
    save(tmp_path / "in", [plain_row(1)])
    load(tmp_path / "in")
    before = shape()
    batch = ExchangeBatch.objects.get()
    assert not first_load.put_aside(batch), "the catalogue has items"
    forget()
    batch.total = 0
    assert not first_load.put_aside(batch)
    assert shape() == before


def test_a_reference_that_does_not_hold_is_told_and_binds_new_rows(tmp_path, small, monkeypatch):
    save(tmp_path / "in", [plain_row(1), plain_row(2)])
    whole = first_load.make_again

    def spoil_bases():
        with connection.cursor() as cursor:
            cursor.execute('UPDATE services_legalbasis SET version_id = gen_random_uuid() WHERE "order" = 0')
        connection.close()

    spoilt = []

    def spoil(batch, *given):
        if batch.put_aside and batch.put_aside[0][0] == "reference" and not spoilt:
            spoilt.append(batch)
            with ThreadPoolExecutor(1) as pool:  # somebody else, whose work is there for good
                pool.submit(spoil_bases).result()
        return whole(batch, *given)

    monkeypatch.setattr(first_load, "make_again", spoil)
    batch = load(tmp_path / "in")
    assert batch.state == ExchangeBatch.State.DONE
    assert "services_legalbasis_version" in batch.problem
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        (name,) = cursor.fetchone()
        assert name.startswith("services_legalbasis_version")
        cursor.execute('DELETE FROM services_legalbasis WHERE "order" = 0')
        cursor.execute(f'ALTER TABLE services_legalbasis VALIDATE CONSTRAINT "{name}"')


def test_whoever_holds_a_table_is_waited_for_with_nothing_held(tmp_path, small, monkeypatch):
    monkeypatch.setattr(first_load, "_WAIT_AGAIN", "100ms")
    save(tmp_path / "in", [plain_row(1), plain_row(2)])
    before = shape()
    going_on = runs.go_on

    def stop_before_pieces(batch_id):
        if ServiceItem.objects.exists():
            raise Lost
        return going_on(batch_id)

    monkeypatch.setattr(runs, "go_on", stop_before_pieces)
    with pytest.raises(Lost):
        load(tmp_path / "in")
    monkeypatch.setattr(runs, "go_on", going_on)
    batch = ExchangeBatch.objects.get()
    aside = batch.put_aside
    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold_items).result()
        try:
            assert runs.go_on(batch.pk) is True
            assert first_load.make_all_again() == 0
            batch.refresh_from_db()
            assert batch.put_aside == aside
            assert shape() != before
        finally:
            holder.close()
    go_on(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.put_aside) == (ExchangeBatch.State.DONE, [])
    assert shape() == before


def hold_items():
    """A connection that has written an item and not committed yet."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("UPDATE services_serviceitem SET popularity = popularity + 1")
    other.inc_thread_sharing()
    return other
