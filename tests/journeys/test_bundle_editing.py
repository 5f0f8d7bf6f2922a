"""What editors change goes over two desks and is read by everybody; a list is taken in; a form needs no script."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.demo.staff import places
from tests.factories.cast import a_picture
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
BUNDLE, QUESTION = "开办餐饮店", "店里要不要卖烟？"
BROUGHT = "示范备案（从清单导入）"
SHOP, LICENCE_ITEM = "中心区青禾餐饮店", "食品经营许可（首次申请）"
_WAITS = 40  # looks at a batch that is worked on in the background


def _number(role: str) -> str:
    return next(place.number for place in places() if place.role == role)


@pytest.fixture
def officer(visitor: Arrive) -> Visitor:
    return visitor(_number("data_officer"))


@pytest.fixture
def second(visitor: Arrive) -> Visitor:
    return visitor(_number("administrator"))


def _step(who: Visitor, step: str, note: str = "") -> None:
    """Press a step on the page of a version and confirm it on the step's own page."""
    who.press(step)
    if note:
        who.page.get_by_label("退回意见").fill(note)
    who.press(f"确定{step}")


def test_a_data_element_is_changed_over_two_desks(officer: Visitor, second: Visitor) -> None:
    page = officer.open("/workbench/elements/")
    officer.look("bundle-01-elements")
    page = officer.open("/workbench/elements/?text=经营面积")
    page.get_by_role("link", name="经营面积").first.click()
    page.wait_for_load_state()
    officer.look("bundle-02-element")
    officer.press("起草新版本")
    page.get_by_label("最小值").fill("很多")
    officer.press("保存草稿")
    expect(page.locator("[data-error-summary]")).to_contain_text("填数字")
    officer.look("bundle-03-element-refused")
    page.get_by_label("最小值").fill("1")
    page.get_by_label("填写示例").fill("86.5")
    officer.press("保存草稿")
    expect(page.locator("main")).to_contain_text("改了什么")
    officer.look("bundle-04-element-draft")
    draft = page.url
    _step(officer, "提交审核")
    expect(page.get_by_role("link", name="审核通过", exact=True)).to_have_count(0)
    second.open(draft)
    _step(second, "退回", "请写明为什么最小是 1。")
    officer.open(draft)
    officer.look("bundle-05-element-returned")
    _step(officer, "提交审核")
    second.open(draft)
    second.look("bundle-06-element-review")
    _step(second, "审核通过")
    _step(second, "发布")
    expect(second.page.locator("main")).to_contain_text("86.5")
    second.look("bundle-07-element-published")


def test_a_bundle_is_changed_reviewed_and_offered(officer: Visitor, second: Visitor, visitor: Arrive) -> None:
    page = officer.open("/workbench/items/bundles/")
    officer.look("bundle-11-list")
    page.get_by_role("link", name=BUNDLE).first.click()
    officer.press("起草新版本")
    officer.look("bundle-12-draft")
    draft = page.url
    officer.press("加一个问题")
    officer.press("确定保存")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    officer.look("bundle-13-question-refused")
    page.get_by_label("问题", exact=True).fill(QUESTION)
    page.get_by_label("选项", exact=True).fill("要卖\n不卖")
    officer.press("确定保存")
    expect(page.locator("main")).to_contain_text(QUESTION)
    page.get_by_role("link", name=QUESTION).click()
    page.get_by_label("排在").select_option(label="第 6 个")
    officer.look("bundle-14-question")
    officer.press("确定保存")
    officer.press("加一个事项")
    officer.look("bundle-15-pick")
    choices = page.get_by_label("事项", exact=True)
    wanted = choices.locator("option").filter(has_text="烟草专卖零售许可").first.get_attribute("value")
    choices.select_option(wanted)
    officer.choose(f"{QUESTION} 要卖")
    officer.press("确定保存")
    officer.look("bundle-16-mapping")
    officer.press("返回")
    officer.look("bundle-17-written")
    _answer_what_the_new_item_asks(officer, draft)
    _step(officer, "提交审核")
    second.open(draft)
    _step(second, "退回", "提示请写清楚。")
    officer.open(draft)
    officer.look("bundle-18-returned")
    page.get_by_role("link", name=QUESTION).click()
    page.get_by_label("提示").fill("卷烟、雪茄烟都算。")
    officer.press("确定保存")
    _step(officer, "提交审核")
    second.open(draft)
    _step(second, "审核通过")
    second.press("发布")
    second.look("bundle-19-publish")
    second.press("确定发布")
    _then_everybody_is_asked_it(visitor())


def _then_everybody_is_asked_it(citizen: Visitor) -> None:
    """The public page asks one question after the other."""
    page = citizen.open("/bundles/open-restaurant/")
    for _question in range(8):
        if QUESTION in page.locator("main").inner_text():
            break
        page.locator("main form label").first.click()
        citizen.press("下一步")
    expect(page.locator("main")).to_contain_text("卷烟、雪茄烟都算。")
    citizen.look("bundle-20-offered")
    citizen.choose("要卖")
    citizen.press("下一步")
    expect(page.locator("main")).not_to_contain_text("卷烟、雪茄烟都算。")


def _answer_what_the_new_item_asks(officer: Visitor, draft: str) -> None:
    """Every question of the item gets the first of its own answers, whatever it asks."""
    page = officer.open(draft)
    page.get_by_role("link", name="烟草专卖零售许可").first.click()
    page.wait_for_load_state()
    for box in page.locator("main select[name^=answer_]").all():
        box.select_option(box.locator("option[value^='=']").first.get_attribute("value"))
    officer.press("确定保存")
    expect(page.locator("h1")).to_have_text(BUNDLE)


