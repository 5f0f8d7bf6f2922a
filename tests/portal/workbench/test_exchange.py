"""导入导出 on the pages: what is in a file is said before anything is written, and read back afterwards."""

import csv
import io
import json
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from openpyxl import Workbook

from services.exchange import desk as exchange
from services.exchange import runs
from services.models import ExchangeBatch, ServiceItem
from tests.factories.editing import a_desk
from tests.factories.workbench import browser_of
from tests.services.exchange.test_bulk import plain_row

pytestmark = pytest.mark.django_db
PAGE = "/workbench/items/exchange/"
NAME = "up_task_general_basic"


@pytest.fixture
def people():
    return a_desk()


def upload(who, name: str, content: bytes):
    return browser_of(who).post(PAGE, {"tables": SimpleUploadedFile(name, content)})


def checked(who, name: str, content: bytes):
    """Upload, have the job check it, and open the page of the batch."""
    answer = upload(who, name, content)
    assert answer.status_code == 302, answer.content.decode()
    exchange.check(batch_id=ExchangeBatch.objects.latest("created_at").pk)
    return browser_of(who).get(answer["Location"])


def as_json(*rows) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def as_csv(*rows, encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_book(*rows, merged: str = "", **cells: str) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    book.active.title = NAME
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    for place, value in cells.items():
        book.active[place] = value
    if merged:
        book.active.merge_cells(merged)
    book.save(stream)
    return stream.getvalue()


def test_a_file_is_tried_out_read_applied_and_its_errors_come_back(people):
    rows = [plain_row(1), plain_row(2), plain_row(3, row_guid="guid-1"), plain_row(4, task_code="1" * 31)]
    page = checked(people.ann, f"{NAME}.jsonl", as_json(*rows))
    text = page.content.decode()
    assert dict(page.context["counts"])["新增"] == 3  # a code that does not check is kept as the local one
    assert dict(page.context["counts"])["没有收"] == 1
    assert "以上是试运行的结果，还没有写入" in text
    assert "row_guid_repeated" in text
    assert not ServiceItem.objects.exists()
    batch = page.context["batch"]
    browser = browser_of(people.ann)
    assert browser.post(f"{PAGE}{batch.pk}/").status_code == 302
    assert browser.post(f"{PAGE}{batch.pk}/").status_code == 409  # two appliers: the second is told
    exchange.run(batch_id=batch.pk)
    assert ServiceItem.objects.filter(task_code__isnull=False).count() == 2
    assert ServiceItem.objects.get(task_code=None).local_code == "1" * 31
    page = browser.get(f"{PAGE}{batch.pk}/")
    assert page.context["batch"].state == "done"
    read_back = b"".join(browser.get(reverse("workbench_exchange_problems", args=[batch.pk])).streaming_content)
    assert "guid-1" in read_back.decode("utf-8-sig")
    assert browser_of(people.ben).get(f"{PAGE}{batch.pk}/").status_code == 404


def test_a_file_in_the_national_encoding_reads_as_one_in_utf_8(people):
    page = checked(people.ann, f"{NAME}.csv", as_csv(plain_row(1, task_name="办理㐂事"), encoding="gb18030"))
    assert dict(page.context["counts"]) == {"新增": 1}
    assert checked(people.ann, f"{NAME}.csv", as_csv(plain_row(1))[:-3] + b"\xff\xff\xff").context["batch"].problem


def test_merged_cells_and_formulas_without_a_value_are_named(people):
    page = checked(people.ann, "表.xlsx", as_book(plain_row(1), plain_row(2), merged="A2:A3"))
    assert (page.context["batch"].state, "合并的单元格" in page.content.decode()) == ("failed", True)
    columns = list(plain_row(1))
    place = f"{chr(ord('A') + columns.index('task_name'))}2"
    page = checked(people.ann, "表.xlsx", as_book(plain_row(1), plain_row(2), **{place: "=1+1"}))
    assert "第 task_name 列是公式" in page.content.decode()
    assert dict(page.context["counts"]) == {"新增": 1, "没有收": 1}
    assert not ServiceItem.objects.exists()


def test_markup_in_a_name_stays_text_on_every_page(people):
    row = plain_row(1, task_name="<script>alert(1)</script>事项", task_state="9")
    page = checked(people.ann, f"{NAME}.jsonl", as_json(row, plain_row(2, task_name="<img src=x onerror=alert(1)>")))
    assert "<script>alert" not in page.content.decode()
    exchange.start(people.ann, batch_id=page.context["batch"].pk)
    exchange.run(batch_id=page.context["batch"].pk)
    for where in ("/workbench/items/", f"{PAGE}{page.context['batch'].pk}/"):
        said = browser_of(people.ann).get(where).content.decode()
        assert "<script>alert" not in said
        assert "<img src=x" not in said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("表.exe", b"x", "只能导入"),
        ("表.csv", b"", "空的"),
        ("up_task_general_basic.xlsx", b"PK\x03\x04no", ""),
        ("没有这张表.csv", b"a,b\n1,2\n", ""),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(people, name, content, said):
    answer = upload(people.ann, name, content)
    if said:
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not ExchangeBatch.objects.exists()
    else:
        batch = ExchangeBatch.objects.get()
        exchange.check(batch_id=batch.pk)
        batch.refresh_from_db()
        assert batch.state == "failed"
        assert batch.problem in browser_of(people.ann).get(answer["Location"]).content.decode()


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(people, monkeypatch):
    monkeypatch.setattr(exchange, "MOST_BYTES", 100)
    answer = upload(people.ann, f"{NAME}.jsonl", as_json(plain_row(1)))
    assert answer.status_code == 422
    assert "50 MB" in answer.content.decode()
    assert not ExchangeBatch.objects.exists()


def test_a_batch_that_was_interrupted_is_asked_for_again_and_ends_once(people, monkeypatch):
    page = checked(people.ann, f"{NAME}.jsonl", as_json(*(plain_row(number) for number in range(1, 7))))
    batch = page.context["batch"]
    exchange.start(people.ann, batch_id=batch.pk)
    monkeypatch.setattr("services.exchange.runs.CHUNK", 2)
    assert runs.go_on(batch.pk)  # the worker is lost after a chunk
    assert ServiceItem.objects.count() == 2
    ExchangeBatch.objects.update(updated_at="2020-01-01T00:00:00Z")
    assert exchange.waiting() == [(batch.pk, False)]
    exchange.run(batch_id=batch.pk)
    exchange.run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.done, ServiceItem.objects.count()) == ("done", 6, 6)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_batch_take_turns(people):
    page = checked(people.ann, f"{NAME}.jsonl", as_json(*(plain_row(number) for number in range(1, 5))))
    batch = page.context["batch"]
    exchange.start(people.ann, batch_id=batch.pk)
    failures: list[Exception] = []

    def work():
        try:
            exchange.run(batch_id=batch.pk)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    batch.refresh_from_db()
    assert not failures
    assert (batch.state, batch.counts, ServiceItem.objects.count()) == ("done", {"created": 4}, 4)
