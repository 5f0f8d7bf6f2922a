"""The catalogue: what people type finds what they mean; an entry, its review, an item from it; an exchange round."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
ENTRY = "示范许可（行程）"
_WAITS = 40  # looks at a batch that is worked on in the background
SEARCHES = (
    ("开饭馆", "食品经营许可"),
    ("kfg", "食品经营许可"),
    ("食品径营许可", "食品经营许可"),
    ("營業執照", "营业执照|登记|开办"),
)


def test_what_people_type_finds_what_they_mean(visitor: Arrive) -> None:
    citizen = visitor()
    for number, (typed, meant) in enumerate(SEARCHES, start=1):
        page = citizen.open("/")
        box = page.locator("[name=q]").first
        box.press_sequentially(typed, delay=30)
        expect(page.locator("#search-suggestions a").first).to_be_visible()
        citizen.look(f"catalogue-search-{number}-suggestions")
        box.press("Enter")
        page.wait_for_load_state()
        expect(page.locator("main .rows h2 a").first).to_have_text(re.compile(meant))
        citizen.look(f"catalogue-search-{number}-hits")


def _number(role: str) -> str:
    return next(place.number for place in places() if place.role == role)


def test_an_entry_is_written_reviewed_and_taken_up_and_the_catalogue_goes_round(
    visitor: Arrive, tmp_path: Path
) -> None:
    officer = visitor(_number("data_officer"))
    _when_an_entry_is_written(officer)
    second = visitor(_number("administrator"))
    _and_a_second_person_approves_it(second)
    _and_it_is_published(officer)
    _then_an_item_is_added_from_it(officer)
    _and_the_complete_catalogue_comes_back_unchanged(officer, tmp_path)


def _when_an_entry_is_written(officer: Visitor) -> None:
    page = officer.open("/workbench/manage/")
    page.locator("main").get_by_role("link", name=re.compile("^基本目录")).click()
    officer.look("catalogue-01-directory")
    page.locator("tbody th a").first.click()
    officer.look("catalogue-02-entry")
    page.goto(f"{officer.site}/workbench/items/directory/new/")
    officer.press("保存草稿")
    expect(page.locator("[role=alert]").first).to_contain_text("事项名称")
    officer.look("catalogue-03-refused")
    page.get_by_label("中央指导部门代码").fill("98")
    page.get_by_label("事项名称").fill(ENTRY)
    officer.choose("市级")
    officer.choose("县级")
    page.get_by_label("法律法规名称").first.fill("中华人民共和国行政许可法")
    page.get_by_label("条款号").first.fill("第十二条")
    page.get_by_label("种类").first.select_option("法律")
    officer.press("保存草稿")
    expect(page.locator("main")).to_contain_text(re.compile("业务指导部门 98，第 [0-9]{3} 号"))
    officer.look("catalogue-04-draft")
    officer.press("提交审核")
    officer.press("确定提交审核")
    expect(page.locator("main")).to_contain_text("等另一位同事审核")


def _open_entry(who: Visitor) -> None:
    page = who.open(f"/workbench/items/directory/?text={ENTRY}")
    page.get_by_role("link", name=ENTRY).click()
    page.wait_for_load_state()


def _and_a_second_person_approves_it(second: Visitor) -> None:
    _open_entry(second)
    second.press("审核通过")
    second.press("确定审核通过")


def _and_it_is_published(officer: Visitor) -> None:
    _open_entry(officer)
    officer.press("发布")
    officer.press("确定发布")
    expect(officer.page.locator("main")).to_contain_text("谁在实施")
    officer.look("catalogue-05-published")
    officer.page.get_by_role("link", name=re.compile("个还没有")).first.click()
    officer.look("catalogue-06-missing")


def _then_an_item_is_added_from_it(officer: Visitor) -> None:
    page = officer.open(f"/workbench/items/new/?text={ENTRY}")
    officer.look("catalogue-07-pick")
    page.get_by_role("link", name=ENTRY).click()
    department = page.get_by_label("实施部门")
    department.select_option(index=1)
    officer.press("先看编码")
    expect(page.locator("main")).to_contain_text("第 18 位校验通过")
    officer.look("catalogue-08-code")
    officer.press("建事项，起草第 1 版")
    expect(page.locator("h1")).to_have_text(ENTRY)
    expect(page.locator("main")).to_contain_text("这一版还没有对外公布")
    officer.look("catalogue-09-item")


def _and_the_complete_catalogue_comes_back_unchanged(officer: Visitor, folder: Path) -> None:
    page = officer.open("/workbench/items/exchange/")
    officer.look("catalogue-10-exchange")
    page.get_by_label("格式").select_option("jsonl")
    officer.press("开始导出")
    _wait_for(officer, "下载")
    officer.look("catalogue-11-exported")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载", exact=True).click()
    archive = folder / "catalogue.zip"
    download.value.save_as(archive)
    officer.open("/workbench/items/exchange/")
    page.locator("[type=file]").set_input_files(archive)
    officer.press("上传并检查")
    _wait_for(officer, "没有可以导入的新内容")
    counts = page.locator("dl.facts").inner_text()
    assert "没有变化" in counts or "没有覆盖" in counts, counts
    for changed in ("新增", "有新内容", "只改了外围信息"):
        assert changed not in counts, counts
    officer.look("catalogue-12-checked")


def _wait_for(officer: Visitor, words: str) -> None:
    """Look again until the background work is done."""
    page = officer.page
    for _look in range(_WAITS):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(2000)
        page.reload()
    raise AssertionError(f"never said {words}: {page.locator('main').inner_text()}")
