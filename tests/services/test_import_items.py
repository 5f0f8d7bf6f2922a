"""Importing a list: each row accepted, repaired or rejected; all in one transaction; again changes nothing."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Region
from identity.rules import make_uscc
from services import queries
from services.importing.run import ImportOptions, import_file
from services.models import ImportBatch, ItemVersion, ServiceItem
from tests.factories.catalogue import a_department, a_region

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return a_region()


def row(**more) -> dict:
    values = {
        "task_name": "公司设立登记",
        "local_task_code": "511A-001",
        "task_type": "01",
        "dept_name": "示范市某局",
        "dept_code": make_uscc(prefix="11", region="519900", body="00000099"),
        "area_code": "519900000000",
    }
    return {**values, **more}


def write(path: Path, rows) -> Path:
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in rows), encoding="utf-8")
    return path


def run(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_items", str(path), *options, stdout=out)
    return out.getvalue()


def reported() -> list[tuple[int, str, str]]:
    report = ImportBatch.objects.latest("created_at").report
    return [(entry["row"], entry["outcome"], entry["code"]) for entry in report]


def test_a_row_is_listed_under_its_department_name_and_cannot_be_applied_for(tmp_path, region):
    assert "接受 1，" in run(write(tmp_path / "a.jsonl", [row()]))
    assert reported() == []
    item = ServiceItem.objects.get()
    assert (item.department, item.department_name, item.local_code) == (None, "示范市某局", "511A-001")
    assert not item.current.is_applicable_online
    assert queries.search("营业执照").total == 1
    assert queries.guide(queries.get_item(item.pk)).is_free


def test_a_department_is_matched_by_code_or_by_name(tmp_path, region):
    department = a_department()
    rows = [
        row(dept_code=department.uscc, dept_name="旧名称"),
        row(task_name="变更登记", local_task_code="511A-002", dept_code="", dept_name=department.short_name),
    ]
    run(write(tmp_path / "a.jsonl", rows))
    assert {item.department for item in ServiceItem.objects.all()} == {department}


def test_the_same_file_again_changes_nothing(tmp_path, region):
    path = write(tmp_path / "a.jsonl", [row(), row(task_name="乙", local_task_code="2", task_type="1")])
    run(path)
    events = AuditEvent.objects.exclude(code="services.items_imported").count()
    assert "没有变化 2" in run(path)
    assert (ServiceItem.objects.count(), ItemVersion.objects.count()) == (2, 2)
    assert AuditEvent.objects.exclude(code="services.items_imported").count() == events


def test_changed_content_makes_a_new_version(tmp_path, region):
    run(write(tmp_path / "a.jsonl", [row()]))
    assert "更新 1" in run(write(tmp_path / "a.jsonl", [row(promise_day=3)]))
    assert ServiceItem.objects.get().current.version == 2


def test_a_dry_run_writes_nothing(tmp_path, region):
    path = write(tmp_path / "a.jsonl", [row()])
    assert "新增 1" in run(path, "--dry-run", "--create-region", "519921:青山县")
    assert not ServiceItem.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not Region.objects.filter(code="519921").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"task_name": "  "}, "name_missing"),
        ({"task_name": {"a": 1}}, "name_missing"),
        ({"task_name": "长" * 1001}, "content_invalid"),
        ({"task_name": "甲\x00"}, "row_unreadable"),
        ({"task_name": "\ud800"}, "row_unreadable"),
        ({"local_task_code": ""}, "item_code_missing"),
        ({"local_task_code": "x" * 101}, "item_code_invalid"),
        ({"dept_name": ""}, "department_missing"),
        ({"task_type": "77"}, "item_type_unknown"),
        ({"area_code": "51"}, "region_malformed"),
        ({"area_code": ""}, "region_missing"),
        ({"area_code": "330100"}, "region_unknown"),
        ({"promise_day": 9, "anticipate_day": 3}, "content_invalid"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason_and_the_others_count(tmp_path, region, change, code):
    path = tmp_path / "a.jsonl"
    good = row(task_name="好的", local_task_code="good")
    path.write_text(json.dumps(good) + "\n" + json.dumps(row(**change)), encoding="utf-8")
    run(path)
    assert reported() == [(2, "rejected", code)]
    assert [item.name for item in ServiceItem.objects.all()] == ["好的"]


def test_broken_and_endless_lines_are_rejected_alone(tmp_path, region):
    path = tmp_path / "a.jsonl"
    endless = b'{"task_name": "' + b"x" * 2_500_000 + b'"}'
    lines = [json.dumps(row()).encode(), b'{"task_name":', b"[1]", endless, b"1" + b"[" * 5000, b""]
    path.write_bytes(b"\n".join(lines))
    run(path)
    assert [(number, code) for number, _outcome, code in reported()] == [
        (2, "row_unreadable"),
        (3, "row_unreadable"),
        (4, "row_too_long"),
        (5, "row_unreadable"),
    ]
    assert ServiceItem.objects.count() == 1


def test_the_second_of_two_equal_items_is_rejected_and_names_the_first(tmp_path, region):
    rows = [row(), row(task_name="别的"), row(local_task_code="511A-002"), row(local_task_code="3", parent_item="父项")]
    run(write(tmp_path / "a.jsonl", rows))
    assert reported() == [(2, "rejected", "duplicate_code"), (3, "rejected", "duplicate_name")]
    assert ServiceItem.objects.count() == 2  # the same name under another parent item is another item


def test_an_item_the_catalogue_has_under_another_code_is_not_doubled(tmp_path, region):
    run(write(tmp_path / "a.jsonl", [row()]))
    run(write(tmp_path / "b.jsonl", [row(local_task_code="new-code")]))
    assert reported() == [(1, "rejected", "duplicate_in_catalogue")]
    assert ServiceItem.objects.get().local_code == "511A-001"


def test_an_unknown_region_is_refused_with_the_options_that_help(tmp_path):
    path = write(tmp_path / "a.jsonl", [row(area_code="511602000000")])
    with pytest.raises(CommandError) as caught:
        run(path)
    for code in ("510000", "511600", "511602"):
        assert f'--create-region "{code}:' in str(caught.value)
    with pytest.raises(CommandError, match="region_unknown"):
        run(path, "--create-region", "511602:广安区")  # its city is still missing
    assert not Region.objects.exists()
    run(path, *(f"--create-region={name}" for name in ("511602:广安区", "511600:广安市", "510000:四川省")))
    district = ServiceItem.objects.get().region
    assert (district.name, district.parent.name, district.parent.parent.name) == ("广安区", "广安市", "四川省")


@pytest.mark.parametrize("option", ["511602", "5116:x", "511602:", "511602:" + "长" * 61])
def test_a_wrong_region_option_is_refused(tmp_path, option):
    with pytest.raises(CommandError, match="region_option"):
        run(write(tmp_path / "a.jsonl", [row()]), "--create-region", option)


def test_rows_without_a_region_take_the_one_given(tmp_path, region):
    run(write(tmp_path / "a.jsonl", [row(area_code=None)]), "--region", "519900")
    assert ServiceItem.objects.get().region == region


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jsonl", b"", "file_unreadable"),
        ("a.jsonl", b"\n\n", "file_unreadable"),
        ("a.doc", b"x", "file_unreadable"),
        ("a.xlsx", b"PK not a workbook", "file_unreadable"),
        ("a.jsonl", '{"task_name": "甲"}'.encode("gb18030"), "import_encoding"),
        ("a.csv", "task_name\n甲".encode("gb18030"), "import_encoding"),
        ("a.csv", b"colour,size\nred,1", "import_columns"),
        ("a.csv", b"task_name,task_code\n", "file_unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(tmp_path, region, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError, match=code):
        run(path)
    assert not ImportBatch.objects.exists()


def test_a_missing_file_and_an_unknown_encoding_are_refused(tmp_path, region):
    with pytest.raises(CommandError, match="file_unreadable"):
        run(tmp_path / "none.jsonl")
    with pytest.raises(CommandError, match="encoding"):
        run(write(tmp_path / "a.jsonl", [row()]), "--encoding", "klingon")


def as_csv(rows) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(("encoding", "options"), [("utf-8-sig", []), ("gb18030", ["--encoding", "gb18030"])])
def test_csv_with_a_mark_or_in_gbk_is_read(tmp_path, region, encoding, options):
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv([row(), row(task_name='有"引号"，和\n换行', local_task_code="2")]).encode(encoding))
    run(path, *options)
    assert {item.name for item in ServiceItem.objects.all()} == {"公司设立登记", '有"引号"，和 换行'}


def test_unknown_columns_are_named_and_left_out(tmp_path, region):
    assert "unknown_columns" in run(write(tmp_path / "a.jsonl", [row(colour="red")]))
    assert "colour" not in ServiceItem.objects.get().current.source_row


EXCHANGE = {
    "up_task_general_basic": [
        row(
            row_guid="g1",
            use_level="3",
            promise_day=5,
            promise_type=1,
            anticipate_day=20,
            anticipate_type="W",
            project_type="2",
            server_type="2^5^8",
            by_law="《中华人民共和国公司法》第二十九条；《市场主体登记管理条例》第五条第一款",
            handle_flow="申请→受理→决定",
            limit_scene_num=0,
            power_source="1",
        )
    ],
    "up_task_general_extend": [
        {"task_guid": "g1", "result_type": "10", "result_name": "营业执照", "corp_topic_type": "005"}
    ],
    "up_task_general_material": [
        {"task_guid": "g1", "material_name": "申请书", "is_need": "1", "source_type": "10"},
        {"task_guid": "g1", "material_name": "", "is_need": "1", "source_type": "10"},
    ],
    "up_task_general_fee_project": [{"task_guid": "g1", "fee_name": "工本费", "fee_stand": "10元"}],
    "up_task_general_questions": [{"task_guid": "g1", "question": "多久？", "answer": "五天。"}],
}


def as_workbook(path: Path) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in EXCHANGE.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for one in rows:
            sheet.append(list(one.values()))
    book.save(path / "a.xlsx")
    return path / "a.xlsx"


def as_folder(path: Path) -> Path:
    for name, rows in EXCHANGE.items():
        (path / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("write_tables", [as_workbook, as_folder])
def test_the_national_exchange_tables_are_joined(tmp_path, region, write_tables):
    run(write_tables(tmp_path))
    guide = queries.guide(queries.get_item(ServiceItem.objects.get().pk))
    version = guide.version
    assert (version.promise_days, version.promise_unit, version.statutory_days) == (5, "W", 20)
    assert (version.result_kind, version.result_name, version.themes_org) == ("certificate", "营业执照", ["005"])
    assert version.audience == ["2", "5"]
    assert version.flow == ["申请", "受理", "决定"]
    assert version.power_source == "1"
    assert [(basis.law, basis.article) for basis in guide.legal_bases] == [
        ("中华人民共和国公司法", "第二十九条"),
        ("市场主体登记管理条例", "第五条第一款"),
    ]
    assert [material.name for material in guide.materials] == ["申请书"]
    assert [(fee.name, fee.amount) for fee in guide.fees] == [("工本费", 10)]
    assert [faq.answer for faq in guide.faqs] == ["五天。"]
    assert {code for _row, _outcome, code in reported()} >= {"value_dropped", "part_dropped"}


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_the_report_names_each_row_and_no_cell_is_a_formula(tmp_path, region, suffix):
    path = write(tmp_path / "a.jsonl", [row(), row(task_name="=cmd()", local_task_code="")])
    out = tmp_path / f"report{suffix}"
    run(path, "--report", str(out))
    text = out.read_text(encoding="utf-8-sig")
    assert "item_code_missing" in text
    assert suffix == ".json" or ",'=cmd()" in text
    with pytest.raises(CommandError):
        run(path, "--report", str(tmp_path / "none" / "r.csv"))


def test_a_real_published_list_is_imported_whole_and_again_without_change():
    path = settings.SAMPLE_ITEMS_FILE
    if not path.exists():
        assert not os.environ.get("CI"), f"{path} is missing: set ONESTOP_SAMPLE_ITEMS"
        pytest.skip("the published list is not on this machine")
    regions = [f"--create-region={name}" for name in ("510000:四川省", "511600:广安市", "511602:广安区")]
    out = run(path, *regions)
    batch = ImportBatch.objects.get()
    assert batch.accepted + batch.repaired + batch.rejected == 703
    assert batch.rejected == 1
    assert [code for _row, outcome, code in reported() if outcome == "rejected"] == ["duplicate_name"]
    assert ServiceItem.objects.count() == 702
    assert "新增 702" in out
    assert queries.search("养老保险").total > 20
    assert "没有变化 702" in run(path)
    assert ItemVersion.objects.count() == 702


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_and_a_log_stays_clean(tmp_path, region, monkeypatch):
    path = write(tmp_path / "a.jsonl", [row()])
    terminal, log = Terminal(), io.StringIO()
    monkeypatch.setattr("sys.stderr", terminal)
    run(path)
    assert "1/1" in terminal.getvalue()
    monkeypatch.setattr("sys.stderr", log)
    run(path)
    assert log.getvalue() == ""


def test_a_failure_midway_leaves_nothing_behind(tmp_path, region, monkeypatch):
    rows = [row(task_name=f"第{number}项", local_task_code=str(number)) for number in range(501)]
    path = write(tmp_path / "a.jsonl", rows)
    calls = []

    def fail_at_the_second_chunk(label, done, total):
        calls.append((done, total))
        if (done, total) == (500, 501) and label == "写入":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(SYSTEM, path=path, options=ImportOptions(), progress=fail_at_the_second_chunk)
    assert calls
    assert not ServiceItem.objects.exists()
    assert not ImportBatch.objects.exists()
