"""What is wrong with a file or a row is said with its place; the others still count, and nothing is half written."""

import csv
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from common.models import AuditEvent
from services.editing import versions
from services.exchange import cells, reading, runs
from services.exchange.errors import ColumnsWrong, FileUnfit, TableUnknown
from services.exchange.tables import TABLES
from services.models import DirectoryEntry, ExchangeBatch, ExchangeRow, ItemVersion, ServiceItem
from tests.factories.catalogue import a_department
from tests.factories.editing import a_desk, a_published_item
from tests.services.exchange.test_bulk import plain_row, save

pytestmark = pytest.mark.django_db
BASIC = "up_task_general_basic"


def run(folder, *, is_dry_run: bool = False) -> ExchangeBatch:
    return runs.import_folder(folder, is_dry_run=is_dry_run, progress=lambda done, total: None)


def told(batch: ExchangeBatch) -> list[tuple[int, str]]:
    return [(row.number, one["code"]) for row in runs.problem_rows(batch) for one in row.problems]


def as_csv(path, rows, encoding: str = "utf-8") -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encoding_it_has(tmp_path, encoding):
    as_csv(tmp_path / f"{BASIC}.csv", [plain_row(1), plain_row(2, task_name="=1+1 第二类许可")], encoding)
    assert run(tmp_path).counts == {"created": 2}
    assert set(ServiceItem.objects.values_list("name", flat=True)) == {"第1类经营许可", "=1+1 第二类许可"}


def test_a_broken_row_in_the_middle_leaves_the_others(tmp_path):
    tmp_path.joinpath(f"{BASIC}.jsonl").write_text(
        "\n".join([json.dumps(plain_row(1)), '{"row_guid": "x', "[1]", json.dumps(plain_row(2)), '{"task_name":"无"}'])
    )
    batch = run(tmp_path)
    assert batch.counts == {"created": 2, "rejected": 3}
    assert told(batch) == [(2, "row_unreadable"), (3, "row_unreadable"), (5, "row_guid_missing")]


def test_a_repeated_guid_or_code_counts_once(tmp_path):
    rows = [plain_row(1), plain_row(2, row_guid="guid-1"), plain_row(1, row_guid="other"), plain_row(3)]
    save(tmp_path, rows)
    batch = run(tmp_path)
    assert batch.counts == {"created": 2, "rejected": 2}
    assert sorted(told(batch)) == [(2, "row_guid_repeated"), (3, "duplicate_code")] or sorted(told(batch)) == [
        (1, "duplicate_code"),
        (2, "row_guid_repeated"),
    ]


def test_an_older_version_is_refused_and_a_newer_one_taken(tmp_path):
    save(tmp_path, [plain_row(1, task_version="3")])
    run(tmp_path)
    save(tmp_path, [plain_row(1, task_version="2", link_way="旧电话")])
    before = ItemVersion.objects.count(), AuditEvent.objects.filter(code="services.item_revised").count()
    assert told(run(tmp_path)) == [(1, "older_version")]
    assert (ItemVersion.objects.count(), AuditEvent.objects.filter(code="services.item_revised").count()) == before
    save(tmp_path, [plain_row(1, task_version="5", link_way="新电话")])
    assert run(tmp_path).counts == {"revised": 1}
    item = ServiceItem.objects.get()
    assert (item.current.version, item.current.consult_phone, item.row_version) == (5, "新电话", 5)


def test_what_went_through_review_here_is_kept_and_import_opens_nothing_online(tmp_path):
    desk = a_desk()
    item = a_published_item(desk)
    call_command("exchange_export", str(tmp_path / "out"))
    table = tmp_path / "out" / f"{BASIC}.jsonl"
    row = json.loads(table.read_text())
    table.write_text(json.dumps({**row, "link_way": "改过", "task_version": "9"}))
    batch = run(tmp_path / "out")
    assert "maintained_here" in {code for _number, code in told(batch)}
    item.refresh_from_db()
    assert (item.current.consult_phone, item.current.is_applicable_online) == ("0000-1", True)


def test_online_application_waits_for_two_persons_here(tmp_path):
    desk = a_desk()
    a_published_item(desk)
    call_command("exchange_export", str(tmp_path / "out"))
    for name in (BASIC, "onestop_item"):  # as another item of the same entry
        path = tmp_path / "out" / f"{name}.jsonl"
        values = json.loads(path.read_text())
        text = path.read_text().replace(values.get("row_guid") or values["task_guid"], "another")
        uscc = a_department("公安局").uscc
        text = text.replace(str(values.get("task_code", "-"))[:18], uscc)
        path.write_text(text)
    for path in (tmp_path / "out").glob("*"):
        if path.stem not in (BASIC, "onestop_item"):
            path.unlink()
    batch = run(tmp_path / "out")
    assert told(batch) == [(1, "online_to_review")]
    item = ServiceItem.objects.get(row_guid="another")
    assert item.current.is_applicable_online is False
    draft = item.versions.get(state="draft")
    assert draft.is_applicable_online is True
    handed = versions.submit(desk.other, version_id=draft.pk, expected_revision=draft.revision)
    assert handed.state == "in_review"


@pytest.mark.parametrize(
    ("heading", "error"),
    [
        ("row_guid,task_name,colour", ColumnsWrong),
        ("row_guid,task_name,task_name", ColumnsWrong),
        ("row_guid,dept_name", ColumnsWrong),
        ("row_guid,,task_name", ColumnsWrong),
    ],
)
def test_wrong_columns_refuse_the_file(tmp_path, heading, error):
    (tmp_path / f"{BASIC}.csv").write_text(f"{heading}\n1,2,3\n")
    with pytest.raises(error):
        run(tmp_path)
    assert not ExchangeBatch.objects.exists()
    assert not ExchangeRow.objects.exists()


