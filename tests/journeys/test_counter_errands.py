"""At the counter without a phone: corrections brought back to a window, six items of a restaurant in one go, and a
granddaughter who comes for her grandfather.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from common.checksums import id_number_check
from portal.demo.staff import places
from tests.factories.cast import a_picture
from tests.journeys.conftest import Visitor
from tests.journeys.test_joint_case import ANSWERS, fill_the_pages, hand_in_papers

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
CLINIC, PERMIT = "示范市安和口腔门诊部有限公司", "医疗机构执业登记"
_SUN, _ZHANG, _HE = "51990219721205176", "51990219851103117", "51990219960626228"


def _clerk() -> str:
    return next(place.number for place in places() if place.role == "counter_clerk")


def test_corrections_are_brought_to_a_window(visitor: Arrive, tmp_path: Path) -> None:
    clerk, screen = _a_window_with_a_screen(visitor)
    page = clerk.page
    clerk.press("来补正的")
    _identify(clerk, _SUN)
    clerk.look("counter-21-correct-begin")
    clerk.press("请本人同意")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("您同意工作人员代您补正吗？")
    screen.look("counter-22-screen-correct")
    clerk.look("counter-23-correct-asked")
    screen.press("同意")
    expect(page.get_by_role("heading", name="补正", exact=True)).to_be_visible()  # by itself
    clerk.look("counter-24-corrections")
    clerk.press("扫描材料")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"补正：{PERMIT}")
    clerk.look("counter-25-correct-scan")
    picture = tmp_path / "材料.png"
    picture.write_bytes(a_picture(size=200).read())
    rows = page.locator("main li").filter(has=page.locator("input[type=file]"))
    for number in range(rows.count()):
        row = rows.nth(number)
        row.locator("input[type=file]").set_input_files(picture)
        row.get_by_role("button", name="上传").click()
        expect(rows.nth(number)).to_contain_text("已换成新的")
    clerk.press("去核对原件、请本人确认")
    to_compare = page.get_by_role("button", name=re.compile("与原件一致"))
    while left := to_compare.count():
        to_compare.first.click()
        expect(to_compare).to_have_count(left - 1)
    clerk.look("counter-26-correct-compared")
    clerk.press("显示给本人确认")
    expect(screen.page.get_by_role("heading", name="这次补正的")).to_be_visible()
    _write_a_name(screen)
    screen.look("counter-27-screen-correct-confirm")
    screen.press("没有错，同意提交")
    expect(page.get_by_role("button", name="提交补正")).to_be_visible()
    clerk.press("提交补正")
    expect(page.get_by_role("heading", name="补正已经提交")).to_be_visible()
    clerk.look("counter-28-correct-done")
    printed = page.get_by_role("link", name="打印回执").get_attribute("href")
    assert clerk.context.request.get(f"{clerk.site}{printed}").body().startswith(b"%PDF")
    clerk.press("原件和回执都交给本人了")
    clerk.look("counter-29-desk-corrected")


def test_a_restaurant_is_opened_at_a_window(visitor: Arrive, tmp_path: Path) -> None:
    clerk, screen = _a_window_with_a_screen(visitor)
    page = clerk.page
    clerk.press("为本人代办")
    _identify(clerk, _ZHANG)
    page.locator("[name=item]").select_option(value="bundle:open-restaurant")
    clerk.press("请本人同意")
    expect(screen.page.locator("main")).to_contain_text("开办餐饮店")
    screen.look("counter-30-screen-bundle")
    screen.press("同意")
    expect(page.get_by_role("link", name="开始回答")).to_be_visible()
    clerk.look("counter-31-bundle")
    clerk.press("开始回答")
    for answer in ANSWERS:
        clerk.choose(answer)
        clerk.press("下一步")
    clerk.look("counter-32-bundle-plan")
    clerk.press("一次申请全部")
    fill_the_pages(clerk)
    hand_in_papers(clerk, tmp_path)
    clerk.press("下一步：核对")
    clerk.look("counter-33-bundle-check")
    clerk.press("去请本人确认")
    clerk.look("counter-34-bundle-whole")
    clerk.press("显示给本人确认")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("请核对，没有错再确认")
    screen.look("counter-35-screen-bundle-confirm")
    screen.press("没有错，同意提交")
    expect(page.get_by_role("button", name="一次提交全部")).to_be_visible()
    clerk.press("一次提交全部")
    expect(page.get_by_role("heading", name="已经提交")).to_be_visible()
    clerk.look("counter-36-bundle-done")


def test_a_granddaughter_comes_for_her_grandfather(visitor: Arrive) -> None:
    clerk, screen = _a_window_with_a_screen(visitor)
    page = clerk.page
    clerk.press("为本人代办")
    _identify(clerk, _HE)
    page.locator("[name=item]").select_option(label="高龄津贴申领 · 民政局")
    clerk.choose("替别人或者单位办：凭授权，或者是法定代表人（经营者）")
    clerk.look("counter-37-agent-begin")
    clerk.press("请本人同意")
    expect(page.get_by_role("radio", name=re.compile("王.*委托代理人，到"))).to_have_count(1)
    clerk.look("counter-38-agent-for-whom")
    page.get_by_role("radio", name=re.compile("王.*委托代理人，到")).check(force=True)
    clerk.press("请本人同意")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("您替王建国办，同意工作人员填写吗？")
    screen.look("counter-39-screen-agent")
    clerk.look("counter-40-agent-asked")
    screen.press("同意")
    expect(page.get_by_role("button", name="开始填写")).to_be_visible()
    clerk.press("开始填写")
    expect(page.locator("body")).to_contain_text("王建国")
    clerk.look("counter-41-agent-form")
    screen.look("counter-42-screen-agent-filling")
    clerk.open("/my/certificates/")
    expect(page.locator("main")).not_to_contain_text("王建国")
    screen.press("停止代办")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("您好")


def _a_window_with_a_screen(visitor: Arrive) -> tuple[Visitor, Visitor]:
    clerk, screen = visitor(_clerk()), visitor()
    page = clerk.open("/workbench/calling/")
    page.get_by_role("link", name=re.compile("滨江区便民服务中心 1 号窗口")).click()
    page.wait_for_load_state()
    if page.get_by_role("button", name="到这个窗口上岗").count():
        clerk.press("到这个窗口上岗")
    if page.get_by_role("button", name="断开客屏").count():
        clerk.press("断开客屏")
    clerk.press("连接客屏")
    code = page.locator(".code-digits").inner_text()
    screen.open("/display/").locator("[name=code]").fill(code)
    screen.press("连接")
    # What the one before was told stands there until the next one is asked.
    expect(screen.page.get_by_role("heading", level=1)).to_have_text(re.compile("您好|已经提交"))
    clerk.press("连好了，返回")
    return clerk, screen


def _write_a_name(screen: Visitor) -> None:
    """With a finger, on the field that the script has opened."""
    field = screen.page.locator("canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box
    mouse = screen.page.mouse
    for line in (((0.2, 0.3), (0.4, 0.3)), ((0.3, 0.2), (0.3, 0.8)), ((0.5, 0.3), (0.8, 0.7), (0.6, 0.9))):
        for number, (x, y) in enumerate(line):
            mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8 if number else 1)
            if not number:
                mouse.down()
        mouse.up()
    expect(screen.page.locator("[name=written]")).to_have_value(re.compile(r"^\[\[\d"))


def _identify(clerk: Visitor, first17: str) -> None:
    clerk.page.locator("[name=id_number]").fill(first17 + id_number_check(first17))
    clerk.page.locator("[name=seen]").check(force=True)
