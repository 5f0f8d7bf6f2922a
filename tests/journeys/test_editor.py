"""An editor asks for what is known already, is stopped, mends it; a second person comments; the public reads it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
ITEM = "食品经营许可（首次申请）"
PAPER = "公司营业执照复印件"
REMARK = "名称请和证照一致，去掉“复印件”。"


def test_an_item_is_edited_reviewed_and_published(visitor: Arrive) -> None:
    editor = visitor(_number("data_officer"))
    item = _given_a_draft(editor)
    _when_a_material_is_added_that_the_store_has(editor)
    _then_submission_is_stopped_with_words(editor, item)
    _and_it_is_mended(editor, item)
    _and_looked_at_as_citizens_will(editor, item)
    _and_submitted(editor, item)
    reviewer = visitor(_number("administrator"))
    _when_the_second_person_comments_and_returns(reviewer, item)
    _then_the_editor_deals_with_it(editor, item)
    _and_the_second_person_publishes(reviewer, item)
    _then_everybody_reads_it(visitor(), item)


def _number(role: str) -> str:
    return next(place.number for place in places() if place.role == role)


def _given_a_draft(editor: Visitor) -> str:
    page = editor.open(f"/workbench/items/?scope=all&text={ITEM}")
    page.get_by_role("link", name=ITEM).first.click()
    editor.press("起草新版本")
    editor.press("修改草稿")
    found = re.search(r"/workbench/items/([0-9a-f-]{36})/versions/([0-9]+)/", page.url)
    assert found is not None
    editor.look("editor-01-overview")
    return found[0]


def _section(page: Page, name: str) -> None:
    page.locator(".sections").get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()


def _when_a_material_is_added_that_the_store_has(editor: Visitor) -> None:
    page = editor.page
    _section(page, "基本要素")
    expect(page.locator("main")).to_contain_text("基本目录定的，这里不能改")
    editor.look("editor-02-basics")
    editor.press("返回")
    _section(page, "表单")
    editor.look("editor-03-form")
    page.get_by_role("link", name=re.compile("^改")).nth(1).click()
    editor.look("editor-04-field")
    editor.press("返回")
    editor.press("返回")
    _section(page, "办理情形")
    editor.look("editor-05-situations")
    editor.press("返回")
    _section(page, "申请材料")
    editor.press("加一份材料")
    editor.press("保存")
    expect(page.locator("[data-error-summary]")).to_contain_text("必须填写")
    page.get_by_label("材料名称").fill(PAPER)
    editor.look("editor-06-material")
    editor.press("保存")
    expect(page.locator("main")).to_contain_text("证照库里已经有")
    editor.look("editor-07-materials")
    editor.press("返回")


def _then_submission_is_stopped_with_words(editor: Visitor, item: str) -> None:
    editor.press("提交审核")
    editor.press("确定提交审核")
    expect(editor.page.locator("[data-error-summary]")).to_contain_text("证照库里已经有营业执照")
    editor.look("editor-08-stopped")


def _and_it_is_mended(editor: Visitor, item: str) -> None:
    page = editor.open(f"{item}edit/")
    page.get_by_role("link", name=re.compile(f"材料“{PAPER}”")).click()
    editor.choose("营业执照")
    editor.press("保存")
    expect(page.locator("main")).not_to_contain_text("证照库里已经有")
    editor.open(f"{item}compare/")
    expect(page.locator(".diff")).to_contain_text(PAPER)
    editor.look("editor-09-compare")


def _and_looked_at_as_citizens_will(editor: Visitor, item: str) -> None:
    page = editor.page
    editor.press("预览")
    expect(page.locator("main")).to_contain_text("填了什么都不会保存")
    expect(page.locator("main")).to_contain_text(PAPER)
    editor.look("editor-10-preview-guide")
    page.get_by_role("link", name="选情形", exact=True).click()
    editor.look("editor-11-preview-situation")
    page.get_by_role("link", name="填表", exact=True).click()
    editor.look("editor-12-preview-form")


def _and_submitted(editor: Visitor, item: str) -> None:
    editor.open(f"{item}submit/")
    editor.press("确定提交审核")
    expect(editor.page.locator("main")).to_contain_text("待审核")


def _when_the_second_person_comments_and_returns(reviewer: Visitor, item: str) -> None:
    page = reviewer.open(f"{item}compare/")
    materials = page.locator("#section-materials")
    materials.get_by_text("写意见").click()
    materials.get_by_label("针对哪一项").select_option(PAPER)
    materials.get_by_label("意见", exact=True).fill(REMARK)
    materials.get_by_role("button", name="记下意见").click()
    page.wait_for_load_state()
    expect(page.locator("#section-materials .comments")).to_contain_text(REMARK)
    reviewer.look("editor-13-comment")
    reviewer.open(f"{item}return/")
    page.get_by_label("退回意见").fill("请看申请材料的意见。")
    reviewer.press("确定退回")
    expect(page.locator("main")).to_contain_text("已退回")


def _then_the_editor_deals_with_it(editor: Visitor, item: str) -> None:
    page = editor.open(f"{item}edit/")
    expect(page.locator("main")).to_contain_text("审核的同事退回了这一版")
    editor.look("editor-14-returned")
    _section(page, "申请材料")
    page.get_by_role("link", name=re.compile(f"^改\\s*：{PAPER}")).click()
    page.get_by_label("材料名称").fill("公司营业执照")
    editor.press("保存")
    page.get_by_label("怎么处理的").fill("改好了")
    editor.press("标为处理过了")
    expect(page.locator("#section-materials .comments .done")).to_contain_text("改好了")
    _and_submitted(editor, item)


def _and_the_second_person_publishes(reviewer: Visitor, item: str) -> None:
    reviewer.open(f"{item}approve/")
    reviewer.press("确定审核通过")
    reviewer.open(f"{item}publish/")
    reviewer.press("确定发布")
    expect(reviewer.page.locator("main")).to_contain_text("已发布")


def _then_everybody_reads_it(citizen: Visitor, item: str) -> None:
    found = re.search(r"items/([0-9a-f-]{36})/", item)
    assert found is not None
    page = citizen.open(f"/items/{found[1]}/")
    expect(page.locator("main")).to_contain_text("公司营业执照")
    expect(page.locator("main")).not_to_contain_text(PAPER)
    citizen.look("editor-15-guide")
