"""Passkeys in a real Chromium with a virtual authenticator, under the site's own content security policy."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from common.models import AuditEvent
from identity.models import Account
from tests.factories.cast import PASSWORD, Cast, build_cast

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("database_beside_playwright")]
LI = "13900000001"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """A browser on a device whose owner proves themselves with a finger."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.context: BrowserContext = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.wire = self.context.new_cdp_session(self.page)
        self.wire.send("WebAuthn.enable")
        self.key = self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def open(self, name: str) -> None:
        self.page.goto(self.address + reverse(name))

    def press(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    def log_in(self, login: str) -> None:
        self.open("account_login")
        self.page.locator("[name=login]").fill(login)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press("登录")
        self.page.wait_for_url(lambda url: "login" not in url)

    def step_up(self) -> None:
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press("确认")

    def log_out(self) -> None:
        self.open("account_logout")
        self.press("退出")
        self.page.wait_for_url(self.address + "/")


@pytest.fixture
def cast(transactional_db) -> Cast:
    return build_cast()


@pytest.fixture
def device(transactional_db, live_server, browser: Browser, settings) -> Iterator[Device]:
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.PUBLIC_BASE_URL = address
    made = Device(browser, address)
    yield made
    made.context.close()


def test_a_passkey_is_added_named_used_and_removed(cast: Cast, device: Device):
    page = device.page
    device.log_in(LI)
    device.open("mfa_add_webauthn")
    device.step_up()
    page.get_by_label("名称").fill("我的手机𠮷")
    device.press("添加")
    expect(page.locator("main")).to_contain_text("恢复码")  # handed out with the first passkey
    device.open("mfa_list_webauthn")
    expect(page.locator("main")).to_contain_text("我的手机𠮷")
    page.get_by_role("link", name=re.compile("改名称")).click()
    page.get_by_label("名称").fill("旧手机")
    device.press("保存")
    expect(page.locator("main")).to_contain_text("旧手机")
    device.log_out()

    device.open("account_login")
    device.press("用通行密钥登录")
    page.wait_for_url(device.address + "/")
    assert AuditEvent.objects.filter(code="identity.signed_in").latest("pk").detail["method"] == "passkey"

    device.open("change_password")  # a passkey also counts before a sensitive step
    page.get_by_role("link", name="用通行密钥").click()
    device.press("用通行密钥确认")
    expect(page.get_by_role("heading", name="改密码")).to_be_visible()

    device.open("mfa_list_webauthn")
    page.get_by_role("link", name=re.compile("删除")).click()
    device.press("确定删除")
    expect(page.locator("main")).to_contain_text("还没有通行密钥")
    assert not Authenticator.objects.exists()
    device.log_out()
    device.open("account_login")
    device.press("用通行密钥登录")
    expect(page.locator("main")).to_contain_text("没有通过")
    assert device.complaints == []


def test_a_passkey_is_the_second_factor_of_staff(cast: Cast, device: Device, settings):
    settings.STAFF_MFA_REQUIRED = True
    page, number = device.page, Account.objects.get(pk=cast.clerk.account_id).username
    device.log_in(number)
    device.step_up()
    page.get_by_role("link", name="改用通行密钥").click()
    device.press("添加")
    expect(page.locator("main")).to_contain_text("恢复码")
    page.goto(device.address + reverse("worklist"))
    assert page.url == device.address + reverse("worklist")
    device.log_out()

    device.log_in(number)  # the password is only half of it now
    assert page.url.endswith(reverse("mfa_authenticate"))
    page.goto(device.address + reverse("worklist"))
    assert "login" in page.url or "2fa" in page.url
    device.open("mfa_authenticate")
    device.press("用通行密钥")
    page.wait_for_url(device.address + reverse("worklist"))
    device.log_out()

    device.open("account_login")  # alone it is both halves: the device and its owner's finger
    device.press("用通行密钥登录")
    page.wait_for_url(device.address + reverse("worklist"))
    assert device.complaints == []


def test_a_device_that_cannot_tell_its_owner_adds_nothing(cast: Cast, device: Device):
    device.wire.send("WebAuthn.setUserVerified", {"authenticatorId": device.key, "isUserVerified": False})
    device.log_in(LI)
    device.open("mfa_add_webauthn")
    device.step_up()
    device.press("添加")
    expect(device.page.locator("[data-passkey-status]")).to_contain_text("没有完成")
    assert not Authenticator.objects.exists()


def test_under_another_host_the_page_says_where_passkeys_work(cast: Cast, device: Device):
    device.page.goto(device.address.replace("localhost", "127.0.0.1") + reverse("account_login"))
    expect(device.page.locator("[data-passkey-status]")).to_contain_text("只能在 localhost 这个网址用")
    expect(device.page.get_by_role("button", name="用通行密钥登录")).to_be_disabled()
