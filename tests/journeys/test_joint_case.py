"""开办餐饮店 by phone: one form, one submission, six cases; one is refused, and five certificates come of it."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.documents import text_of
from tests.factories.cast import a_picture
from tests.journeys.conftest import PICTURES, Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]

CITIZEN, NAME, CLERK = "13900000002", "张志远", "zwzx01"
LICENCE, FOOD, FIRE = "个体工商户设立登记", "食品经营许可（首次申请）", "公众聚集场所投入使用、营业前消防安全检查"
DRAINAGE, SIGN, GRADE = "城镇污水排入排水管网许可", "户外广告设施设置审批", "餐饮服务食品安全等级评定"
SHOP = "示范市中心区志远小馆"
CERTIFICATES = ("营业执照", "食品经营许可证", "消防", "排水", "户外广告")
# By item: who reviews, with the second officer where the law asks for two, and who decides.
STAFF = {
    FOOD: ([("scjg02", "范雨桐"), ("xfj01", "")], "scjg03"),
    FIRE: ([("xfj01", "付佩兰")], "xfj02"),
    DRAINAGE: ([("zjj03", "金一鸣")], "zjj04"),
    SIGN: ([("cgj01", ""), ("zrj02", ""), ("cgj01", "邹若水")], "cgj02"),  # of a joint review the lead concludes last
    GRADE: ([("scjg02", "范雨桐")], "scjg03"),
}
ANSWERS = (
    "还没有，准备登记成个体工商户",
    "要",
    "租来或者借来的",
    "不卖",
    "先上门检查，合格再发证",
    "装在租来的房子上，房东同意了",
)
TYPED = {
    "经营面积": "86.5",
    "拟用字号名称": SHOP,
    "经营者姓名": NAME,
    "经营范围": "餐饮服务",
    "证件号码": "519902198804121032",
    "姓名": "罗建平",
    "店铺（场所）名称": "志远小馆",
    "所在楼层": "1",
    "从业人员数": "4",
    "消防安全责任人电话": "13900000002",
    "消防安全责任人": NAME,
    "安全出口数量": "2",
    "日用水量": "6",
    "日排水量": "5",
    "排放口位置和去向": "后巷检查井，接人民路污水管",
    "规格": "4米×0.8米×0.1米",
    "主要材质": "铝板烤漆，内置LED",
    "主要文字": "志远小馆",
    "设置年限": "3",
    "详细地址": "人民路88号1层",
}
BOUGHT_ON, UNTIL = "2027-01-10", "2027-03-31"


def test_a_restaurant_is_opened_by_phone_and_one_refusal_loses_nothing(visitor: Arrive, tmp_path: Path) -> None:
    citizen = _a_person_with_a_plan(visitor)
    fill_the_pages(citizen)
    hand_in_papers(citizen, tmp_path)
    joint = _and_all_is_submitted_at_once(citizen)
    _the_licence_comes_at_once(visitor, citizen, joint)
    for item in (FOOD, FIRE, DRAINAGE, SIGN):
        _approve(visitor, item, _number_of(citizen, joint, item))
    _the_last_one_is_refused(visitor, citizen, joint)
    _her_shop_has_the_rest(citizen)


def _a_person_with_a_plan(visitor: Arrive) -> Visitor:
    citizen = visitor()
    citizen.sign_in(CITIZEN)
    citizen.open("/bundles/open-restaurant/")
    citizen.look("80-joint-first-question")
    for answer in ANSWERS:
        citizen.choose(answer)
        citizen.press("下一步")
    expect(citizen.page.locator("main")).to_contain_text("要办 6 个事项")
    citizen.look("81-joint-plan")
    citizen.press("一次申请全部")
    return citizen


def fill_the_pages(citizen: Visitor) -> None:
    """One form serves six items."""
    page = citizen.page
    expect(page.get_by_role("group", name="法定代表人（经营者）").get_by_label("姓名")).to_have_value(NAME)
    citizen.look("82-joint-common")
    while "/form/" in page.url:
        address = page.url
        _fill(citizen)
        citizen.press("保存并继续")
        assert page.url != address, page.locator("main").inner_text()
    citizen.look("83-joint-materials")


def _fill(citizen: Visitor) -> None:
    """Answer what a page asks and nobody knows yet."""
    page = citizen.page
    for group in page.locator("main fieldset:has(select[name*='.region.'])").all():
        _choose_the_street(group)
    for box in page.locator("main input:visible, main textarea:visible, main select:visible").all():
        _answer(box)
    for group in page.locator("main fieldset:visible:has(input[type=radio], input[type=checkbox])").all():
        if not group.locator("input:checked").count():
            group.locator("label").last.click()


def _choose_the_street(group: Locator) -> None:
    if not group.get_by_label("区、县").input_value():
        group.get_by_label("区、县").select_option("中心区")
        expect(group.get_by_label("街道、镇")).to_contain_text("人民路街道")
        group.get_by_label("街道、镇").select_option("人民路街道")
        expect(group.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def _answer(box: Locator) -> None:
    label = box.evaluate("box => box.labels[0].innerText")
    kind = box.get_attribute("type")
    if kind in {"radio", "checkbox"} or box.input_value() or "选填" in label:
        return
    if box.evaluate("box => box.tagName") == "SELECT":
        box.select_option(index=1)
    elif kind == "date":
        box.fill(UNTIL if "有效期" in label else BOUGHT_ON)
    else:
        box.fill(next(value for words, value in TYPED.items() if words in label))


def hand_in_papers(citizen: Visitor, tmp_path: Path) -> None:
    """Promise what may be promised, upload the rest, each once."""
    page = citizen.page
    picture = tmp_path / "材料.png"
    picture.write_bytes(a_picture(size=200).read())
    rows = page.locator("main li").filter(has=page.locator("summary", has_text="用告知承诺代替"))
    while rows.count():
        row = rows.first
        row.get_by_text("用告知承诺代替，不用交").click()
        citizen.choose("我已读懂并承诺", within=row)
        row.get_by_role("button", name="用承诺代替").click()
        page.wait_for_load_state()
    missing = page.locator("main li").filter(has_text="还没有交")
    while left := missing.count():
        row = missing.first
        row.locator("input[type=file]").set_input_files(picture)
        row.get_by_role("button", name="上传").click()
        expect(missing).to_have_count(left - 1)
    citizen.look("84-joint-materials-done")


def _and_all_is_submitted_at_once(citizen: Visitor) -> str:
    citizen.press("下一步：核对")
    citizen.look("85-joint-check")
    citizen.page.locator("main label[for=declared]").click()
    citizen.press("一次提交全部")
    expect(citizen.page.get_by_role("heading", level=1)).to_have_text("开办餐饮店")
    citizen.look("86-joint-submitted")
    return citizen.page.url


def _lane(citizen: Visitor, joint: str, item: str) -> Locator:
    page = citizen.open(joint)
    return page.locator("main section", has=page.get_by_role("heading", name=item, exact=True))


def _number_of(citizen: Visitor, joint: str, item: str) -> str:
    """The number of an item's case; a waiting one gets it within seconds after the one before it."""
    for _ in range(30):
        found = re.search(r"\b\d{21}\b", _lane(citizen, joint, item).inner_text())
        if found:
            return found.group()
        time.sleep(1)
    raise AssertionError(_lane(citizen, joint, item).inner_text())


