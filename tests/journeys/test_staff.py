"""A new clerk: an administrator imports a sheet, the clerk enrols with a code and switches post."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from identity.staff.sheets.layout import SHEETS
from portal.demo.reading import department_rows
from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
NEW_PASSWORD = "Copper-kettle-41"
NUMBER = "jx001"


def test_new_clerk_is_imported_enrols_and_switches_post(visitor: Arrive, tmp_path: Path) -> None:
    admin = visitor(next(place.number for place in places() if place.role == "administrator"))
    _when_the_sheet_is_imported(admin, tmp_path)
    code = _and_a_code_is_issued(admin)
    clerk = _then_the_clerk_enrols(visitor, code)
    _and_switches_post(clerk)


def _sheet(folder: Path, *, role: str) -> Path:
    seats = {place.department_key: place for place in places() if place.role == "reviewer"}
    first, second = (seats[row["key"]] for row in department_rows() if row["key"] in {"scjg", "xfj"})
    rows = {
        "staff": [[NUMBER, "江小新"]],
        "holdings": [
            [NUMBER, first.uscc, first.post, role, "", ""],
            [NUMBER, second.uscc, second.post, "审查人员", "", ""],
        ],
    }
    book = Workbook()
    book.remove(book.active)
    for one in SHEETS:
        page = book.create_sheet(one.name)
        for line in [[column.heading for column in one.columns], *rows.get(one.key, [])]:
            page.append(line)
    path = folder / f"{role}.xlsx"
    book.save(path)
    return path


def _when_the_sheet_is_imported(admin: Visitor, tmp_path: Path) -> None:
    page = admin.open("/workbench/manage/")
    admin.look("staff-01-management")
    page.get_by_role("link", name="批量导入").click()
    page.locator("input[type=file]").set_input_files(_sheet(tmp_path, role="科长"))
    admin.press("上传并检查")
    expect(page.locator("main")).to_contain_text("sheet.role_unknown")
    admin.look("staff-02-problems")
    admin.press("回批量导入")
    page.locator("input[type=file]").set_input_files(_sheet(tmp_path, role="审查人员"))
    admin.look("staff-03-upload")
    admin.press("上传并检查")
    admin.press("导入这 3 行")
    until = time.monotonic() + 60
    while "已导入 3 行" not in page.locator("main").inner_text() and time.monotonic() < until:
        time.sleep(1)
        page.reload()
    expect(page.locator("main")).to_contain_text("已导入 3 行")
    admin.look("staff-04-imported")


def _and_a_code_is_issued(admin: Visitor) -> str:
    page = admin.open(f"/workbench/manage/staff/?text={NUMBER}")
    admin.look("staff-05-list")
    page.get_by_role("link", name="江小新").click()
    admin.look("staff-06-person")
    admin.press("发启用码")
    admin.press("确定发启用码")
    admin.look("staff-07-code")
    found = re.search(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", page.locator("main").inner_text())
    assert found
    return found.group()


def _then_the_clerk_enrols(visitor: Arrive, code: str) -> Visitor:
    clerk = visitor()
    page = clerk.open("/account/enrol/")
    page.locator("[name=staff_number]").fill(NUMBER)
    page.locator("[name=code]").fill(code.lower())
    page.locator("[name=password]").fill("short")
    page.locator("[name=again]").fill("short")
    clerk.press("设置密码")
    clerk.look("staff-08-enrol")
    for name in ("password", "again"):
        page.locator(f"[name={name}]").fill(NEW_PASSWORD)
    clerk.press("设置密码")
    page.locator("[name=login]").fill(NUMBER)
    page.locator("[name=password]").fill(NEW_PASSWORD)
    clerk.press("登录")
    expect(page.get_by_role("heading", name="待办")).to_be_visible()
    return clerk


def _and_switches_post(clerk: Visitor) -> None:
    page = clerk.page
    header = page.locator("header .who")
    before = header.inner_text()
    header.click()
    clerk.look("staff-09-posts")
    page.locator("main").get_by_role("button", name=re.compile("^换到：")).first.click()
    page.wait_for_load_state()
    expect(header).not_to_have_text(before)
    clerk.look("staff-10-switched")
