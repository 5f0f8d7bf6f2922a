"""Spreadsheets: what is wrong is told by row and column, and nothing is half imported."""

import io

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from common.errors import DomainError
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Account, Department, Post, PostHolding, Region, StaffImport
from identity.queries import actor_for
from identity.rules import make_uscc
from identity.staff.actions import imports
from identity.staff.sheets.layout import SHEETS
from identity.staff.sheets.writing import template
from tests.factories.staff import again, an_administrator

NEW = make_uscc(prefix="11", region="519902", body="00000021")


def sheet(**rows: list[list[object]]) -> bytes:
    """An XLSX file of the template's shape; ``rows`` by the key of the sheet."""
    book = Workbook()
    book.remove(book.active)
    for one in SHEETS:
        page = book.create_sheet(one.name)
        page.append([column.heading for column in one.columns])
        for row in rows.get(one.key, []):
            page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def whole() -> bytes:
    return sheet(
        regions=[["519902", "中心区", 3, 519900]],
        departments=[[NEW, "中心区民政局", "区民政局", "519902"]],
        posts=[[NEW, "窗口", ""], [NEW, "负责人", ""]],
        staff=[["N100", "赵一"], ["N101", "钱二"]],
        holdings=[
            ["N100", NEW, "窗口", "综合窗口人员", "", ""],
            ["N100", NEW, "负责人", "决定人", "2026/1/5", ""],
            ["N101", NEW, "负责人", "决定人", "", "2099-12-31"],
        ],
    )


def state() -> tuple[object, ...]:
    return tuple(model.objects.count() for model in (Region, Department, Post, Account, PostHolding, AuditEvent))


def test_whole_city_in_one_sheet_twice(cast, tmp_path, capsys):
    path = tmp_path / "staff.xlsx"
    path.write_bytes(whole())
    before = state()
    call_command("import_staff", path, dry_run=True, report=tmp_path / "report.xlsx")
    assert state() == before
    assert len(list(load_workbook(tmp_path / "report.xlsx")["会变的"].rows)) == 10
    call_command("import_staff", path)
    assert PostHolding.objects.filter(account__username="N100").count() == 2
    assert actor_for(Account.objects.get(username="N101")).role == "decider"
    after = state()
    call_command("import_staff", path)
    assert "new=0 changed=0 same=9 wrong=0" in capsys.readouterr().out
    assert state()[:5] == after[:5]


def problems_of(actor, content):
    plan = imports.check_sheet(actor, content=content)
    return {(p.sheet, p.row, p.column, p.code) for p in plan.problems}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"staff": [["=1+1", "甲"]]}, ("人员", 2, "工号", "sheet.formula")),
        ({"staff": [["N1", "@SUM(A1)"]]}, ("人员", 2, "姓名", "sheet.formula")),
        ({"staff": [["N100", ""]]}, ("人员", 2, "姓名", "sheet.required")),
        ({"staff": [["13900000001", "甲"]]}, ("人员", 2, "工号", "sheet.staff_number")),
        ({"staff": [["1001", "员1001"], ["1001", "员1001"]]}, ("人员", 3, "工号", "sheet.twice")),
        ({"staff": [["N100", "甲"]]}, ("人员", 2, "工号", "sheet.no_post")),
        ({"regions": [["519912", "某区", 2, "519900"]]}, ("地区", 2, "级别", "sheet.region_code")),
        ({"regions": [["520102", "某区", 3, "519900"]]}, ("地区", 2, "代码", "sheet.region_code")),
        ({"regions": [["999902", "某区", 3, "519900"]]}, ("地区", 2, "代码", "sheet.region_code")),
        ({"departments": [[NEW[:17] + "?", "甲", "甲", "519900"]]}, ("部门", 2, "统一社会信用代码", "sheet.uscc")),
        ({"departments": [[NEW, "甲", "甲", "110000"]]}, ("部门", 2, "地区代码", "sheet.region_unknown")),
        ({"posts": [[NEW, "窗口", ""]]}, ("岗位", 2, "部门代码", "sheet.department_unknown")),
        ({"holdings": [["1001", NEW, "窗口", "皇帝", "", ""]]}, ("任职", 2, "角色", "sheet.role_unknown")),
        ({"holdings": [["N9", NEW, "窗口", "决定人", "昨天", ""]]}, ("任职", 2, "开始日期", "sheet.date")),
        ({"holdings": [["N9", NEW, "窗口", "决定人", "", ""]]}, ("任职", 2, "工号", "sheet.staff_unknown")),
    ],
)
def test_wrong_cell_is_named_and_nothing_is_applied(cast, rows, expected):
    content = sheet(**rows)
    assert expected in problems_of(SYSTEM, content)
    before = state()
    assert imports.apply_sheet(SYSTEM, content=content, tell=lambda done, total: None)
    assert state() == before


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no zip", b"\x00\x01\x02", "甲,乙\n1,2\n".encode(), b"\xff" * 40, template()[:900]]
)
def test_what_is_no_sheet_is_refused_plainly(cast, content, tmp_path):
    with pytest.raises(DomainError, match=r"staff\.file_unreadable"):
        imports.check_sheet(SYSTEM, content=content)
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("import_staff", path)