def _open_case(staff: Visitor, number: str) -> None:
    staff.open(f"/workbench/cases/?text={number}")
    staff.page.locator("main tr").filter(has_text=number).get_by_role("link").first.click()
    staff.page.wait_for_load_state()


def _the_licence_comes_at_once(visitor: Arrive, citizen: Visitor, joint: str) -> None:
    clerk = visitor(CLERK)
    _open_case(clerk, _number_of(citizen, joint, LICENCE))
    clerk.look("87-joint-case-of-staff")
    _compare_with_originals(clerk)
    clerk.press("当场办结")
    clerk.press("确定当场办结")
    expect(_lane(citizen, joint, LICENCE)).to_contain_text("准予")


def _compare_with_originals(clerk: Visitor) -> None:
    seen = clerk.page.locator("main").get_by_role("button", name=re.compile("^已核对原件"))
    while seen.count():
        seen.first.click()
        clerk.page.wait_for_load_state()


def _accept(visitor: Arrive, number: str) -> None:
    clerk = visitor(CLERK)
    _open_case(clerk, number)
    _compare_with_originals(clerk)
    clerk.press("受理")
    if clerk.page.get_by_role("button", name="受理", exact=True).count():
        clerk.press("受理")
    expect(clerk.page.locator("main")).to_contain_text("审查中")


