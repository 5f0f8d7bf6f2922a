"""The sample department app, a standard client library, and people in a real browser: in at level three, not at two."""

import importlib.util
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from identity.actor import SYSTEM
from identity.models import SsoSession
from identity.sso import keys, logout
from tests.factories.cast import PASSWORD, Cast, a_citizen, a_person, build_cast
from tests.factories.sso import an_app
from tests.journeys.conftest import look_at

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "examples" / "department_app" / "app.py"
# Playwright keeps an event loop in this thread; the database is used between its steps, never inside one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
LI, LOW = "13900000001", "13900000007"


def _sample() -> ModuleType:
    spec = importlib.util.spec_from_file_location("department_app", SAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    cache.clear()
    made = build_cast()
    a_citizen(a_person("钱低级", serial="07", phone=LOW, level=2))
    return made


@pytest.fixture
def home(cast: Cast, live_server, settings) -> Iterator[str]:
    """The app runs beside the portal; yields its address."""
    settings.PUBLIC_BASE_URL = live_server.url
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = an_app(
        cast.scjg,
        name="健康服务平台",
        redirect_uris=[f"{url}/callback"],
        post_logout_redirect_uris=[f"{url}/"],
        backchannel_logout_uri=f"{url}/backchannel-logout",
    )
    sample = _sample()
    given = {
        "issuer": live_server.url,
        "client_id": app.client_id,
        "client_secret": app.secret,
        "redirect_uri": f"{url}/callback",
        "post_logout_redirect_uri": f"{url}/",
        "scope": "openid person.name person.id_number",
    }
    server = sample.serve(sample.DepartmentApp(given), port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield url
    server.shutdown()
    server.server_close()


@pytest.fixture(params=[360, 1440], ids=["phone", "desktop"])
def page(request, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 800}, locale="zh-CN")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()


def look(page: Page, name: str) -> None:
    look_at(page, f"sso-{name}-{page.viewport_size['width']}")


def sign_in(page: Page, home: str, login: str) -> None:
    page.goto(home)
    page.get_by_role("link", name="用一站通账号登录").click()
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录", exact=True).click()


def test_in_at_level_three_out_by_back_channel_and_refused_at_level_two(page: Page, home: str, live_server) -> None:
    sign_in(page, home, LI)
    expect(page.get_by_role("heading", level=1)).to_contain_text("健康服务平台")
    look(page, "consent")
    page.get_by_role("button", name="同意并登录").click()
    page.wait_for_url(f"{home}/")
    expect(page.locator("dl")).to_contain_text("李清荷")
    expect(page.locator("dl")).to_contain_text("realname-4")
    keys.rotate(SYSTEM, at_once=True)  # the logout comes signed by a key the app has not used yet
    page.goto(f"{live_server.url}/my/apps/")
    look(page, "apps")
    page.get_by_text("收回授权").click()
    page.get_by_role("button", name="确定收回").click()
    expect(page.locator("main")).to_contain_text("立即生效")
    _deliver()
    page.goto(home)
    expect(page.get_by_role("heading")).to_have_text("还没有登录")
    _again_and_out_from_the_app(page, home)
    sign_in(page, home, LOW)
    expect(page.locator("main")).to_contain_text("sso.level_too_low")
    look(page, "refused")
    page.get_by_role("link", name="回到“健康服务平台”").click()
    expect(page.locator("body")).to_contain_text("access_denied")


def _again_and_out_from_the_app(page: Page, home: str) -> None:
    """Signed in here already: one agreement, then out from the app, here as well."""
    page.get_by_role("link", name="用一站通账号登录").click()
    page.get_by_role("button", name="同意并登录").click()
    page.wait_for_url(f"{home}/")
    page.get_by_role("button", name="退出").click()
    look(page, "logout")
    page.get_by_role("button", name="一起退出").click()
    page.wait_for_url(f"{home}/**")
    expect(page.get_by_role("heading")).to_have_text("还没有登录")


def _deliver() -> None:
    """What the worker does."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        waiting = list(SsoSession.objects.filter(notice=SsoSession.Notice.WAITING))
        if waiting:
            for row in waiting:
                logout.deliver(session_id=row.pk)
            assert not SsoSession.objects.exclude(pk__in=[row.pk for row in waiting]).exists()
            assert SsoSession.objects.filter(notice=SsoSession.Notice.TOLD).count() == len(waiting)
            return
        time.sleep(0.2)
    raise AssertionError("no logout was asked for")
