"""A hall opens on a day of its own; somebody books by phone, comes, takes a ticket, is called and served."""

import datetime as dt
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from portal.demo.staff import places
from tests.journeys.conftest import Visitor, keep_picture

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
HALL, ITEM, CITIZEN = "示范市政务服务大厅", "居住证申领", "13900000003"


def _number(role: str) -> str:
    return next(place.number for place in places() if place.role == role)


def test_from_the_phone_to_the_window(visitor: Arrive) -> None:
    keeper = visitor(_number("data_officer"))
    screen_address, kiosk_address = _given_a_hall_that_is_open_today(keeper)
    citizen = visitor(CITIZEN)
    code = _when_somebody_books(citizen)
    kiosk = visitor()
    walk_in = _and_others_take_tickets(kiosk, kiosk_address)
    ticket = _and_they_arrive(kiosk, kiosk_address, code)
    clerk = visitor(_number("counter_clerk"))
    screen = visitor()
    _then_the_appointment_is_called_first(clerk, screen, screen_address, ticket)
    _and_is_served(clerk, walk_in)
    _and_the_citizen_sees_it(citizen, ticket)


def _given_a_hall_that_is_open_today(keeper: Visitor) -> tuple[str, str]:
    page = keeper.open("/workbench/manage/places/halls/")
    page.get_by_role("link", name=HALL).click()
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    days = [today, today + dt.timedelta(days=1)]
    page.locator("[name=special_days]").fill("\n".join(f"{day} 0:00-24:00 延时服务" for day in days))
    keeper.press("保存")
    page.locator("main").get_by_role("link", name="取号和预约").click()
    expect(page.get_by_role("heading", name="规则")).to_be_visible()
    keeper.look("hall-01-setup")
    page.get_by_role("link", name="所有事项").click()
    page.locator("[name=spans]").fill("0:00-24:00")
    keeper.look("hall-02-slots")
    keeper.press("保存")
    page.get_by_role("link", name="3 号窗口").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 号窗口")
    keeper.look("hall-03-window")
    page.go_back()
    links = [link.get_attribute("href") or "" for link in page.locator("aside a.mono").all()]
    return links[0], links[1]


def _when_somebody_books(citizen: Visitor) -> str:
    page = citizen.open(f"/search/?q={ITEM}")
    page.locator("main").get_by_role("link", name=ITEM, exact=True).first.click()
    citizen.press("预约到大厅办")
    expect(page.get_by_role("heading", level=1)).to_have_text("预约到大厅办")
    citizen.press(HALL)
    expect(page.locator(".chip[aria-current=page]").first).to_have_text(HALL)
    citizen.look("hall-04-book")
    page.locator("[name=slot]").first.check(force=True)
    citizen.press("预约")
    expect(page.locator(".code-digits")).to_be_visible()
    citizen.look("hall-05-booked")
    code = page.locator(".code-digits").inner_text().replace(" ", "")
    citizen.press("改时间")
    citizen.look("hall-06-change")
    citizen.open("/my/appointments/")
    citizen.look("hall-07-mine")
    return code


def _and_others_take_tickets(kiosk: Visitor, address: str) -> str:
    page = kiosk.open(address)
    kiosk.look("hall-08-kiosk")
    page.locator("[name=value]").fill("123")
    kiosk.press("取号")
    expect(page.locator(".error-summary")).to_be_visible()
    kiosk.look("hall-09-kiosk-wrong")
    page.locator("[name=value]").fill("13712345678")
    kiosk.press("取号")
    expect(page.locator(".ticket-code")).to_be_visible()
    walk_in = page.locator(".ticket-code").inner_text()
    kiosk.look("hall-10-ticket")
    return walk_in


def _and_they_arrive(kiosk: Visitor, address: str, code: str) -> str:
    page = kiosk.open(address)
    page.keyboard.type(code)  # as a card reader does: nobody touched the screen
    page.keyboard.press("Enter")
    expect(page.locator(".ticket-code")).to_be_visible()
    ticket = page.locator(".ticket-code").inner_text()
    assert ticket.startswith("Y")
    kiosk.look("hall-11-appointment-ticket")
    return ticket


def _then_the_appointment_is_called_first(clerk: Visitor, screen: Visitor, address: str, ticket: str) -> None:
    wall = screen.open(address)
    expect(wall.locator("#now")).to_contain_text("等候 2 人")
    page = clerk.open("/workbench/calling/")
    clerk.look("hall-12-windows")
    page.get_by_role("link", name=re.compile(f"{HALL} 1 号窗口")).click()
    clerk.press("到这个窗口上岗")
    expect(page.get_by_role("button", name="叫下一个")).to_be_visible()
    clerk.look("hall-13-line")
    clerk.press("叫下一个")
    expect(page.locator(".ticket-code")).to_have_text(ticket)
    clerk.look("hall-14-called")
    expect(wall.locator(".is-calling")).to_contain_text(ticket)  # by itself: nobody touched the screen
    expect(wall.locator(".is-calling")).to_contain_text("请到 1 号窗口")
    screen.look("hall-15-screen")
    with screen.at(1920):
        keep_picture(screen.page, "hall-15-screen-1920")


def _and_is_served(clerk: Visitor, walk_in: str) -> None:
    page = clerk.page
    page.keyboard.press("F8")  # the main button of the page
    expect(page.get_by_role("button", name="办完了")).to_be_visible()
    clerk.look("hall-16-serving")
    clerk.press("办完了")
    expect(page.get_by_role("button", name="叫下一个")).to_be_visible()
    clerk.press("叫下一个")
    expect(page.locator(".ticket-code")).to_have_text(walk_in)
    clerk.press("过号")
    expect(page.locator("aside")).to_contain_text(walk_in)
    clerk.look("hall-17-skipped")


def _and_the_citizen_sees_it(citizen: Visitor, ticket: str) -> None:
    page = citizen.open("/my/appointments/")
    page.locator("main").get_by_role("link", name=ITEM).click()
    expect(page.locator(".ticket-code")).to_have_text(ticket)
    citizen.look("hall-18-arrived")