def _review(visitor: Arrive, item: str, number: str, *, opinion: str = "同意") -> None:
    for login, officer in STAFF[item][0]:
        reviewer = visitor(login)
        _open_case(reviewer, number)
        reviewer.choose(opinion)
        reviewer.page.get_by_label(re.compile("^说明")).fill("现场核查，情况已经记入笔录")
        if officer:
            reviewer.page.get_by_label(re.compile("核查人员")).fill(officer)
        reviewer.press("提交审查意见")


def _approve(visitor: Arrive, item: str, number: str) -> None:
    _accept(visitor, number)
    _review(visitor, item, number)
    decider = visitor(STAFF[item][1])
    _open_case(decider, number)
    decider.press("准予")
    decider.press("确定准予")
    expect(decider.page.locator("main")).to_contain_text(re.compile("已决定|办结"))


def _the_last_one_is_refused(visitor: Arrive, citizen: Visitor, joint: str) -> None:
    number = _number_of(citizen, joint, GRADE)
    _accept(visitor, number)
    _review(visitor, GRADE, number, opinion="不同意")
    decider = visitor(STAFF[GRADE][1])
    _open_case(decider, number)
    decider.press("不予")
    decider.page.get_by_label(re.compile("理由")).fill("现场评定得分 58 分，未达到 C 级标准")
    decider.look("88-joint-refuse")
    decider.press("确定不予")
    lane = _lane(citizen, joint, GRADE)
    expect(lane).to_contain_text("不予")
    expect(lane).to_contain_text("58 分")
    citizen.look("89-joint-progress")


def _her_shop_has_the_rest(citizen: Visitor) -> None:
    """Documents and certificates are the shop's: five certificates, and a refusal that says what can be done."""
    citizen.open("/acting/")
    citizen.press(f"用这个身份：{SHOP}")
    page = citizen.open("/my/certificates/")
    certificates = page.locator("main a[href^='/my/certificates/']:not([href$='/show/'])")
    expect(certificates).to_have_count(len(CERTIFICATES))
    for name in CERTIFICATES:
        expect(certificates.filter(has_text=name)).to_have_count(1)
    citizen.look("90-joint-wallet")
    citizen.open("/my/cases/")
    page.locator("main").get_by_role("link", name=re.compile(GRADE)).first.click()
    page.wait_for_load_state()
    notice = page.locator("main").get_by_role("link", name=re.compile("不予.*决定书"))
    for _ in range(60):  # the sealed notice follows within seconds
        if notice.count():
            break
        time.sleep(1)
        page.reload()
    citizen.look("91-joint-refused")
    answer = citizen.context.request.get(citizen.site + (notice.first.get_attribute("href") or ""))
    (PICTURES / "joint-refusal.pdf").write_bytes(answer.body())
    words = text_of(answer.body())
    assert "58分" in words
    assert "行政复议" in words
    assert "行政诉讼" in words
