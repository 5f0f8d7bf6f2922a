"""A terminal in the hall: in by card and code, a receipt printed, then nobody is there and nothing is left."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from portal.demo.people import id_number_of
from portal.demo.reading import cast_rows
from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
_SECONDS = 60
HALL, PERSON = "示范市政务服务大厅", "何*"


@pytest.mark.parametrize("widths", [pytest.param((1080, 1440), id="terminal")], indirect=True, scope="module")
def test_in_print_walk_away(visitor: Arrive) -> None:
    keeper = visitor(next(place.number for place in places() if place.role == "data_officer"))
    address = _the_keeper_gives_the_machine_its_address(keeper)
    terminal = visitor()
    terminal.page.set_viewport_size({"width": 1080, "height": 1920})
    _somebody_signs_in_with_card_and_code(terminal, address)
    _and_prints_a_receipt(terminal)
    _then_walks_away_and_nothing_is_left(terminal, address)


def _the_keeper_gives_the_machine_its_address(keeper: Visitor) -> str:
    page = keeper.open("/workbench/manage/places/halls/")
    page.get_by_role("link", name=HALL).click()
    page.locator("main").get_by_role("link", name="取号和预约").click()
    page.locator("main").get_by_role("link", name="自助终端").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("自助终端")
    page.locator("[name=name]").fill("3 号自助终端")
    keeper.press("登记")
    expect(page.locator("main")).to_contain_text("3 号自助终端")
    keeper.look("terminal-01-setup")
    row = page.locator("li", has=page.get_by_role("heading", name=re.compile("3 号自助终端")))
    return row.locator("a.mono").get_attribute("href") or ""


def _somebody_signs_in_with_card_and_code(terminal: Visitor, address: str) -> None:
    terminal.page.clock.install()  # the minute of waiting is not waited for
    page = terminal.open(address)
    terminal.look("terminal-02-start")
    page.keyboard.type(_number())  # as a card reader does: nobody touched the screen
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("再确认一下是您本人")
    terminal.look("terminal-03-proof")
    terminal.press("发送验证码")
    code = _code(terminal)
    for digit in code:
        page.locator(".keypad").get_by_role("button", name=digit, exact=True).click()
    terminal.look("terminal-04-code")
    terminal.press("进入")
    expect(page.get_by_role("heading", level=1)).to_have_text("您要办什么")
    expect(page.locator(".masthead")).to_contain_text(PERSON)
    terminal.look("terminal-05-menu")


def _number() -> str:
    return id_number_of(next(row for row in cast_rows("persons") if row["key"] == "hejia"))


def _code(terminal: Visitor) -> str:
    """What the phone shows: read in a tab of its own."""
    tab = terminal.context.new_page()
    tab.goto(terminal.site + "/account/outbox/")
    text = tab.locator("main").inner_text()
    tab.close()
    found = re.search(r"验证码 (\d{6})", text)
    assert found, text
    return found[1]


def _and_prints_a_receipt(terminal: Visitor) -> None:
    page = terminal.page
    page.get_by_role("link", name=re.compile("查进度")).click()
    terminal.look("terminal-06-cases")
    page.locator("main").get_by_role("link", name=re.compile("社会保障卡申领")).first.click()
    expect(page.get_by_role("heading", name="文书")).to_be_visible()
    receipt = page.locator("main").get_by_role("link", name=re.compile("收件回执"))
    for _ in range(_SECONDS):  # the sealed papers follow within seconds
        if receipt.count():
            break
        time.sleep(1)
        page.reload()
    terminal.look("terminal-07-case")
    receipt.first.click()
    paper = page.locator("#paper")
    answer = terminal.context.request.get(terminal.site + (paper.get_attribute("src") or ""))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    page.evaluate("document.getElementById('paper').contentWindow.print = () => { window.printed = true }")
    terminal.press("打印")
    assert page.evaluate("window.printed")
    expect(page.locator("[data-print-said]")).to_be_visible()
    terminal.look("terminal-08-print")


def _then_walks_away_and_nothing_is_left(terminal: Visitor, address: str) -> None:
    page, question = terminal.page, terminal.page.get_by_role("heading", name="您还在吗？")
    page.clock.fast_forward(61_000)
    expect(question).to_be_visible()
    page.get_by_role("button", name="我还在").click()
    expect(question).to_be_hidden()
    page.clock.fast_forward(61_000)
    expect(question).to_be_visible()
    terminal.look("terminal-09-away")
    page.clock.fast_forward(31_000)
    page.wait_for_url(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("请把身份证放到读卡区")
    for _step in range(3):
        page.go_back()
        expect(page.locator("body")).not_to_contain_text(PERSON)
        expect(page.locator("body")).not_to_contain_text("社会保障卡")
        expect(page.get_by_role("heading", level=1)).to_have_text("请把身份证放到读卡区")
    page.goto(terminal.site + "/my/cases/")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