def test_a_table_that_nobody_knows_is_refused(tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    with pytest.raises(TableUnknown):
        run(tmp_path)
    (tmp_path / "list.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(FileUnfit):
        run(tmp_path)
    with pytest.raises(CommandError, match=r"services\.exchange_file"):
        call_command("exchange_import", str(tmp_path / "nothing"))
    assert not ExchangeBatch.objects.exists()
    assert not ExchangeRow.objects.exists()


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_line_of_200_megabytes_is_refused_without_being_held(tmp_path, suffix):
    import resource

    path = tmp_path / f"{BASIC}.{suffix}"
    as_csv(path, [plain_row(1)]) if suffix == "csv" else save(tmp_path, [plain_row(1)])
    last = io.StringIO()
    csv.DictWriter(last, list(plain_row(2))).writerow(plain_row(2))
    with path.open("ab") as stream:
        stream.write(b"" if suffix == "csv" else b"\n")
        for _part in range(200):
            stream.write(b"x" * 2**20)
        stream.write(b"\n")
        stream.write(last.getvalue().encode() if suffix == "csv" else json.dumps(plain_row(2)).encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batch = run(tmp_path)
    assert batch.counts == {"created": 2, "rejected": 1}
    assert told(batch) == [(4 if suffix == "csv" else 2, "row_too_long")]  # a condition has two lines
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kilobytes


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = tmp_path / f"{BASIC}.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _block in range(64):
            part.write(b"0" * 2**20)
    with pytest.raises(FileUnfit, match="解开后太大"):
        run(tmp_path)
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(FileUnfit):
        run(tmp_path)
    assert not ExchangeBatch.objects.exists()


def test_cells_come_back_as_they_were_and_run_nothing(tmp_path):
    texts = ["=HYPERLINK(1)", "'=1", "''+1", "-3", "@x", "\tx", "+86 10", "_x000D_", "a\rb", "普通", "'", "＝1"]
    for text in texts:
        assert cells.plain(cells.guarded(text)) == text
        assert cells.from_sheet(cells.to_sheet(text)) == text
    book = Workbook()
    book.active.title = BASIC
    row = plain_row(1, task_name="=1+1 许可")
    book.active.append(list(row))
    book.active.append([cells.to_sheet(str(value)) for value in row.values()])
    book.save(tmp_path / "any.xlsx")
    assert run(tmp_path).counts == {"created": 1}
    call_command("exchange_export", str(tmp_path / "out"), "--format", "xlsx")
    sheet = load_workbook(tmp_path / "out" / f"{BASIC}.xlsx").active
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert "'=1+1 许可" in [cell.value for line in sheet.iter_rows() for cell in line]


def test_children_without_their_item_are_told(tmp_path):
    save(tmp_path, [plain_row(1)])
    (tmp_path / "up_task_general_material.csv").write_text(
        "row_guid,task_guid,material_name,is_need,order_num\nm1,guid-1,身份证,1,1\nm2,nobody,户口本,1,1\n"
    )
    batch = run(tmp_path)
    assert batch.counts == {"created": 1, "rejected": 1}
    assert told(batch) == [(3, "task_guid_unknown")]
    assert ServiceItem.objects.get().current.materials.get().name == "身份证"


def test_a_dry_run_writes_nothing_and_tells_the_same(tmp_path):
    save(tmp_path, [plain_row(1), plain_row(2, dept_name="")])
    batch = run(tmp_path, is_dry_run=True)
    assert batch.counts == {"created": 1, "rejected": 1}
    assert [row["problems"][0]["code"] for row in batch.dry_problems] == ["department_missing"]
    assert not ServiceItem.objects.exists()
    assert not ExchangeBatch.objects.exists()
    assert not DirectoryEntry.objects.exists()


def test_a_lost_worker_is_gone_on_from(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "CHUNK", 2)
    save(tmp_path, [plain_row(number) for number in range(1, 6)])
    batch = runs._begun(tmp_path)
    assert runs.go_on(batch.pk)
    assert ServiceItem.objects.count() == 2
    call_command("exchange_import", "--resume", str(batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.counts, batch.done) == ("done", {"created": 5}, 5)
    assert not runs.go_on(batch.pk)
    assert not batch.rows.exists()


def test_a_directory_row_becomes_a_version_and_a_later_one_reaches_the_items(tmp_path):
    values = {
        "row_guid": "d1",
        "catalog_code": "510100001000",
        "task_name": "第1类经营许可",
        "task_type": "01",
        "by_law": "《示范法》第一条",
        "use_level": "3^4",
        "task_state": "1",
        "task_version": "1",
    }
    (tmp_path / "up_task_directory.jsonl").write_text(json.dumps(values))
    assert run(tmp_path).counts == {"created": 1}
    entry = DirectoryEntry.objects.get()
    assert (entry.current.use_levels, entry.current.legal_bases[0]["law"]) == (["3", "4"], "示范法")
    assert run(tmp_path).counts == {"unchanged": 1}
    (tmp_path / "up_task_directory.jsonl").write_text(json.dumps({**values, "use_level": "3", "task_version": "2"}))
    assert run(tmp_path).counts == {"revised": 1}
    (tmp_path / "up_task_directory.jsonl").write_text(json.dumps(values))
    assert told(run(tmp_path)) == [(1, "older_version")]


def test_every_table_reads_what_it_writes():
    assert len(TABLES) == 18
    assert {reading._needed(table) for table in TABLES.values()} == {("task_guid",), ("row_guid", "task_name")}
