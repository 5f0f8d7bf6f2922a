"""Somebody looks at an application before signing in, with and without scripts, then fills it in on one page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from portal.demo.staff import places
from tests.journeys.conftest import PASSWORD, Visitor

pytestmark = pytest.mark.journey
ITEM = "最低生活保障审核确认"
ANSWERS = {
    "人口数": "3",
    "月收入": "2100",
    "几套住房": "0",
    "开户银行": "示范银行",
    "银行账号": "6200000000000096021",
}


def _guide(person: Visitor) -> None:
    page = person.open("/search/?q=" + ITEM)
    page.get_by_role("link", name=ITEM).first.click()
    page.wait_for_load_state()
    person.press("先看看要填什么、交什么（不用登录）")


def test_looking_first_and_filling_in_on_one_page(visitor: Callable[..., Visitor]) -> None:
    guest = visitor()
    _guide(guest)
    page = guest.page
    guest.look("120-look")
    expect(page.locator("fieldset.look-page input").first).to_be_disabled()
    guest.choose("都没有")
    expect(page.locator("main")).not_to_contain_text("残疾人证")
    guest.choose("没有")
    expect(page.locator("main")).not_to_contain_text("工资收入证明")
    guest.choose("有")
    expect(page.locator("main")).to_contain_text("工资收入证明")
    guest.look("121-look-answered")
    guest.press("登录后在线办理")
    assert "special" not in page.url
    page.locator("[name=login]").fill("13900000002")
    page.locator("[name=password]").fill(PASSWORD)
    guest.press("登录")
    page.wait_for_url("**/look/")
    guest.press("在线办理")
    page.wait_for_url("**/form/**")
    guest.look("122-step")
    guest.press("保存，改成在一页里填")
    page.wait_for_url("**/form/#**")
    guest.look("123-whole")
    guest.press("保存并继续")
    expect(page.locator("main")).to_contain_text("处要改")
    guest.look("124-whole-problems")
    for label, value in ANSWERS.items():
        box = page.get_by_label(re.compile(label)).last
        box.fill(value)
    _where_they_live(page.get_by_role("group", name=re.compile("^现居住地址")), "荷塘里6号2单元301")
    for label in ("城市", "否", "失业"):
        guest.choose(label)
    guest.press("保存并继续")
    guest.look("125-after-whole")


def _where_they_live(group: Locator, address: str) -> None:
    group.get_by_label("区、县").select_option("中心区")
    expect(group.get_by_label("街道、镇")).to_contain_text("人民路街道")
    group.get_by_label("街道、镇").select_option("人民路街道")
    group.get_by_label("详细地址").fill(address)


def test_looking_without_scripts(visitor: Callable[..., Visitor]) -> None:
    guest = visitor(scripts=False)
    _guide(guest)
    guest.choose("都没有")
    guest.press("按我的情况看")
    guest.choose("没有")
    guest.press("按我的情况看")
    expect(guest.page.locator("main")).not_to_contain_text("工资收入证明")
    expect(guest.page.locator("main")).to_contain_text("收入和财产情况说明")


def test_what_was_promised_and_deferred_waits_at_the_office(visitor: Callable[..., Visitor]) -> None:
    number = next(place.number for place in places() if place.role == "reviewer" and place.department_key == "mzj")
    officer = visitor(number)
    page = officer.open("/workbench/undertakings/")
    officer.look("126-undertakings")
    expect(page.locator("main")).to_contain_text("工资收入证明")
    person = visitor("13900000005")
    person.open("/my/cases/")
    person.page.get_by_role("link", name=re.compile(ITEM)).first.click()
    person.look("127-deferring-case")
