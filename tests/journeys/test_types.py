"""A certificate type is changed: one officer writes and previews, another approves, and it is in force."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]


def test_a_type_is_changed_by_two_persons(visitor: Arrive) -> None:
    writer, second = (visitor(number) for number in _officers())
    _when_a_draft_is_written_and_previewed(writer)
    _and_sent_to_review(writer)
    _and_another_officer_approves_and_publishes(second)
    _then_it_is_in_force(second)


def _officers() -> list[str]:
    return [
        next(place.number for place in places() if place.role == role) for role in ("data_officer", "administrator")
    ]


def _when_a_draft_is_written_and_previewed(writer: Visitor) -> None:
    page = writer.open("/workbench/certificate-types/?text=食品经营许可证")
    writer.look("types-01-list")
    page.locator("main").get_by_role("link", name="食品经营许可证").click()
    writer.look("types-02-type")
    writer.press("起草新版本")
    page.get_by_label("签章名称").fill("食品经营许可专用章")
    page.get_by_label("这一版的说明").fill("换签章名称")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#preview img")).to_be_visible()
    page.locator("#preview img").evaluate("picture => picture.decode()")  # it is there, and a picture
    writer.look("types-03-preview")
    page.get_by_label("编号规则").fill("{year}")
    writer.press("保存草稿")
    expect(page.locator("main")).to_contain_text("不认识 {year}")
    writer.look("types-04-refused")
    page.get_by_label("编号规则").fill("")
    writer.press("保存草稿")
    expect(page.locator("main")).to_contain_text("草稿已经保存")


def _and_sent_to_review(writer: Visitor) -> None:
    writer.press("提交审核")
    writer.press("确定提交审核")
    expect(writer.page.locator("main")).to_contain_text("等另一位同事审核")
    expect(writer.page.locator("main").get_by_role("link", name="审核通过")).to_have_count(0)


def _and_another_officer_approves_and_publishes(second: Visitor) -> None:
    page = second.open("/workbench/certificate-types/")
    second.look("types-05-waiting")
    page.locator("main").get_by_role("link", name="食品经营许可证").first.click()
    page.locator("#preview img").evaluate("picture => picture.decode()")  # it is there, and a picture
    second.look("types-06-review")
    second.press("审核通过")
    second.press("确定审核通过")
    second.press("发布")
    second.press("确定发布")


def _then_it_is_in_force(second: Visitor) -> None:
    page = second.page
    expect(page.locator("main")).to_contain_text("已发布")
    second.press("回这个类型")
    expect(page.locator("main")).to_contain_text("食品经营许可专用章")
    second.look("types-07-in-force")
