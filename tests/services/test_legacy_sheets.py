"""A sheet of old apps: checked row by row, shown, then registered whole or not at all."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from common.errors import DomainError
from identity.actor import PUBLIC
from services.legacy import actions, sheet_actions
from services.legacy.sheets import APP_COLUMNS, FUNCTION_COLUMNS, MOST_ROWS, template
from services.models import LegacyApp, LegacyFunction, LegacySheet
from tests.factories.editing import a_desk
from tests.factories.legacy import app_facts, legacy_snapshot

pytestmark = pytest.mark.django_db
HEAD = [*APP_COLUMNS, *FUNCTION_COLUMNS]
BASE = {"主管部门": "市场监管局", "应用名称": "食药通", "应用类型": "手机应用", "登录方式": "自有账号"}


@pytest.fixture
def desk():
    return a_desk()


def lines(*rows):
    return [HEAD, *([row.get(name, "") for name in HEAD] for row in rows)]


def csv_of(*rows, encoding="utf-8-sig"):
    return "\r\n".join(",".join(str(cell) for cell in line) for line in lines(*rows)).encode(encoding)


def xlsx_of(*rows):
    book = Workbook()
    for line in lines(*rows):
        book.active.append(line)
    book.create_sheet("Sheet2")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(who, content, name="应用.csv"):
    return sheet_actions.upload_sheet(who, file_name=name, content=content)


def codes(sheet):
    return [(problem["row"], problem["code"]) for problem in sheet.problems]


@pytest.mark.parametrize("make", [csv_of, lambda *rows: csv_of(*rows, encoding="gb18030"), xlsx_of])
def test_a_sheet_is_checked_first_and_registered_after(desk, make):
    content = make(
        {
            **BASE,
            "用户总数": 1200,
            "最近发布": "2021/05/01",
            "功能名称": "食品许可申请",
            "使用次数": 45,
            "只跳转": "否",
        },
        {**BASE, "用户总数": 1200, "最近发布": "2021-05-01", "功能名称": "-2+3 计算", "只跳转": "是"},
    )
    sheet = upload(desk.ann, content)
    assert (sheet.counts, sheet.problems) == ({"new": 3, "changed": 0, "same": 0, "wrong": 0}, [])
    assert not LegacyApp.objects.exists()
    sheet_actions.apply_sheet(desk.ann, sheet_id=sheet.pk)
    app = LegacyApp.objects.get()
    assert (app.users_total, str(app.released_on), app.status) == (1200, "2021-05-01", "active")
    assert list(app.functions.values_list("uses", "is_link_only")) == [(45, False), (None, True)]
    again = upload(desk.ann, content)
    assert again.counts == {"new": 0, "changed": 0, "same": 3, "wrong": 0}
    more = upload(desk.ann, make({**BASE, "用户总数": 1300, "最近发布": "2021-05-01", "功能名称": "又一个"}))
    assert more.counts == {"new": 1, "changed": 1, "same": 0, "wrong": 0}


def test_the_template_reads_as_it_is_given(desk):
    content = "\r\n".join(",".join(line) for line in template()).encode()
    assert upload(desk.ann, content).counts["wrong"] == 0


def test_every_wrong_cell_is_named_and_nothing_is_registered(desk):
    content = csv_of(
        {**BASE, "应用类型": "飞船", "用户总数": "很多", "最近发布": "去年", "只跳转": "也许"},
        {**BASE, "主管部门": "公安局"},
        {**BASE, "登录方式": ""},
        {**BASE, "功能名称": "甲"},
        {**BASE, "功能名称": "甲"},
        {**BASE, "用户总数": 5, "功能名称": "乙"},
        {**BASE, "应用名称": "另一个", "用户总数": 5, "月活跃用户": 6},
    )
    sheet = upload(desk.ann, content)
    assert codes(sheet) == [
        (2, "legacy.choice_unknown"),
        (2, "legacy.not_a_number"),
        (2, "legacy.not_a_date"),
        (2, "legacy.not_yes_or_no"),
        (3, "legacy.department_unknown"),
        (4, "legacy.cell_empty"),
        (6, "legacy.function_repeated"),
        (7, "legacy.app_differs"),
        (8, "legacy.cell_wrong"),
    ]
    before = legacy_snapshot()
    with pytest.raises(DomainError) as caught:
        sheet_actions.apply_sheet(desk.ann, sheet_id=sheet.pk)
    assert caught.value.code == "services.legacy_sheet_moved"
    assert legacy_snapshot() == before


def _bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (201 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\xfa\x81\x30",
        b"PK\x03\x04broken",
        "名称\r\n食药通\r\n".encode(),
        "应用名称,主管部门\r\n".encode(),
        b"x" * (10 * 1024 * 1024 + 1),
        ("应用名称,主管部门,应用类型,登录方式\r\n" + "甲,乙,丙,丁\r\n" * (MOST_ROWS + 1)).encode(),
    ],
    ids=["empty", "no-text", "no-zip", "columns", "no-rows", "large", "long"],
)
def test_what_is_no_sheet_is_refused(desk, content):
    with pytest.raises(DomainError) as caught:
        upload(desk.ann, content)
    assert caught.value.code == "services.legacy_sheet_unreadable"
    assert not LegacySheet.objects.exists()


def test_a_sheet_that_unpacks_to_too_much_is_refused(desk):
    with pytest.raises(DomainError) as caught:
        upload(desk.ann, _bomb(), "炸弹.xlsx")
    assert caught.value.code == "services.legacy_sheet_unreadable"
    assert not LegacySheet.objects.exists()


def test_a_sheet_is_its_owners_and_applies_once_and_as_it_was_shown(desk):
    sheet = upload(desk.ann, csv_of({**BASE, "功能名称": "甲"}))
    with pytest.raises(DomainError) as caught:
        sheet_actions.apply_sheet(desk.ben, sheet_id=sheet.pk)
    assert caught.value.code == "services.legacy_sheet_not_found"
    actions.add_app(desk.ben, facts=app_facts(desk.department))
    before = legacy_snapshot()
    with pytest.raises(DomainError) as caught:
        sheet_actions.apply_sheet(desk.ann, sheet_id=sheet.pk)
    assert caught.value.code == "services.legacy_sheet_moved"
    assert legacy_snapshot() == before
    fresh = upload(desk.ann, csv_of({**BASE, "功能名称": "甲"}))
    sheet_actions.apply_sheet(desk.ann, sheet_id=fresh.pk)
    with pytest.raises(DomainError):
        sheet_actions.apply_sheet(desk.ann, sheet_id=fresh.pk)
    assert LegacyFunction.objects.count() == 1


def test_posts_that_manage_no_items_upload_nothing(desk):
    with pytest.raises(DomainError) as caught:
        upload(PUBLIC, csv_of(BASE))
    assert caught.value.code == "forbidden"
    assert not LegacySheet.objects.exists()
