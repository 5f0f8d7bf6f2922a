"""A fee on the phone, from the notice to the receipt at a platform that signs; and a result handed out at the hall."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import PICTURES, Visitor, as_new
from tests.journeys.first_start import ROOT, City, free_port

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]

APPLICANT, PAYER, CLERK = "13900000007", "13900000006", "zwzx01"
RECEIVER, RECEIVER_MASKED = "13900000008", "何*"
CARD, SOCIAL = "居民身份证换领", "社会保障卡申领"
SECRET = "sample-secret-of-the-journey-0123456789"
PLATFORM = ROOT / "deploy/examples/payment_gateway/payment_gateway.py"
_SECONDS = 60


@pytest.fixture(scope="module")
def site(city: City, widths: tuple[int, ...]) -> Iterator[str]:
    """The city as new, with the sample payment platform as a program of its own beside it."""
    port, platform_port = free_port(), free_port()
    own = {"PORT": str(platform_port), "PORTAL_URL": f"http://127.0.0.1:{port}", "PAYMENT_SECRET": SECRET}
    platform = subprocess.Popen(
        [sys.executable, str(PLATFORM)], env={**os.environ, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    told = {
        "ONESTOP_PAYMENT_URL": f"http://127.0.0.1:{platform_port}",
        "ONESTOP_PAYMENT_MERCHANT": "SANDBOX-1",
        "ONESTOP_PAYMENT_SECRET": SECRET,
    }
    try:
        with as_new(city, port, **told) as address:
            yield address
    finally:
        platform.terminate()
        platform.wait(timeout=60)


def test_who_applies_knows_the_fee_before_submitting(visitor: Arrive) -> None:
    applicant = visitor(APPLICANT)
    _the_guide_says_what_it_costs(applicant)
    _the_check_page_counts_it(applicant)


def test_a_fee_is_paid_by_phone_and_the_receipt_comes_from_the_signed_message(visitor: Arrive) -> None:
    payer = visitor(PAYER)
    _the_case_owes_half_and_says_why(payer)
    _coming_back_unpaid_changes_nothing(payer)
    _paying_is_confirmed_by_the_platform(payer)
    _staff_see_that_it_is_paid(visitor)


def test_a_result_waits_at_the_hall_for_its_code(visitor: Arrive) -> None:
    code = _the_applicant_sees_the_code_once(visitor)
    _the_clerk_hands_out(visitor, code)


def _fees(somebody: Visitor) -> Locator:
    return somebody.page.locator("section", has=somebody.page.get_by_role("heading", name="费用", exact=True))


def _the_guide_says_what_it_costs(applicant: Visitor) -> None:
    page = applicant.open("/search/?q=" + CARD)
    page.locator("main").get_by_role("link", name=CARD).first.click()
    page.wait_for_load_state()
    expect(_fees(applicant)).to_contain_text("办一次 40.00 元")
    expect(_fees(applicant)).to_contain_text("登记内容变更换领的，收 20.00 元")
    applicant.look("100-fees-guide")


def _the_check_page_counts_it(applicant: Visitor) -> None:
    page = applicant.page
    applicant.press("在线办理")
    for answer in ("快到期或者已经到期", "本市"):
        applicant.choose(answer)
        applicant.press("保存并继续")
    applicant.press("保存并继续")  # who it is for is known
    applicant.choose("是")
    applicant.choose("到受理点领取")
    applicant.press("保存并继续")
    applicant.press("下一步：核对")
    expect(_fees(applicant)).to_contain_text("共 20.00 元")
    expect(_fees(applicant)).to_contain_text("原应缴 40.00 元，到期换领减免")
    expect(_fees(applicant)).to_contain_text("现在不用缴，受理以后缴")
    assert page.get_by_role("button", name="提交申请").is_visible()
    applicant.look("101-fees-check")


def _open_case(somebody: Visitor, item: str) -> None:
    page = somebody.open("/my/cases/")
    page.locator("main").get_by_role("link", name=re.compile(item)).first.click()
    page.wait_for_load_state()


def _the_case_owes_half_and_says_why(payer: Visitor) -> None:
    page = payer.page
    _open_case(payer, CARD)
    expect(page.locator("main")).to_contain_text("有一笔费用等您缴")
    expect(_fees(payer)).to_contain_text("20.00 元")
    payer.look("102-fees-case")
    payer.press("去缴费")
    expect(page.get_by_role("heading", level=1)).to_have_text("应缴 20.00 元")
    expect(page.locator("main")).to_contain_text("原应缴 40.00 元")
    payer.look("102-fees-owed")
    notice = page.get_by_role("link", name="打开缴费通知书")
    for _ in range(_SECONDS):  # the sealed notice follows within seconds
        if notice.count():
            break
        time.sleep(1)
        page.reload()
    answer = payer.context.request.get(payer.site + (notice.get_attribute("href") or ""))
    assert answer.headers["content-type"] == "application/pdf"
    (PICTURES / "fee-notice.pdf").write_bytes(answer.body())


def _coming_back_unpaid_changes_nothing(payer: Visitor) -> None:
    page = payer.page
    payer.press("在网上缴")
    payer.look("103-fees-order")
    payer.press("去支付平台付款")
    expect(page.get_by_role("heading", name="应付")).to_be_visible()
    payer.look("104-fees-platform")
    page.get_by_role("link", name="返回办事网站").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("应缴 20.00 元")
    payer.press("我付好了，看结果")
    expect(page.locator("body")).to_contain_text("支付平台还没有收到付款")
    expect(page.get_by_role("heading", level=1)).to_have_text("应缴 20.00 元")


def _paying_is_confirmed_by_the_platform(payer: Visitor) -> None:
    page = payer.page
    payer.press("去支付平台付款")
    page.get_by_role("button", name=re.compile("付款")).click()
    expect(page.locator("main")).to_contain_text("已付款")
    payer.look("105-fees-platform-paid")
    page.get_by_role("link", name="返回办事网站").click()
    receipt = page.get_by_text(re.compile(r"据〔\d{4}〕\d+号"))
    for _ in range(_SECONDS):  # the signed message may come after the payer
        if receipt.count():
            break
        time.sleep(1)
        page.reload()
    expect(page.locator("main")).to_contain_text("已缴费")
    payer.look("106-fees-paid")


def _staff_see_that_it_is_paid(visitor: Arrive) -> None:
    clerk = visitor(CLERK)
    page = clerk.open(f"/workbench/cases/?text={CARD}")
    page.locator("main tr").filter(has_text=CARD).get_by_role("link").first.click()
    page.wait_for_load_state()
    expect(_fees(clerk)).to_contain_text("已缴费")
    clerk.look("107-fees-staff")


def _the_applicant_sees_the_code_once(visitor: Arrive) -> str:
    receiver = visitor(RECEIVER)
    page = receiver.page
    _open_case(receiver, SOCIAL)
    receiver.look("108-pick-up-case")
    receiver.press("看取件码")
    receiver.press("看取件码")
    code = page.locator(".pick-up-code").inner_text().replace(" ", "")
    assert re.fullmatch(r"[A-Z2-9]{8}", code)
    receiver.look("109-pick-up-code")
    receiver.open(page.url.removesuffix("code/"))
    expect(page.locator(".pick-up-code")).to_have_count(0)
    return code


def _the_clerk_hands_out(visitor: Arrive, code: str) -> None:
    clerk = visitor(CLERK)
    page = clerk.open("/workbench/manage/")
    page.get_by_role("link", name=re.compile("待发放")).first.click()
    expect(page.locator("main")).to_contain_text(SOCIAL)
    clerk.look("110-pick-up-waiting")
    clerk.press("输入取件码发放")
    page.get_by_label("取件码").fill("AAAAAAAA")
    clerk.press("查找")
    clerk.look("111-pick-up-wrong")
    page.get_by_label("取件码").fill(f"{code[:4].lower()} {code[4:]}")
    clerk.press("查找")
    expect(page.locator("main")).to_contain_text(RECEIVER_MASKED)
    clerk.look("112-pick-up-receiver")
    page.locator("main label").filter(has_text=RECEIVER_MASKED).first.click()
    clerk.press("已核对，发放")
    expect(page.locator("main")).not_to_contain_text(RECEIVER_MASKED)
    clerk.look("113-pick-up-done")