def test_a_list_is_tried_out_read_and_applied(officer: Visitor, tmp_path: Path) -> None:
    page = officer.open("/workbench/items/exchange/")
    page.get_by_label("格式").select_option("jsonl")
    officer.press("开始导出")
    _wait_for(officer, "下载")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载", exact=True).click()
    archive = tmp_path / "catalogue.zip"
    download.value.save_as(archive)
    officer.open("/workbench/items/exchange/")
    page.locator("[type=file]").set_input_files(_one_more(archive, tmp_path / "more.zip"))
    officer.press("上传并检查")
    _wait_for(officer, "以上是试运行的结果")
    expect(page.locator("main")).to_contain_text("没有变化")
    officer.look("bundle-41-checked")
    officer.press("导入")
    officer.look("bundle-42-running")
    _wait_for(officer, "已完成")
    officer.look("bundle-43-done")
    page = officer.open(f"/workbench/items/?scope=all&text={BROUGHT}")
    expect(page.locator("main")).to_contain_text(BROUGHT)


def _one_more(archive: Path, target: Path) -> Path:
    """The exported tables with an item that is new, and places of which three hundred are called otherwise."""
    table, places_table = "up_task_general_basic.jsonl", "onestop_reference.jsonl"
    with zipfile.ZipFile(archive) as packed:
        rows = [json.loads(line) for line in packed.read(table).splitlines()]
        references = [json.loads(line) for line in packed.read(places_table).splitlines()]
    new = {**rows[0], "row_guid": "journey-1", "task_code": "", "local_task_code": "XC-0001", "task_name": BROUGHT}
    new |= {"catalog_code": "", "local_catalog_code": "", "task_version": "1"}
    elsewhere = [{**one, "name": f"{one['name']}（旧）"} for one in references if one["kind"] == "element"]
    rest = [one for one in references if one["kind"] != "element"]
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(table, json.dumps(new, ensure_ascii=False))
        packed.writestr(places_table, "\n".join(json.dumps(one, ensure_ascii=False) for one in [*elsewhere, *rest]))
    return target


def _wait_for(officer: Visitor, words: str) -> None:
    """Look again until the background work is done."""
    page = officer.page
    for _look in range(_WAITS):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(2000)
        page.reload()
    raise AssertionError(f"never said {words}: {page.locator('main').inner_text()}")


def test_a_form_is_filled_in_without_a_script(visitor: Arrive, tmp_path: Path) -> None:
    citizen = visitor("13900000001", scripts=False)
    page = citizen.open("/acting/")
    citizen.press(f"用这个身份：{SHOP}")
    page = citizen.open(f"/search/?q={LICENCE_ITEM}")
    page.get_by_role("link", name=LICENCE_ITEM).first.click()
    citizen.press("在线办理")
    citizen.choose("餐饮服务（饭店、小吃、饮品）")
    citizen.press("保存并继续")
    citizen.choose("没有")
    citizen.press("保存并继续")
    citizen.press("保存并继续")
    _choose_the_street(citizen)
    page.get_by_label("经营面积（平方米）").fill("86.5")
    citizen.choose("热食类食品制售")
    citizen.choose("否", within=page.locator("fieldset").filter(has_text="是否上网经营"))
    plan = tmp_path / "plan.png"
    plan.write_bytes(a_picture(size=200).read())
    page.get_by_label("平面布局图").set_input_files(plan)
    citizen.press("保存并继续")
    row = page.get_by_role("group", name="第 1 行")
    row.get_by_label("姓名").fill("罗建平")
    citizen.press("再加一行：直接接触食品的从业人员")
    expect(row.get_by_label("姓名")).to_have_value("罗建平")
    expect(page.get_by_role("group", name="第 2 行")).to_have_count(1)
    citizen.look("bundle-52-table")
    citizen.press("删除这一行：直接接触食品的从业人员 2")
    row.get_by_label("证件号码").fill("519902198804121032")
    row.get_by_label("岗位").select_option("厨师")
    row.get_by_label("健康证明有效期至").fill("2027-03-31")
    citizen.press("保存并继续")
    expect(page.locator("main")).not_to_contain_text("专间或者专用操作区说明")
    citizen.look("bundle-53-materials")
    _and_the_condition_changes(citizen)


def _choose_the_street(citizen: Visitor) -> None:
    """Each level is asked for with a button."""
    address = citizen.page.get_by_role("group", name=re.compile("^经营场所地址"))
    address.get_by_label("区、县").select_option("中心区")
    address.get_by_role("button", name="更新下一级地区").click()
    citizen.page.wait_for_load_state()
    address.get_by_label("街道、镇").select_option("人民路街道")
    address.get_by_label("详细地址").fill("人民路66号1层")
    citizen.look("bundle-51-address")


def _and_the_condition_changes(citizen: Visitor) -> None:
    """Cold dishes after all: one more material is asked for, and what was filled in is still there."""
    page = citizen.page
    materials = page.url
    citizen.open(re.sub(r"materials/$", "situation/", materials))
    citizen.look("bundle-54-situation")
    citizen.choose("有")
    citizen.press("保存并继续")
    citizen.open(materials)
    expect(page.locator("main")).to_contain_text("专间或者专用操作区说明")
    citizen.open(re.sub(r"materials/$", "form/employees/", materials))
    row = page.get_by_role("group", name="第 1 行")
    expect(row.get_by_label("证件号码")).to_have_value("519902198804121032")
