"""A clerk at the list, with work done in the background; a head of office extends a limit, and its notice is read."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
CLERK, DECIDER, SUPERVISOR, CITIZEN = "zwzx01", "scjg03", "jcj01", "13900000006"
COMPANY, ITEM, NOTICE = "示范市云岭科技有限公司", "食品经营许可（首次申请）", "延长办理期限通知书"
_WORKER_PATIENCE = 90_000  # milliseconds: the worker makes the demonstration's documents at the same time


def test_a_clerk_works_through_the_list(visitor: Arrive, tmp_path: Path) -> None:
    clerk = visitor(CLERK)
    _when_the_keys_walk_the_list(clerk)
    _and_a_view_is_kept(clerk)
    _then_a_case_is_accepted_in_the_background(clerk)
    _and_the_list_is_exported(clerk, tmp_path)
    _and_the_next_case_is_one_key_away(clerk)


def _when_the_keys_walk_the_list(clerk: Visitor) -> None:
    page = clerk.open("/workbench/?task=all")
    page.locator("[data-row]").first.wait_for()
    clerk.look("worklists-01-all")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    clerk.look("worklists-02-keys")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.locator("[type=search]").focus()
    page.keyboard.type("jk?x")  # what is typed into a field belongs to the field
    expect(page.locator("[type=search]")).to_have_value("jk?x")


def _and_a_view_is_kept(clerk: Visitor) -> None:
    page = clerk.open("/workbench/?task=all&more=1")
    page.get_by_label("承诺时限").select_option("soon")
    clerk.press("筛选")
    expect(page).to_have_url(re.compile("promise=soon"))
    clerk.look("worklists-03-more-filters")
    page.locator("summary").filter(has_text="存成视图").click()
    page.locator("#view-name").fill("全市快到期")
    clerk.press("保存")
    page.goto(f"{clerk.site}/workbench/views/")
    clerk.look("worklists-04-views")
    clerk.press("全市快到期")
    expect(page).to_have_url(re.compile("task=all.*promise=soon|promise=soon.*task=all"))
    expect(page.locator("a.chip[aria-current]").filter(has_text="全市快到期")).to_be_visible()


def _then_a_case_is_accepted_in_the_background(clerk: Visitor) -> None:
    page = clerk.open("/workbench/?task=all&state=submitted")
    page.locator("[data-row]").first.focus()
    page.keyboard.press("x")
    page.locator("#bulk-act").select_option("accept:")
    clerk.press("下一步")
    expect(page.locator("main")).to_contain_text("受理不能撤销")
    clerk.look("worklists-05-asked")
    clerk.press("确认，办这 1 件")
    # Nobody reloads: the page shows by itself how far the work is.
    expect(page.locator("main")).to_contain_text("完成 1 件，没有办 0 件", timeout=_WORKER_PATIENCE)
    expect(page.locator("main")).to_contain_text("办完了")
    clerk.look("worklists-06-done")
    clerk.open("/workbench/bulk/")
    clerk.look("worklists-07-jobs")


def _and_the_list_is_exported(clerk: Visitor, tmp_path: Path) -> None:
    page = clerk.open("/workbench/?task=all")
    total = page.locator("[data-row]").count()
    page.locator("#bulk-act").select_option("export:csv")
    page.locator("#bulk-scope").select_option("all")
    clerk.press("下一步")
    clerk.press(f"确认，办这 {total} 件")
    link = page.locator("main").get_by_role("link", name="下载文件")
    link.wait_for(timeout=_WORKER_PATIENCE)
    clerk.look("worklists-08-exported")
    with page.expect_download() as started:
        link.click()
    file = tmp_path / "list.csv"
    started.value.save_as(file)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == total + 1
    assert "王建国" not in "".join(lines)


def _and_the_next_case_is_one_key_away(clerk: Visitor) -> None:
    page = clerk.open("/workbench/?task=all")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**list=**")
    first = page.url
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != first and "/cases/" in url)
    clerk.look("worklists-09-next-case")


def test_a_limit_is_extended_and_the_notice_is_read(visitor: Arrive) -> None:
    head = visitor(DECIDER)
    number = _when_the_head_of_office_extends(head)
    citizen = visitor(CITIZEN)
    _then_the_applicant_opens_the_notice(citizen, number)
    _and_the_file_shows_when_it_was_delivered(head, visitor(SUPERVISOR), number)


def _when_the_head_of_office_extends(head: Visitor) -> str:
    page = head.open("/workbench/")
    head.look("extension-01-escalated")
    page.locator("[data-row]").filter(has_text=ITEM).click()
    page.wait_for_url("**/cases/**")
    number = page.locator("h1").inner_text().strip()
    expect(page.locator("main")).to_contain_text("督办")
    head.press("延长办理期限")
    head.press("确定延长办理期限")  # an empty form: the errors say what is missing
    expect(page.get_by_role("alert").first).to_be_visible()
    head.look("extension-02-errors")
    head.choose("10 个工作日")
    page.get_by_label("理由").fill("需要等待食堂排烟设施整改后复查，原期限内不能作出决定。")
    head.press("确定延长办理期限")
    expect(page.locator("main")).to_contain_text(NOTICE)
    head.look("extension-03-extended")
    return number


def _then_the_applicant_opens_the_notice(citizen: Visitor, number: str) -> None:
    citizen.open("/acting/")
    citizen.press(f"用这个身份：{COMPANY}")
    page = citizen.open("/my/cases/")
    page.locator("main a").filter(has_text=ITEM).first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(number)
    row = page.locator("main li").filter(has_text=NOTICE)
    for _try in range(_WORKER_PATIENCE // 1000):
        if row.get_by_role("link", name=re.compile("^打开")).count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    citizen.look("extension-04-case")
    link = row.get_by_role("link", name=re.compile("^打开")).first
    answer = page.request.get(f"{citizen.site}{link.get_attribute('href')}")
    assert answer.ok
    assert answer.body().startswith(b"%PDF-")
    page.reload()
    expect(row.filter(has_text="送达").first).to_be_visible()
    citizen.look("extension-05-delivered")


def _and_the_file_shows_when_it_was_delivered(head: Visitor, supervisor: Visitor, number: str) -> None:
    for officer, name in ((head, "extension-06-head"), (supervisor, "extension-07-supervisor")):
        page = officer.open(f"/workbench/?task=all&text={number}")
        page.locator("[data-row]").first.click()
        page.wait_for_url("**/cases/**")
        expect(page.locator("main li").filter(has_text=NOTICE).filter(has_text="已看").first).to_be_visible()
        officer.look(name)
