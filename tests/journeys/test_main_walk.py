"""The main job in a browser, on a phone and on a desktop: from search to certificate to reuse to suspension."""

import io
import re
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.factories.cast import a_picture
from tests.journeys.conftest import BOTH, PICTURES, Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("widths", BOTH, indirect=True, scope="module")]
Arrive = Callable[..., Visitor]

CITIZEN, CLERK, FOOD, FIRE = "13900000001", "zwzx01", "scjg02", "xfj01"
DECIDER, DEPUTY = "scjg03", "scjg05"
SHOP = "中心区青禾餐饮店"
STREET = "人民路66号1层"
LICENCE_ITEM, NEXT_ITEM = "食品经营许可（首次申请）", "餐饮服务食品安全等级评定"


def test_licence_from_search_to_certificate_to_reuse(visitor: Arrive, tmp_path: Path) -> None:
    citizen = _given_a_shop_owner(visitor)
    _when_she_finds_the_item(citizen)
    number = _and_applies_with_two_uploads(citizen, tmp_path)
    _then_the_clerk_accepts(visitor, number)
    _and_two_departments_review(visitor, number)
    _and_the_decider_approves(visitor, number)
    verify_url = _then_the_certificate_is_there_signed_and_verifiable(citizen, visitor, tmp_path)
    open_case = _and_the_next_application_needs_no_upload(citizen)
    _and_a_suspension_shows_everywhere(visitor, citizen, verify_url, open_case)
    _and_two_leaders_revoke_it(visitor, citizen, verify_url, open_case)


def _given_a_shop_owner(visitor: Arrive) -> Visitor:
    citizen = visitor()
    citizen.open("/")
    citizen.look("01-home")
    citizen.open("/account/login/")
    citizen.look("02-sign-in")
    citizen.sign_in(CITIZEN)
    citizen.open("/acting/")
    citizen.look("03-acting")
    citizen.press(f"用这个身份：{SHOP}")
    return citizen


def _when_she_finds_the_item(citizen: Visitor) -> None:
    page = citizen.open("/")
    page.locator("main").get_by_role("searchbox").fill("食品")
    citizen.press("搜索")
    citizen.look("04-search")
    page.get_by_role("link", name=LICENCE_ITEM).click()
    materials = page.locator("section", has=page.get_by_role("heading", name="您要准备的材料"))
    row = materials.get_by_role("listitem").filter(has_text="营业执照")
    expect(row).to_contain_text("免")
    expect(row).to_contain_text("证照库中有效")
    citizen.look("05-guide")


