"""The wallet in a browser: a code is scanned once, a share is opened by its receiver and ended by the holder."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD, Visitor

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
HOLDER, RECEIVER = "13900000001", "13900000003"
CERTIFICATE, PURPOSE = "居民身份证", "办理入职手续"


def test_shown_once_then_shared_and_ended(visitor: Arrive) -> None:
    holder = visitor(HOLDER)
    page = holder.open("/my/certificates/")
    holder.look("93-wallet")
    page.locator("main").get_by_role("link", name=CERTIFICATE).first.click()
    holder.look("93-certificate")
    certificate = page.url
    _shown_once(holder, visitor)
    page.goto(certificate)
    expect(page.locator("main")).to_contain_text("现场扫码的人")
    _shared_and_ended(holder, visitor)
    page.goto(certificate)
    expect(page.locator("main")).to_contain_text(f"分享给王建国：{PURPOSE}")
    _reported(holder)


def _shown_once(holder: Visitor, visitor: Arrive) -> None:
    holder.press("亮证码（当面出示）")
    holder.look("94-show-choose")
    holder.press("生成亮证码")
    page = holder.page
    expect(page.locator(".show-code svg").first).to_be_visible()
    holder.look("94-show-code")
    address = (page.locator("#check-url").text_content() or "").strip()
    checker = visitor()
    checker.open(address)
    checker.look("95-checker-asks")
    checker.press("查看证照")
    expect(checker.page.locator("main")).to_contain_text("有效")
    expect(checker.page.locator("main")).to_contain_text("李**")
    expect(checker.page.locator("main")).not_to_contain_text("李清荷")
    checker.look("95-checker-sees")
    replay = visitor()
    replay.open(address)
    expect(replay.page.locator("main")).to_contain_text("这个码已经用过")
    replay.look("95-checker-replay")


def _shared_and_ended(holder: Visitor, visitor: Arrive) -> None:
    page = holder.page
    holder.press("分享给一个人或单位")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main [type=submit]").first.click()
    page.wait_for_load_state()
    holder.look("96-share-form")
    page.get_by_label("对方的号码").fill(RECEIVER)
    page.get_by_label("对方的姓名").fill("王建国")
    page.get_by_label("用途").first.select_option(index=1)
    page.get_by_label("具体用来做什么").fill(PURPOSE)
    holder.press("同意并分享")
    expect(page.locator("main")).to_contain_text("正在分享")
    holder.look("96-shares")
    receiver = visitor(RECEIVER)
    receiver.open("/my/shared/")
    receiver.look("97-shared-list")
    receiver.page.locator("main").get_by_role("link", name=CERTIFICATE).click()
    expect(receiver.page.locator("main")).to_contain_text(f"仅供王建国用于{PURPOSE}")
    receiver.look("97-shared")
    place = receiver.page.url
    copy = receiver.context.request.get(f"{place}file.pdf")
    assert copy.status == 200
    with pikepdf.open(io.BytesIO(copy.body())) as pdf:
        assert all("/Comparison" in one.Resources.XObject for one in pdf.pages)
    stranger = visitor("13900000005")
    assert stranger.context.request.get(place).status == 404
    page.locator("summary", has_text="结束这个分享").first.click()
    holder.press("确定结束")
    expect(page.locator("main")).to_contain_text("已结束")
    assert receiver.context.request.get(place).status == 404
    assert receiver.context.request.get(f"{place}file.pdf").status == 404


def _reported(holder: Visitor) -> None:
    page = holder.page
    page.locator("main").get_by_role("link", name="证照上的内容不对，向发证机关报错").click()
    page.get_by_label("哪里不对，应当是什么").fill("住址少写了单元号，应为2单元301")
    holder.look("98-report")
    holder.press("提交")
    expect(page.locator("main")).to_contain_text("等发证机关答复")
    holder.look("98-certificate")
