"""An old man without a phone at the counter: registered, asked on the second screen, served, his papers grade B."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from common.checksums import id_number_check
from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
ITEM, NAME = "老年人优待证办理", "钱守义"
_FIRST17 = "51990319450307011"
NUMBER = _FIRST17 + id_number_check(_FIRST17)
HOME = "示范市滨江区临江镇柳堤巷30号"


def _clerk() -> str:
    return next(place.number for place in places() if place.role == "counter_clerk")


def _scan(name: str) -> FilePayload:
    content = io.BytesIO()
    Image.new("RGB", (1200, 800), "white").save(content, "PNG")
    return FilePayload(name=name, mimeType="image/png", buffer=content.getvalue())


def test_served_without_a_phone(visitor: Arrive) -> None:
    clerk, screen = visitor(_clerk()), visitor()
    _given_a_window_with_a_screen(clerk, screen)
    _when_he_is_registered(clerk)
    _and_asked_on_the_screen(clerk, screen)
    _and_they_fill_in_together(clerk)
    _and_the_originals_are_compared(clerk)
    _and_he_confirms_what_is_handed_in(clerk, screen)
    _then_it_is_handed_in_and_his_papers_are_grade_b(clerk, screen)


def _given_a_window_with_a_screen(clerk: Visitor, screen: Visitor) -> None:
    page = clerk.open("/workbench/calling/")
    page.get_by_role("link", name=re.compile("滨江区便民服务中心 1 号窗口")).click()
    clerk.press("到这个窗口上岗")
    expect(page.get_by_role("heading", name="窗口代办")).to_be_visible()
    clerk.look("counter-01-desk")
    clerk.press("连接客屏")
    expect(page.locator(".code-digits")).to_be_visible()
    clerk.look("counter-02-code")
    code = page.locator(".code-digits").inner_text()
    other = screen.open("/display/")
    other.locator("[name=code]").fill("00000000")
    screen.press("连接")
    expect(other.locator(".error-summary")).to_be_visible()
    screen.look("counter-03-wrong-code")
    other.locator("[name=code]").fill(code)
    screen.press("连接")
    expect(other.get_by_role("heading", level=1)).to_have_text("您好")
    clerk.press("连好了，返回")


def _when_he_is_registered(clerk: Visitor) -> None:
    page = clerk.page
    clerk.press("为本人代办")
    page.locator("[name=id_number]").fill(NUMBER)
    page.locator("[name=item]").select_option(label=_option(page, ITEM))
    page.locator("[name=seen]").check(force=True)
    clerk.press("请本人同意")
    expect(page.get_by_text("没有登记过这个人")).to_be_visible()
    clerk.look("counter-04-unknown")
    page.get_by_role("link", name="去登记").click()
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=id_number]").fill(NUMBER)
    page.locator("[name=address]").fill(HOME)
    page.locator("[name=scan]").set_input_files(_scan("身份证.png"))
    clerk.press("登记并核验")
    expect(page.get_by_text("已登记并当面核验")).to_be_visible()


def _option(page: Page, name: str) -> str:
    found = page.locator("[name=item] option").filter(has_text=name).first
    return found.inner_text()


def _and_asked_on_the_screen(clerk: Visitor, screen: Visitor) -> None:
    page = clerk.open("/workbench/calling/")
    page.get_by_role("link", name=re.compile("滨江区便民服务中心 1 号窗口")).click()
    clerk.press("为本人代办")
    page.locator("[name=id_number]").fill(NUMBER)
    page.locator("[name=item]").select_option(label=_option(page, ITEM))
    page.locator("[name=seen]").check(force=True)
    clerk.look("counter-05-begin")
    clerk.press("请本人同意")
    expect(page.get_by_role("heading", name="等本人同意")).to_be_visible()
    clerk.look("counter-06-asked")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("您同意工作人员代您填写吗？")  # by itself
    screen.look("counter-07-screen-asks")
    screen.press("同意")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("工作人员正在代您填写")
    screen.look("counter-08-screen-filling")
    expect(page.get_by_role("button", name="开始填写")).to_be_visible()  # by itself


def _and_they_fill_in_together(clerk: Visitor) -> None:
    page = clerk.page
    clerk.press("开始填写")
    expect(page.get_by_text("每一页都会记入本人的查看记录")).to_be_visible()
    clerk.choose("本市")
    clerk.choose("老人自己")
    clerk.look("counter-09-situation")
    clerk.press("保存并继续")
    expect(page.get_by_role("group", name=re.compile("^户籍地址"))).to_be_visible()
    _live_at(page, "户籍地址")
    _live_at(page, "现居住地址")
    clerk.look("counter-10-form")
    clerk.press("保存并继续")
    page.get_by_label(re.compile("^紧急联系电话")).fill("13900000006")
    clerk.choose("电子证和卡片都要")
    clerk.press("保存并继续")
    expect(page.get_by_role("heading", level=1)).to_have_text("材料")
    row = page.locator("main li").filter(has_text="居民身份证")
    row.locator("input[type=file]").set_input_files(_scan("身份证正反面.png"))
    row.get_by_role("button", name="上传").first.click()
    expect(page.locator("main li").filter(has_text="居民身份证")).to_contain_text("已上传")
    clerk.look("counter-11-materials")
    clerk.press("下一步：核对")
    expect(page.get_by_role("heading", name="请本人确认")).to_be_visible()
    clerk.look("counter-12-check")
    clerk.press("去请本人确认")


def _live_at(page: Page, name: str) -> None:
    address = page.get_by_role("group", name=re.compile(f"^{name}"))
    address.get_by_label("区、县").select_option("滨江区")
    expect(address.get_by_label("街道、镇")).to_contain_text("临江镇")
    address.get_by_label("街道、镇").select_option("临江镇")
    address.get_by_label("详细地址").fill("柳堤巷30号")


def _and_the_originals_are_compared(clerk: Visitor) -> None:
    page = clerk.page
    expect(page.get_by_role("heading", name="与原件核对")).to_be_visible()
    clerk.look("counter-13-compare")
    page.get_by_role("button", name="“居民身份证”与原件一致").click()
    expect(page.get_by_text("已与原件核对", exact=True)).to_be_visible()


def _and_he_confirms_what_is_handed_in(clerk: Visitor, screen: Visitor) -> None:
    clerk.press("显示给本人确认")
    expect(clerk.page.get_by_text("等本人核对后自己按")).to_be_visible()
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("请核对，没有错再确认")
    expect(screen.page.locator("main")).to_contain_text("柳堤巷30号")
    screen.look("counter-14-screen-confirm")
    screen.press("没有错，同意提交")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("您已确认，正在提交")
    expect(clerk.page.get_by_role("button", name="提交申请")).to_be_visible()  # by itself
    clerk.look("counter-15-confirmed")


def _then_it_is_handed_in_and_his_papers_are_grade_b(clerk: Visitor, screen: Visitor) -> None:
    page = clerk.page
    clerk.press("提交申请")
    expect(page.get_by_role("heading", name="已经提交")).to_be_visible()
    session = page.url
    found = re.search(r"\d{21}", page.locator("main").inner_text())
    assert found
    expect(screen.page.locator("main")).to_contain_text(found.group())
    screen.look("counter-16-screen-done")
    clerk.open(f"/workbench/?text={found.group()}")
    page.locator("main tr").filter(has_text=found.group()).get_by_role("link").first.click()
    expect(page.get_by_text("滨江区便民服务中心1号窗口").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("乙")
    clerk.look("counter-17-case")
    clerk.open("/workbench/calling/sheets/")
    clerk.look("counter-18-sheets")
    clerk.open(session)
    _and_he_leaves_with_the_receipt(clerk, found.group())


def _and_he_leaves_with_the_receipt(clerk: Visitor, number: str) -> None:
    page = clerk.page
    printed = page.get_by_role("link", name="打印回执")
    expect(printed).to_be_visible(timeout=300_000)  # by itself, once the worker has come to it and sealed it
    clerk.look("counter-19-done")
    answer = clerk.context.request.get(f"{clerk.site}{printed.get_attribute('href')}")
    assert answer.body().startswith(b"%PDF")
    clerk.press("原件和回执都交给本人了")
    expect(page.get_by_role("link", name=number)).to_be_visible()
    clerk.look("counter-20-desk-after")
