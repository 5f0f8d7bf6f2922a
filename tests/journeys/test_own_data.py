"""A citizen takes a copy of everything with her; a data officer makes two registrations one."""

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD, Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
CITIZEN, OFFICER = "13900000007", "zwzx02"
_READY_SECONDS = 90


def test_a_citizen_takes_her_data_with_her(visitor: Arrive, tmp_path: Path) -> None:
    citizen = visitor(CITIZEN)
    page = citizen.open("/my/account/")
    citizen.look("data-01-account")
    citizen.press("我的数据")
    citizen.press("准备一份")
    citizen.look("data-02-waiting")
    until = time.monotonic() + _READY_SECONDS
    while not page.get_by_role("link", name="下载").count() and time.monotonic() < until:
        time.sleep(1)
        page.reload()
    citizen.look("data-03-ready")
    citizen.press("下载")
    citizen.look("data-04-once-more")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_download() as coming:
        page.locator("main").get_by_role("button", name="确认").click()
    assert coming.value.suggested_filename == "我的数据.zip"
    kept = tmp_path / "copy.zip"
    coming.value.save_as(kept)
    names = zipfile.ZipFile(kept).namelist()
    assert {"请先看这里.html", "数据/cases.json"} <= set(names), names
    assert [name for name in names if name.startswith("文件/电子证照/")]
    page = citizen.open("/my/data/")
    expect(page.locator("main")).to_contain_text("上次下载")
    citizen.look("data-05-downloaded")


def test_a_data_officer_merges_two_registrations(visitor: Arrive) -> None:
    officer = visitor(OFFICER)
    page = officer.open("/workbench/manage/")
    officer.look("data-11-management")
    page.get_by_role("link", name="重复登记").click()
    officer.look("data-12-pairs")
    page.locator("main").get_by_role("link", name="林**").click()
    for width in officer.widths:
        with officer.at(width):
            first, second = (page.locator("main section.card").nth(place).bounding_box() for place in (0, 1))
        assert first
        assert second
        if width > 1000:
            assert first["y"] == second["y"], "the two stand side by side"
        else:
            assert first["x"] == second["x"], "the two stand one below the other"
    officer.look("data-13-pair")
    officer.press("提交核对结果")
    expect(page.locator("main")).to_contain_text("请选择核对结果")
    officer.look("data-14-asked")
    label = (
        "是同一人，保留甲，乙并入甲"
        if page.locator("main").get_by_text("甲 · 有登录账号").count()
        else "是同一人，保留乙，甲并入乙"
    )
    officer.choose(label)
    page.locator("[name=reason]").fill("公安机关更正过号码，是同一人，已对照原件")
    officer.press("提交核对结果")
    expect(page.get_by_role("status").first).to_contain_text("已合并")
    expect(page.locator("main")).to_contain_text("没有等待核对的重复登记")
    officer.look("data-15-merged")
