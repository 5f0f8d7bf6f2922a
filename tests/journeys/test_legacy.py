"""Nine old apps become one: an officer reads the overlap, confirms an item, agrees a plan; an old link leads on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]


def test_old_apps_are_merged_and_their_links_lead_on(visitor: Arrive) -> None:
    citizen = visitor()
    _given_a_link_that_is_not_merged_yet(citizen)
    officer = visitor(next(place.number for place in places() if place.role == "administrator"))
    _when_the_officer_reads_the_overlap(officer)
    _and_confirms_a_suggestion(officer)
    _and_agrees_a_plan(officer)
    _then_the_progress_shows_it(officer)
    _and_the_links_lead_to_the_items(citizen)


def _given_a_link_that_is_not_merged_yet(citizen: Visitor) -> None:
    page = citizen.page
    answer = page.goto(f"{citizen.site}/legacy/edj-shop/")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("[name=q]").first).to_have_value("个体工商户注册")
    citizen.complaints.clear()  # the browser logs the 404 of the page itself
    citizen.look("legacy-01-not-merged")


def _when_the_officer_reads_the_overlap(officer: Visitor) -> None:
    page = officer.open("/workbench/manage/")
    page.locator("main").get_by_role("link", name="应用整合").click()
    expect(page.locator("tbody tr")).to_have_count(9)
    officer.look("legacy-02-list")
    page.get_by_role("link", name="没人用的").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="空壳的").click()
    officer.look("legacy-03-shells")
    page.get_by_role("link", name="重叠图").click()
    expect(page.locator("svg.overlap[role=img]")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("个体户e登记")
    officer.look("legacy-04-overlap")
    page.get_by_label("也画只有一个应用能办的事项").check()
    officer.press("画图")
    officer.look("legacy-05-overlap-all")


def _and_confirms_a_suggestion(officer: Visitor) -> None:
    page = officer.open("/workbench/manage/legacy/?text=示范人社")
    page.get_by_role("link", name="示范人社").click()
    officer.look("legacy-06-app")
    page.get_by_role("link", name="失业保险金申领").click()
    officer.look("legacy-07-suggestions")
    page.get_by_role("button", name=re.compile("^确认\\s*：失业保险金申领$")).click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("已对应")
    officer.look("legacy-08-confirmed")


def _and_agrees_a_plan(officer: Visitor) -> None:
    page = officer.open("/workbench/manage/legacy/?decision=merge")
    page.get_by_role("link", name="个体户e登记").click()
    officer.press("同意")
    officer.look("legacy-09-agree")
    officer.press("确定同意")
    expect(page.locator("main")).to_contain_text("已同意")
    officer.look("legacy-10-agreed")


def _then_the_progress_shows_it(officer: Visitor) -> None:
    officer.open("/workbench/manage/legacy/progress/")
    officer.look("legacy-11-progress")


def _and_the_links_lead_to_the_items(citizen: Visitor) -> None:
    page = citizen.open("/legacy/edj.example.cn/pages/register")
    expect(page.get_by_role("heading", level=1)).to_have_text("个体工商户设立登记")
    expect(page.locator("main")).to_contain_text("已经并入这个事项")
    citizen.look("legacy-12-landed")
    citizen.open("/legacy/edj-restaurant/")
    expect(page.get_by_role("listitem").filter(has_text="食品经营许可")).to_be_visible()
    citizen.look("legacy-13-choice")
    page.get_by_role("link", name="食品经营许可（首次申请）").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("食品经营许可（首次申请）")