def test_csv_in_the_office_programs_encoding(cast):
    text = f"工号,部门代码,岗位名称,角色,开始日期,结束日期\n1001,{cast.scjg.uscc},食品经营科,审查人员,,\n"
    plan = imports.check_sheet(SYSTEM, content=text.encode("gb18030"))
    assert plan.problems == []
    assert plan.counts() == {"new": 1, "changed": 0, "same": 0, "wrong": 0}


def test_administrator_imports_only_what_they_could_do_by_hand(cast):
    admin = an_administrator(cast.scjg)
    holding = ["1003", cast.xfj.uscc, "监督科", "决定人", "", ""]
    own = ["9001", cast.scjg.uscc, "负责人", "决定人", "", ""]
    found = problems_of(admin, sheet(holdings=[holding, own], staff=[["1003", "改名"]]))
    assert ("任职", 2, "部门代码", "sheet.not_yours") in found
    assert ("任职", 3, "工号", "sheet.own_account") in found
    assert ("人员", 2, "工号", "sheet.not_yours") in found
    with pytest.raises(DomainError, match="forbidden"):
        imports.check_sheet(cast.clerk, content=whole())


def test_import_runs_in_the_background_as_its_uploader(cast):
    admin = an_administrator(cast.scjg)
    row = imports.upload_sheet(admin, file_name="名单.xlsx", content=whole())
    assert (row.state, row.total, row.counts["wrong"]) == ("checked", 9, 0)
    imports.start_import(admin, import_id=row.pk)
    with pytest.raises(DomainError, match=r"staff\.import_moved"):
        imports.start_import(admin, import_id=row.pk)
    imports.run_import(SYSTEM, import_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.done, row.problems) == ("done", 9, [])
    assert Department.objects.get(uscc=NEW).pk in again(admin).departments("manage_staff")
    assert AuditEvent.objects.filter(code="identity.post_assigned", actor_id=admin.account_id).count() == 3


def test_import_stops_when_its_uploader_lost_the_post(cast):
    admin = an_administrator(cast.scjg)
    an_administrator(cast.scjg, "9002")
    row = imports.upload_sheet(admin, file_name="名单.xlsx", content=whole())
    imports.start_import(admin, import_id=row.pk)
    PostHolding.objects.filter(pk=admin.holding_id).update(is_active=False, ended_at="2026-01-01T00:00Z")
    before = state()
    imports.run_import(SYSTEM, import_id=row.pk)
    assert state() == before
    assert StaffImport.objects.get().state == "failed"


def test_ten_thousand_rows_are_checked_with_a_handful_of_queries(cast, django_assert_max_num_queries):
    rows = [[f"N{number:05d}", f"人员{number}"] for number in range(5000)]
    held = [[f"N{number:05d}", cast.scjg.uscc, "食品经营科", "审查人员", "", ""] for number in range(5000)]
    content = sheet(staff=rows, holdings=held)
    with django_assert_max_num_queries(8):
        plan = imports.check_sheet(SYSTEM, content=content)
    assert plan.counts() == {"new": 10000, "changed": 0, "same": 0, "wrong": 0}


def test_the_examples_of_the_template_are_themselves_a_sheet_without_problems(cast, tmp_path):
    def example(key: str) -> list[list[object]]:
        return [[column.example for column in one.columns] for one in SHEETS if one.key == key]

    path = tmp_path / "examples.xlsx"
    path.write_bytes(sheet(**{one.key: example(one.key) for one in SHEETS}))
    call_command("import_staff", path)
    assert Department.objects.filter(uscc="11519900000000115M", short_name="示范局").exists()
