"""The whole way through the sample identity service in a real browser, on a phone and on a desktop."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.factories.cast import build_cast
from tests.factories.upstream import NEWCOMER, FaultyService, running, settings_for
from tests.journeys.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("database_beside_playwright")]


@pytest.fixture
def upstream(transactional_db, live_server, settings) -> Iterator[FaultyService]:
    settings.PUBLIC_BASE_URL = live_server.url
    with running(live_server.url + reverse("upstream_callback")) as made:
        settings.UPSTREAM = settings_for(made)
        yield made


@pytest.mark.parametrize("width", [360, 1440])
def test_a_person_leaves_for_the_service_and_comes_back_signed_in(
    upstream: FaultyService, live_server, browser: Browser, width: int
):
    cast = build_cast()
    cache.clear()
    upstream.people = {
        "new": dict(NEWCOMER),
        "li": {**NEWCOMER, "name": "李青荷", "id_number": cast.li.id_number, "sub": "other"},
    }
    somebody = Visitor(browser, live_server.url, (width,))
    page = somebody.page
    somebody.open(reverse("account_login"))
    somebody.look("signin-1-login")
    somebody.press("用示例身份认证服务账号登录")
    page.get_by_role("button", name="李青荷").click()  # the register here writes another character
    expect(page.get_by_role("heading", name="没有登录成功")).to_be_visible()
    somebody.complaints = [text for text in somebody.complaints if "409" not in text]
    somebody.look("signin-2-refused")
    somebody.press("用密码登录")
    somebody.press("用示例身份认证服务账号登录")
    page.get_by_role("button", name="纪新来").click()
    expect(page.locator("body")).to_contain_text("纪**")
    somebody.open(reverse("change_password"))
    somebody.look("signin-3-step-up")
    somebody.open(reverse("mfa_index"))
    somebody.look("signin-4-factors")
    somebody.open(reverse("mfa_list_webauthn"))
    somebody.look("signin-5-passkeys")
    assert somebody.complaints == []
    somebody.context.close()
