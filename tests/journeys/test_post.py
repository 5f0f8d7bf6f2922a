"""A card by post: chosen by the applicant, handed to a courier by the window, followed to the door by signed news."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import ROOT, Visitor, as_new, free_port

pytestmark = pytest.mark.journey
Arrive = Callable[..., Visitor]
APPLICANT, CLERK, CARD = "13900000003", "zwzx01", "老年人优待证办理"
SECRET = "sample-secret-of-the-journey-0123456789"
PROGRAM = ROOT / "deploy/examples/courier/courier.py"
_SECONDS = 120  # a busy machine seals late


@pytest.fixture(scope="module")
def courier() -> Iterator[tuple[int, int]]:
    """The sample courier as a program of its own; yields its port and that of the portal it tells."""
    port, own_port = free_port(), free_port()
    own = {"PORT": str(own_port), "PORTAL_URL": f"http://127.0.0.1:{port}", "COURIER_SECRET": SECRET}
    quiet = subprocess.DEVNULL
    program = subprocess.Popen([sys.executable, str(PROGRAM)], env={**os.environ, **own}, stdout=quiet, stderr=quiet)
    try:
        yield own_port, port
    finally:
        program.terminate()
        program.wait(timeout=60)


@pytest.fixture(scope="module")
def site(city: Path, courier: tuple[int, int]) -> Iterator[str]:
    """The city as new, connected to the courier."""
    own_port, port = courier
    told = {
        "ONESTOP_COURIER_URL": f"http://127.0.0.1:{own_port}",
        "ONESTOP_COURIER_CUSTOMER": "SANDBOX-1",
        "ONESTOP_COURIER_SECRET": SECRET,
    }
    with as_new(city, port, **told) as address:
        yield address


def test_a_card_comes_home_by_post(visitor: Arrive, courier: tuple[int, int]) -> None:
    applicant, clerk = visitor(APPLICANT), visitor(CLERK)
    number = _the_applicant_wants_it_by_post(applicant)
    _the_window_decides_at_once(clerk, number)
    _and_hands_it_to_the_courier(clerk, number)
    way = visitor()
    way.open(f"http://127.0.0.1:{courier[0]}/")
    _until(way, lambda: way.page.get_by_role("button", name="揽收").count() > 0)  # a job orders the parcel
    for step in ("揽收", "运输", "派送"):
        way.press(step)
    _until(applicant, lambda: _delivery(applicant).filter(has_text="派送").count() > 0)
    applicant.look("post-05-on-its-way")
    way.press("签收")
    _until(applicant, lambda: _delivery(applicant).filter(has_text="签收。").count() > 0)
    applicant.look("post-06-signed-for")


def _delivery(applicant: Visitor) -> Locator:
    page = applicant.page
    return page.locator("section", has=page.get_by_role("heading", name="结果怎么给您"))


def _until(somebody: Visitor, is_so: Callable[[], bool]) -> None:
    """Load the page again until it says so: what another program tells comes within seconds."""
    give_up = time.monotonic() + _SECONDS
    somebody.page.reload()
    while not is_so():
        assert time.monotonic() < give_up, somebody.page.locator("main").inner_text()
        time.sleep(0.5)
        somebody.page.reload()


def _the_applicant_wants_it_by_post(applicant: Visitor) -> str:
    page = applicant.open("/my/cases/")
    page.locator("main").get_by_role("link", name=re.compile(CARD)).first.click()
    page.wait_for_load_state()
    found = re.search(r"\d{21}", page.locator("main").inner_text())
    assert found
    _delivery(applicant).get_by_role("link").first.click()
    page.wait_for_load_state()
    applicant.choose("邮寄到家")
    page.get_by_label("收件人", exact=True).fill("王建国")
    page.get_by_label("收件人手机号").fill(APPLICANT)
    page.get_by_label("省、市、区（县）").fill("示范市滨江区")
    page.get_by_label("街道、门牌号").fill("临江镇柳堤巷9号")
    applicant.look("post-01-address")
    applicant.press("记下")
    expect(_delivery(applicant)).to_contain_text("做好以后寄给")
    applicant.look("post-02-chosen")
    return found.group()


def _the_window_decides_at_once(clerk: Visitor, number: str) -> None:
    page = clerk.open(f"/workbench/cases/?text={number}")
    page.locator("main tr").filter(has_text=number).get_by_role("link").first.click()
    page.wait_for_load_state()
    seen = page.locator("main").get_by_role("button", name=re.compile("^已核对原件"))
    while left := seen.count():
        seen.first.click()
        expect(seen).to_have_count(left - 1)
    clerk.press("当场办结")
    clerk.press("确定当场办结")
    expect(page.locator("main")).to_contain_text(re.compile("已决定|办结"))


def _and_hands_it_to_the_courier(clerk: Visitor, number: str) -> None:
    page = clerk.open("/workbench/hand-out/")
    row = page.locator("main li").filter(has_text=number)
    _until(clerk, lambda: row.count() > 0)
    clerk.look("post-03-to-send")
    row.get_by_role("link", name=re.compile("邮寄")).first.click()
    page.wait_for_load_state()
    clerk.look("post-04-send")
    clerk.press("已装好，交快递")