def _and_applies_with_two_uploads(citizen: Visitor, tmp_path: Path) -> str:
    page = citizen.page
    citizen.press("在线办理")
    citizen.choose("餐饮服务（饭店、小吃、饮品）")
    citizen.press("保存并继续")
    citizen.choose("没有")
    citizen.press("保存并继续")
    expect(page.get_by_label("名称")).to_have_value(SHOP)
    expect(page.locator("main")).to_contain_text("来自营业执照")
    citizen.look("06-form-who")
    citizen.press("保存并继续")
    citizen.press("保存并继续")  # an empty page: the errors say what is missing, nothing is lost
    expect(page.get_by_role("alert").first).to_be_visible()
    citizen.look("07-form-errors")
    _choose_the_street(citizen)
    page.get_by_label("经营面积（平方米）").fill("86.5")
    citizen.choose("热食类食品制售")
    citizen.choose("否", within=page.locator("fieldset").filter(has_text="是否上网经营"))
    _refuse_a_disguised_file(citizen, tmp_path)
    page.get_by_label("平面布局图").set_input_files(_picture(tmp_path))
    citizen.press("保存并继续")
    _name_the_staff(citizen)
    citizen.press("保存并继续")
    citizen.look("08-materials")
    _promise(citizen)
    citizen.look("09-materials-done")
    citizen.press("下一步：核对")
    citizen.look("10-check")
    citizen.press("提交申请")
    expect(page.locator("main")).to_contain_text("请先勾选承诺")
    page.locator("main label[for=declared]").click()
    citizen.press("提交申请")
    citizen.look("11-receipt")
    found = re.search(r"\b\d{21}\b", page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found.group()


def _address(citizen: Visitor) -> Locator:
    return citizen.page.get_by_role("group", name=re.compile("^经营场所地址"))


def _choose_the_street(citizen: Visitor) -> None:
    """The levels below the one picked are fetched by themselves; nobody has to press for them.

    A second choice does not wait for the answer to the first.
    """
    address = _address(citizen)
    expect(address.get_by_role("button", name="更新下一级地区")).to_be_hidden()
    unanswered: list[Route] = []

    def hold_the_first(route: Route) -> None:
        route.continue_() if unanswered else unanswered.append(route)

    # Her licences have filled in 中心区 with its streets: only from another one's can a lost choice be told.
    address.get_by_label("区、县").select_option("滨江区")
    expect(address.get_by_label("街道、镇")).to_contain_text("临江镇")
    citizen.page.route("**/form/**", hold_the_first)
    with citizen.page.expect_request("**/form/**"):
        address.get_by_label("区、县").select_option("青山县")
    citizen.page.wait_for_timeout(300)
    assert len(unanswered) == 1
    address.get_by_label("区、县").select_option("中心区")
    expect(address.get_by_label("街道、镇")).to_contain_text("人民路街道")
    citizen.page.unroute("**/form/**")
    address.get_by_label("区、县").select_option("滨江区")
    expect(address.get_by_label("街道、镇")).not_to_contain_text("人民路街道")
    address.get_by_label("区、县").select_option("中心区")
    expect(address.get_by_label("街道、镇")).to_contain_text("人民路街道")
    address.get_by_label("街道、镇").select_option("人民路街道")
    address.get_by_label("详细地址").fill(STREET)


def _refuse_a_disguised_file(citizen: Visitor, tmp_path: Path) -> None:
    disguised = tmp_path / "平面图.pdf"
    disguised.write_bytes(b"MZ\x90\x00" + b"\x00" * 500)
    citizen.page.get_by_label("平面布局图").set_input_files(disguised)
    citizen.press("保存并继续")
    expect(citizen.page.locator("[data-error-summary]")).to_contain_text("不是 PDF、JPG 或 PNG")
    expect(_address(citizen).get_by_label("详细地址")).to_have_value(STREET)


def _name_the_staff(citizen: Visitor) -> None:
    """A table: a second row is opened and taken away again, what was typed stays."""
    page = citizen.page
    row = page.get_by_role("group", name="第 1 行")
    row.get_by_label("姓名").fill("罗建平")
    row.get_by_label("证件号码").fill("519902198804121032")
    row.get_by_label("岗位").select_option("厨师")
    row.get_by_label("健康证明有效期至").fill("2027-03-31")
    citizen.press("再加一行：直接接触食品的从业人员")
    citizen.look("07-form-table")
    citizen.press("删除这一行：直接接触食品的从业人员 2")
    expect(row.get_by_label("姓名")).to_have_value("罗建平")
    expect(page.get_by_role("group", name="第 2 行")).to_have_count(0)


def _promise(citizen: Visitor) -> None:
    page = citizen.page
    row = page.locator("main li").filter(has_text="食品安全管理制度")
    row.get_by_text("用告知承诺代替，不用交").click()
    citizen.choose("我已读懂并承诺", within=row)
    row.get_by_role("button", name="用承诺代替").click()
    page.wait_for_load_state()
    expect(page.locator("main li").filter(has_text="食品安全管理制度")).to_contain_text("已承诺")


def _picture(tmp_path: Path) -> str:
    path = tmp_path / "平面图.png"
    path.write_bytes(a_picture(size=200).read())
    return str(path)


def _open_case(staff: Visitor, number: str) -> None:
    staff.open(f"/workbench/?text={number}")
    staff.page.locator("main tr").filter(has_text=number).get_by_role("link").first.click()
    staff.page.wait_for_load_state()


def _then_the_clerk_accepts(visitor: Arrive, number: str) -> None:
    clerk = visitor(CLERK)
    clerk.open("/workbench/")
    clerk.look("20-worklist")
    _open_case(clerk, number)
    clerk.look("21-case-counter")
    clerk.press("受理")
    if clerk.page.get_by_role("button", name="受理", exact=True).count():
        clerk.press("受理")
    expect(clerk.page.locator("main")).to_contain_text("审查中")


def _and_two_departments_review(visitor: Arrive, number: str) -> None:
    for login, officer in ((FOOD, "范雨桐"), (FIRE, "")):
        reviewer = visitor(login)
        _open_case(reviewer, number)
        page = reviewer.page
        reviewer.look(f"22-case-review-{login}")
        reviewer.choose("同意")
        page.get_by_label(re.compile("^说明")).fill("现场核查，符合要求")
        if officer:
            page.get_by_label(re.compile("核查人员")).fill(officer)
        reviewer.press("提交审查意见")
        expect(page.locator("main")).to_contain_text("符合要求")


def _and_the_decider_approves(visitor: Arrive, number: str) -> None:
    decider = visitor(DECIDER)
    _open_case(decider, number)
    decider.look("23-case-decide")
    decider.press("准予")
    decider.look("24-approve")
    decider.press("确定准予")
    expect(decider.page.locator("main")).to_contain_text(re.compile("已决定|办结"))
    decider.look("25-case-decided")


def _then_the_certificate_is_there_signed_and_verifiable(citizen: Visitor, visitor: Arrive, tmp_path: Path) -> str:
    page = citizen.open("/my/certificates/")
    citizen.look("30-wallet")
    page.get_by_role("link", name=re.compile("食品经营许可证")).first.click()
    page.wait_for_load_state()
    address = page.url
    pdf = tmp_path / "licence.pdf"
    for _ in range(120):  # the signed file follows within seconds, on a busy machine within two minutes
        answer = citizen.context.request.get(f"{address}file.pdf")
        if answer.status == 200:
            pdf.write_bytes(answer.body())
            break
        time.sleep(1)
    assert pdf.exists(), "no signed file"
    page.reload()
    citizen.look("31-certificate")
    (PICTURES / "licence.pdf").write_bytes(pdf.read_bytes())
    told = subprocess.run(["pdfsig", str(pdf)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told, told
    assert "Total document signed" in told, told
    _sm2_is_confirmed_by_openssl(citizen.context.request.get(f"{address}sm2.zip").body(), pdf)
    link = page.locator("main").get_by_role("link", name=re.compile("核验")).first.get_attribute("href") or ""
    anybody = visitor()
    anybody.open(link)
    expect(anybody.page.locator("main")).to_contain_text("有效")
    anybody.look("32-verify-valid")
    return link


def _sm2_is_confirmed_by_openssl(package: bytes, pdf: Path) -> None:
    """The way the package itself describes: OpenSSL reads the key from the chain and checks the file."""
    folder = pdf.parent
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(folder)
    key = subprocess.run(
        ["openssl", "x509", "-in", folder / "signer.pem", "-noout", "-pubkey"], capture_output=True, check=True
    ).stdout
    (folder / "signer.pub").write_bytes(key)
    check = ["openssl", "dgst", "-sm3", "-verify", folder / "signer.pub", "-sigopt", "distid:1234567812345678"]
    check += ["-signature", folder / "signature.sm2"]
    told = subprocess.run([*check, pdf], capture_output=True, text=True, check=False)
    assert told.stdout.strip() == "Verified OK", told.stderr
    altered = folder / "altered.pdf"
    altered.write_bytes(pdf.read_bytes() + b"\n")
    assert subprocess.run([*check, altered], capture_output=True, check=False).returncode == 1


def _and_the_next_application_needs_no_upload(citizen: Visitor) -> str:
    page = citizen.open("/search/?q=食品安全等级")
    page.get_by_role("link", name=NEXT_ITEM).first.click()
    rows = page.locator("section", has=page.get_by_role("heading", name="您要准备的材料")).get_by_role("listitem")
    expect(rows.filter(has_text="食品经营许可证").first).to_contain_text("证照库中有效")
    citizen.look("40-next-guide")
    citizen.press("在线办理")
    expect(_address(citizen).get_by_label("详细地址")).to_have_value(STREET)
    expect(page.locator("main")).to_contain_text("来自食品经营许可证")
    citizen.look("41-next-form")
    citizen.press("保存并继续")
    expect(page.locator("main")).not_to_contain_text("还没有交")
    expect(page.locator("input[type=file]")).to_have_count(0)  # nothing to upload, and nowhere to
    citizen.look("42-next-materials")
    citizen.press("下一步：核对")
    page.locator("main label[for=declared]").click()
    citizen.press("提交申请")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d{21}"))
    citizen.press("看办理进度")
    citizen.look("43-my-case")
    return page.url


def _and_a_suspension_shows_everywhere(visitor: Arrive, citizen: Visitor, verify_url: str, open_case: str) -> None:
    decider = visitor(DECIDER)
    page = decider.open("/workbench/certificates/")
    decider.look("50-certificates")
    _open_licence(decider)
    decider.look("51-certificate-staff")
    decider.press("暂扣")
    page.get_by_label(re.compile("理由")).fill("涉嫌超范围经营，立案调查")
    page.get_by_label(re.compile("依据")).fill("食品安全法第一百一十条")
    decider.look("52-suspend")
    decider.press("确定暂扣")
    anybody = visitor()
    anybody.open(verify_url)
    expect(anybody.page.locator("main")).to_contain_text("暂扣")
    anybody.look("53-verify-suspended")
    citizen.open(open_case)
    expect(citizen.page.locator("main")).to_contain_text("您用的一张证照状态变了")
    expect(citizen.page.locator("main li").filter(has_text="食品经营许可证").first).to_contain_text("现在：暂扣")
    citizen.look("54-my-case-flagged")
    clerk = visitor(CLERK)
    clerk.open("/workbench/cases/?text=" + NEXT_ITEM)
    clerk.page.locator("main tr").filter(has_text=SHOP).get_by_role("link").first.click()
    expect(clerk.page.locator("main")).to_contain_text("暂扣")
    clerk.look("55-case-flagged")


def _open_licence(staff: Visitor) -> None:
    page = staff.open("/workbench/certificates/")
    row = page.locator("main").get_by_role("row").filter(has_text="食品经营许可证").filter(has_text="青禾").first
    row.get_by_role("link").first.click()
    page.wait_for_load_state()


def _and_two_leaders_revoke_it(visitor: Arrive, citizen: Visitor, verify_url: str, open_case: str) -> None:
    """One proposes and cannot decide on it; when the other agrees, everybody who relied on it sees red."""
    first = visitor(DECIDER)
    _open_licence(first)
    first.press("提出吊销")
    page = first.page
    page.get_by_label(re.compile("理由")).fill("超范围经营，情节严重")
    page.get_by_label(re.compile("依据")).fill("食品安全法第一百二十二条")
    page.get_by_label(re.compile("文号")).fill("示市监处罚〔2026〕17号")
    first.look("56-propose-revocation")
    first.press("确定提出吊销")
    expect(page.locator("main")).to_contain_text("等本部门另一位负责人审核")
    expect(page.get_by_role("button", name=re.compile("审核通过"))).to_have_count(0)
    anybody = visitor()
    anybody.open(verify_url)
    expect(anybody.page.locator("main")).to_contain_text("暂扣")
    second = visitor(DEPUTY)
    _open_licence(second)
    second.press("吊销待审核")
    second.look("57-second-leader")
    second.press("审核通过，吊销")
    expect(second.page.locator("main")).to_contain_text("已吊销")
    anybody.open(verify_url)
    expect(anybody.page.locator("main")).to_contain_text("吊销")
    anybody.look("58-verify-revoked")
    citizen.open(open_case)
    expect(citizen.page.locator("main li").filter(has_text="食品经营许可证").first).to_contain_text("现在：已吊销")
    citizen.look("59-my-case-red")
