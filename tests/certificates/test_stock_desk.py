"""Existing stock by upload: checked in the background, read, imported by whoever may, gone on with, forgotten."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certificates import errors, tasks
from certificates.models import Certificate, StockImport, WaitingStock
from certificates.stock import actions, desk
from common.errors import Forbidden
from common.models import AuditEvent
from identity.models import PostHolding
from tests.certificates.test_stock import HEADING, NEW_SHOP, good
from tests.factories.cast import Cast, a_member_of_staff, build_cast
from tests.factories.catalogue import a_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def content(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADING, *rows])
    return text.getvalue().encode()


def upload(cast: Cast, *rows: list[str], actor=None, name="清单.csv") -> StockImport:
    return desk.upload_stock(
        actor or cast.decider, kind=cast.food_licence, issuer=cast.scjg, file_name=name, chunks=[content(*rows)]
    )


def now(row: StockImport) -> StockImport:
    return StockImport.objects.get(pk=row.pk)


def everything() -> tuple[int, ...]:
    return (
        Certificate.objects.count(), WaitingStock.objects.count(), StockImport.objects.count(),
        AuditEvent.objects.count(),
    )  # fmt: skip


def test_upload_check_import(cast):
    rows = [good(cast), good(cast, number="X2", name="别的店"), good(cast, number="X3", name="新店", code=NEW_SHOP)]
    row = upload(cast, *rows)
    assert row.state == "checking"
    desk.check_uploaded(stock_id=row.pk)
    row = now(row)
    assert (row.state, row.total, row.counts) == ("checked", 3, {"new": 1, "wrong": 1, "waiting": 1})
    assert Certificate.objects.count() == 1
    assert [line for line, _what, _why in desk.problem_lines(row, most=10)] == [3, 4]
    assert len(desk.read_report(cast.decider, row).decode("utf-8-sig").splitlines()) == 4
    desk.start_stock(cast.decider, stock_id=row.pk)
    desk.run_stock(stock_id=row.pk)
    row = now(row)
    assert (row.state, row.counts, bool(row.file)) == ("done", {"new": 1, "wrong": 1, "waiting": 1}, False)
    assert Certificate.objects.count() == 2
    assert WaitingStock.objects.count() == 1
    desk.run_stock(stock_id=row.pk)
    assert Certificate.objects.count() == 2


def test_the_stored_file_is_not_readable(cast):
    row = upload(cast, good(cast))
    with open(row.file.storage.path(row.file.name), "rb") as stored:
        assert cast.shop.name.encode() not in stored.read()


def test_the_same_file_again_is_the_same_import(cast):
    row = upload(cast, good(cast))
    before = everything()
    assert upload(cast, good(cast)).pk == row.pk
    assert everything() == before


def test_a_file_whose_check_failed_is_imported_by_nobody_and_checked_again(cast):
    row = upload(cast, good(cast))
    StockImport.objects.filter(pk=row.pk).update(holding_id=None)  # the post it was uploaded in has ended
    desk.check_uploaded(stock_id=row.pk)
    row = now(row)
    assert (row.state, bool(row.report)) == ("failed", False)
    with pytest.raises(errors.StockMoved):
        desk.start_stock(cast.decider, stock_id=row.pk)
    again = upload(cast, good(cast))
    assert (again.pk, again.state, again.file.name) == (row.pk, "checking", row.file.name)
    desk.check_uploaded(stock_id=row.pk)
    assert now(row).state == "checked"


def test_only_who_issues_uploads_and_sees(cast):
    row = upload(cast, good(cast))
    before = everything()
    for actor in (cast.citizen, cast.clerk, cast.outsider, cast.supervisor):
        with pytest.raises(Forbidden):
            upload(cast, good(cast), good(cast), actor=actor)
        with pytest.raises(errors.StockNotFound):
            desk.get_import(actor, row.pk)
        with pytest.raises(errors.StockNotFound):
            desk.start_stock(actor, stock_id=row.pk)
    assert everything() == before


def test_somebody_elses_list_is_no_proof(cast):
    other = a_member_of_staff("3001", a_post(cast.xfj, "负责人"), PostHolding.Role.DECIDER)
    before = everything()
    with pytest.raises(errors.SourceNotAuthoritative):
        desk.upload_stock(
            other, kind=cast.food_licence, issuer=cast.xfj, file_name="a.csv", chunks=[content(good(cast))]
        )
    assert everything() == before
    assert cast.food_licence not in desk.types_of([cast.xfj.pk])


@pytest.mark.parametrize(
    ("name", "chunks"),
    [("a.exe", [b"x"]), ("a.csv", []), ("a.csv", [b""]), ("a.csv", [b"x" * 2**20] * 21)],
)
def test_an_unfit_file_is_refused(cast, name, chunks):
    before = everything()
    with pytest.raises(errors.StockFileInvalid):
        desk.upload_stock(cast.decider, kind=cast.food_licence, issuer=cast.scjg, file_name=name, chunks=chunks)
    assert everything() == before


def test_a_file_that_cannot_be_read_fails_in_words(cast):
    row = desk.upload_stock(
        cast.decider, kind=cast.food_licence, issuer=cast.scjg, file_name="a.xlsx", chunks=[b"PK\x03\x04broken"]
    )
    desk.check_uploaded(stock_id=row.pk)
    assert now(row).state == "failed"
    assert "不能导入" in now(row).problem
    assert Certificate.objects.count() == 1


def test_it_is_not_started_twice_nor_before_the_check(cast):
    row = upload(cast, good(cast))
    with pytest.raises(errors.StockMoved):
        desk.start_stock(cast.decider, stock_id=row.pk)
    desk.check_uploaded(stock_id=row.pk)
    desk.start_stock(cast.decider, stock_id=row.pk)
    before = everything()
    with pytest.raises(errors.StockMoved):
        desk.start_stock(cast.decider, stock_id=row.pk)
    assert everything() == before


def test_a_holding_that_ended_stops_it_and_another_goes_on(cast):
    row = upload(cast, good(cast))
    desk.check_uploaded(stock_id=row.pk)
    desk.start_stock(cast.decider, stock_id=row.pk)
    PostHolding.objects.filter(pk=cast.decider.holding_id).update(is_active=False)
    desk.run_stock(stock_id=row.pk)
    assert now(row).state == "failed"
    assert Certificate.objects.count() == 1
    other = a_member_of_staff("3002", a_post(cast.scjg, "副职"), PostHolding.Role.DECIDER)
    desk.start_stock(other, stock_id=row.pk)
    desk.run_stock(stock_id=row.pk)
    assert now(row).state == "done"
    assert Certificate.objects.count() == 2


def test_a_lost_worker_is_asked_for_again_and_old_uploads_are_erased(cast):
    row = upload(cast, good(cast))
    long_ago = timezone.now() - timedelta(days=40)
    StockImport.objects.filter(pk=row.pk).update(updated_at=long_ago)
    assert desk.lost_imports(before=timezone.now() - timedelta(hours=1)) == [(row.pk, "checking")]
    desk.check_uploaded(stock_id=row.pk)
    StockImport.objects.filter(pk=row.pk).update(updated_at=long_ago)
    tasks.resume_stock_imports(0)
    kept = now(row)
    assert not kept.file
    assert not kept.report


def test_it_goes_on_half_way(cast, monkeypatch):
    cast.food_licence.is_single_instance = False
    cast.food_licence.save()
    monkeypatch.setattr(actions, "BATCH", 2)
    row = upload(cast, *[good(cast, number=f"JY{number:06d}") for number in range(6)])
    desk.check_uploaded(stock_id=row.pk)
    desk.start_stock(cast.decider, stock_id=row.pk)
    kept = actions._register

    def power_cut(*args, **more):
        if any(one.row.number == "JY000004" for one in args[4]):
            raise KeyboardInterrupt
        return kept(*args, **more)

    monkeypatch.setattr(actions, "_register", power_cut)
    with pytest.raises(KeyboardInterrupt):
        desk.run_stock(stock_id=row.pk)
    assert Certificate.objects.count() == 1 + 4
    monkeypatch.setattr(actions, "_register", kept)
    desk.run_stock(stock_id=row.pk)
    assert Certificate.objects.count() == 1 + 6
    assert now(row).counts == {"new": 6}


def test_a_batch_takes_the_same_queries_however_long(cast):
    cast.food_licence.is_single_instance = False
    cast.food_licence.save()

    def queries(count: int, start: int) -> int:
        row = upload(cast, *[good(cast, number=f"JY{start + number:06d}") for number in range(count)])
        desk.check_uploaded(stock_id=row.pk)
        desk.start_stock(cast.decider, stock_id=row.pk)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            desk.run_stock(stock_id=row.pk)
        return len(seen)

    assert queries(2, 0) == queries(200, 1000)
