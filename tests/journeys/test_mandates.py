"""Acting for a parent in a browser, on a phone and on a desktop: two items only, until the parent says no."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]

PARENT, DAUGHTER = "13900000003", "13900000008"
PARENT_NAME, DAUGHTER_NAME = "王建国", "何佳"
ITEM, OTHER_ITEM = "跨省异地就医备案", "居住证申领"


def test_a_daughter_acts_for_her_parent_until_he_revokes(visitor: Arrive) -> None:
    daughter = _given_she_acts_for_him(visitor)
    _then_two_items_are_open_and_nothing_else(daughter)
    _when_she_fills_the_form(daughter)
    parent = _and_he_revokes_meanwhile(visitor)
    _then_she_is_told_on_the_next_step(daughter)
    _and_nothing_is_lost_for_him(parent)


def _given_she_acts_for_him(visitor: Arrive) -> Visitor:
    daughter = visitor(DAUGHTER)
    page = daughter.open("/my/mandates/")
    expect(page.locator("main")).to_contain_text("打不开证照和材料")
    daughter.look("60-mandates-received")
    daughter.open("/acting/")
    daughter.look("61-acting")
    daughter.press(f"用这个身份：{PARENT_NAME}")
    _acting_bar(daughter)
    return daughter


def _acting_bar(visitor: Visitor) -> None:
    bar = visitor.page.get_by_role("region", name="办理身份")
    expect(bar).to_contain_text(f"正在为 {PARENT_NAME}")
    expect(bar.get_by_role("button", name="换回本人")).to_be_visible()
    visitor.page.mouse.wheel(0, 3000)
    expect(bar).to_be_in_viewport()
    visitor.page.mouse.wheel(0, -3000)


def _then_two_items_are_open_and_nothing_else(daughter: Visitor) -> None:
    page = daughter.page
    for number, path in (("62-wallet-shut", "/my/certificates/"), ("63-locker-shut", "/my/documents/")):
        daughter.open(path)
        expect(page.locator("main")).to_contain_text("委托里没有打开这里")
        daughter.look(number)
    daughter.open("/my/cases/")
    expect(page.locator("main")).not_to_contain_text("优待证")
    _guide(daughter, OTHER_ITEM)
    expect(page.locator("main")).to_contain_text("委托里没有这个事项")
    expect(page.get_by_role("button", name="在线办理")).to_have_count(0)
    daughter.look("64-item-outside")
    daughter.complaints.clear()
    daughter.open("/no-such-page/")
    _acting_bar(daughter)
    daughter.complaints.clear()  # the browser says aloud that the page answered 404, as it should
    daughter.look("65-error-page")


def _guide(visitor: Visitor, item: str) -> None:
    page = visitor.open(f"/search/?q={item}")
    page.locator("main").get_by_role("link", name=item).first.click()
    page.wait_for_load_state()


def _when_she_fills_the_form(daughter: Visitor) -> None:
    page = daughter.page
    _guide(daughter, ITEM)
    daughter.press("在线办理")
    _acting_bar(daughter)
    for _question in range(6):  # an answer may open another question
        if "/situation/" not in page.url:
            break
        for choices in page.locator("main form fieldset").all():
            choices.locator("label").first.click()
        daughter.press("保存并继续")
    expect(page.locator("main")).to_contain_text("来自身份信息，已核对")
    expect(page.locator(f"main input[value='{PARENT_NAME}']")).to_have_count(1)
    _acting_bar(daughter)
    daughter.look("66-form-for-him")


def _and_he_revokes_meanwhile(visitor: Arrive) -> Visitor:
    parent = visitor(PARENT)
    page = parent.open("/my/mandates/?side=given")
    expect(page.locator("main")).to_contain_text(f"请 {DAUGHTER_NAME} 代办")
    page.get_by_text("解除这份委托").click()
    parent.look("67-revoke")
    parent.press("确定解除")
    expect(page.locator("main")).to_contain_text("委托已解除，立即生效")
    return parent


def _then_she_is_told_on_the_next_step(daughter: Visitor) -> None:
    page = daughter.page
    daughter.press("保存并继续")
    expect(page.locator("main")).to_contain_text("对方给您的委托已经结束，这一步没有办")
    expect(page.locator("main")).to_contain_text("identity.mandate_ended")
    expect(page.get_by_role("region", name="办理身份")).to_have_count(0)
    daughter.complaints.clear()  # the answer is 409
    daughter.look("68-told")
    daughter.open("/my/cases/")
    expect(page.locator("main")).not_to_contain_text(ITEM)


def _and_nothing_is_lost_for_him(parent: Visitor) -> None:
    page = parent.open("/my/cases/")
    expect(page.locator("main")).to_contain_text(ITEM)
    page.locator("main").get_by_role("link", name=re.compile(ITEM)).first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(ITEM)
    parent.look("69-his-draft")
