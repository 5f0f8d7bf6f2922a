"""The whole demonstration, started as a newcomer would, and people who use it in a real browser."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect

from common.launch import demo
from tests.journeys import first_start, nursery
from tests.journeys.first_start import ROOT, City, free_port
from tests.journeys.nursery import Nursery

PLACE = Path(__file__).resolve().parent
PICTURES = ROOT / "build" / "journeys"
_TAKES_PICTURES = bool(os.environ.get("ONESTOP_PICTURES"))
PASSWORD = "Onestop-2026"
WIDTHS = (360, 1440)
BOTH = [pytest.param((width,), id=str(width)) for width in WIDTHS]
_FAILED = pytest.StashKey[bool]()
_START_SECONDS = 300
_axe = Axe()
expect.set_options(timeout=10_000)  # a busy machine answers late; what never comes is still missed


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest way first, so that no worker waits at the end for another one's last."""
    items.sort(key=lambda item: -item.path.stat().st_size if item.path.parent == PLACE else 0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed: its visitors leave a picture of what they see."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="module")
def widths(request: pytest.FixtureRequest) -> tuple[int, ...]:
    """How wide screens are, in CSS pixels: people work at the first width, and each page is looked at in all.

    ``@pytest.mark.parametrize("widths", BOTH, indirect=True, scope="module")`` walks the whole way at each width.
    """
    return getattr(request, "param", WIDTHS)


@pytest.fixture(scope="session", autouse=True)
def _place_for_pictures() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[City]:
    """A city of this worker's own, begun anew by every journey."""
    shared = tmp_path_factory.getbasetemp()
    folder = (shared if worker_id == "master" else shared.parent) / "first-start"
    with first_start.copied(folder, tmp_path_factory.mktemp("city"), f"journeys_{worker_id}") as made:
        made.begin_anew()
        yield made


@pytest.fixture(scope="session")
def web(city: City) -> Iterator[str]:
    """The web server of all journeys, which finds each module's city in place of the one before; yields the address."""
    with _running(city, free_port(), "web server") as address:
        yield address


@pytest.fixture(scope="session")
def workers(city: City, web: str) -> Iterator[Nursery]:
    """Where the background worker of each module comes from."""
    with nursery.opened(city.environment(urlsplit(web).port or 0)) as made:
        yield made


@pytest.fixture(scope="module")
def site(city: City, web: str, workers: Nursery, widths: tuple[int, ...]) -> Iterator[str]:
    """The programs of ``make run`` on a city as new; yields the address."""
    city.begin_anew()
    with _kept(city.var / f"background worker-{urlsplit(web).port}.log") as log, workers.worker(log):
        _wait_until_answered(web)
        yield web


@contextmanager
def _kept(log: Path) -> Iterator[Path]:
    """Put a program's log beside the pictures in the end."""
    yield log
    shutil.copy(log, PICTURES)


@contextmanager
def as_new(city: City, port: int, **more: str) -> Iterator[str]:
    """Programs of their own on a port, with a city as new; ``more`` is added to their environment."""
    city.begin_anew()
    with _running(city, port, "web server", **more) as address, _running(city, port, "background worker", **more):
        yield address


@contextmanager
def _running(city: City, port: int, name: str, **more: str) -> Iterator[str]:
    """Run one of the programs of ``make run``; the web server is there when it has answered."""
    log = city.var / f"{name}-{port}.log"
    address = f"http://127.0.0.1:{port}"
    child = next(child for child in demo.children(port) if child.name == name)
    with log.open("ab") as output:
        program = subprocess.Popen(
            child.command, cwd=ROOT, env=city.environment(port) | more, stdout=output,
            stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        if name == "web server":
            _wait_until_answered(address, program, log)
        yield address
    finally:
        os.killpg(program.pid, signal.SIGTERM)
        program.wait(timeout=60)
        shutil.copy(log, PICTURES)


def _wait_until_answered(address: str, program: subprocess.Popen | None = None, log: Path | None = None) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        said = log.read_text(encoding="utf-8", errors="replace") if log else ""
        if status := demo.ask(urlsplit(address).port or 0):
            assert status < 500, said
            return
        assert program is None or program.poll() is None, said
        time.sleep(0.1)
    raise AssertionError(f"no answer for {_START_SECONDS} s")


# A refused form is an answer, and a request given up for a later one is meant (htmx says both of its events as
# errors); a request that fails says htmx:sendError.
_NO_FAULT = ("422 (", "htmx:sendAbort", "htmx:afterRequest")


class Visitor:
    """One person at one browser: complaints of the console are failures, every page can be looked at."""

    def __init__(self, browser: Browser, site: str, widths: tuple[int, ...], *, scripts: bool = True) -> None:
        self.site = site
        self.widths = widths
        self.scripts = scripts
        self.context = browser.new_context(
            viewport={"width": widths[0], "height": 800}, locale="zh-CN", java_script_enabled=scripts
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not any(known in said.text for known in _NO_FAULT):
            self.complaints.append(said.text)

    def open(self, path: str) -> Page:
        """Go to a path of the site."""
        self.page.goto(path if path.startswith("http") else self.site + path)
        return self.page

    def sign_in(self, login: str) -> None:
        """Sign in on the sign-in page."""
        self.open("/account/login/")
        self.page.locator("[name=login]").fill(login)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press("登录")

    def press(self, name: str) -> None:
        """Press the button (or the link that looks like one) with this name and wait for the page it leads to."""
        main = self.page.locator("main")
        words = re.escape(name).replace("：", r"\s*：")  # hidden words may follow a space
        spoken = re.compile(f"^{words}$")
        target = main.get_by_role("button", name=spoken).or_(main.get_by_role("link", name=spoken))
        target.first.click()
        self.page.wait_for_load_state()

    def choose(self, label: str, *, within: Locator | None = None) -> None:
        """Tick the box or the circle with this label, the way a finger does: on its words."""
        area = within or self.page.locator("main")
        area.locator("label").filter(has_text=re.compile(f"^\\s*{re.escape(label)}\\s*$")).first.click()

    @contextmanager
    def at(self, width: int) -> Iterator[None]:
        """See the page on a screen of another width for a while."""
        self.page.set_viewport_size({"width": width, "height": 800})
        yield
        self.page.set_viewport_size({"width": self.widths[0], "height": 800})

    def look(self, name: str) -> None:
        """At every width: check that nothing is wider than the screen, ask axe, and take a picture if wanted."""
        for width in self.widths:
            with self.at(width):
                self._look(name, width)

    def _look(self, name: str, width: int) -> None:
        look_at(self.page, f"{name}-{width}", scripts=self.scripts)
        assert self.complaints == [], f"{name}: {self.complaints}"


def look_at(page: Page, name: str, *, scripts: bool = True) -> None:
    """Check that nothing is wider than the screen, ask axe (by a script), and take a picture if wanted."""
    page.wait_for_load_state()
    keep_picture(page, name)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{name} is {over} px wider than the screen"
    if scripts:
        found = _axe.run(page)
        assert found.violations_count == 0, f"{name}:\n{found.generate_report()}"


def keep_picture(page: Page, name: str) -> None:
    """Keep the whole page as it looks now, where ``ONESTOP_PICTURES`` is set."""
    if _TAKES_PICTURES:
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


@pytest.fixture
def visitor(
    browser: Browser, site: str, widths: tuple[int, ...], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    """Make visitors: ``visitor("13900000001")``, and ``scripts=False`` for one whose browser runs none."""
    everybody: list[Visitor] = []

    def arrive(login: str = "", *, scripts: bool = True) -> Visitor:
        somebody = Visitor(browser, site, widths, scripts=scripts)
        everybody.append(somebody)
        if login:
            somebody.sign_in(login)
        return somebody

    yield arrive
    failed = request.node.stash.get(_FAILED, False)
    for number, somebody in enumerate(everybody):
        if failed:
            with suppress(Error):  # the browser may be gone
                somebody.page.screenshot(path=PICTURES / f"failed-{request.node.name}-{number}.png", full_page=True)
        somebody.context.close()
