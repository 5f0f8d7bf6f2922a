"""The whole demonstration, started as a newcomer would, and people who use it in a real browser."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from common.launch import demo, embedded, server_state
from common.launch.server_state import DATABASE, ROLE

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "journeys"
PASSWORD = "Onestop-2026"
WIDTHS = (360, 1440)
BOTH = [pytest.param((width,), id=str(width)) for width in WIDTHS]
_START_SECONDS = 300
_KEPT = "first_start"
_axe = Axe()


@pytest.fixture(scope="module")
def widths(request: pytest.FixtureRequest) -> tuple[int, ...]:
    """How wide screens are, in CSS pixels: people work at the first width, and each page is looked at in all.

    ``@pytest.mark.parametrize("widths", BOTH, indirect=True, scope="module")`` walks the whole way at each width.
    """
    return getattr(request, "param", WIDTHS)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data of a first start, kept aside so that every journey begins with the same city."""
    var = tmp_path_factory.mktemp("city")
    fonts = settings.VAR_DIR / "fonts"  # converted once on a machine; the same files for every run
    fonts.mkdir(parents=True, exist_ok=True)
    (var / "fonts").symlink_to(fonts)
    _start_and_stop(var)
    with embedded.session(var):
        _in_database(var, f"CREATE DATABASE {_KEPT} TEMPLATE {DATABASE}")
        shutil.copytree(var / "media", var / _KEPT)
        yield var


@pytest.fixture(scope="module")
def site(city: Path, widths: tuple[int, ...]) -> Iterator[str]:
    """Run the programs of ``make run`` on a city as new; yields the address."""
    with as_new(city, free_port()) as address:
        yield address


@contextmanager
def as_new(city: Path, port: int, **more: str) -> Iterator[str]:
    """The programs on a port with a city as new; ``more`` is added to their environment."""
    _in_database(
        city,
        f"DROP DATABASE {DATABASE} WITH (FORCE)",
        f"CREATE DATABASE {DATABASE} TEMPLATE {_KEPT} OWNER {ROLE}",
    )
    shutil.rmtree(city / "media")
    shutil.copytree(city / _KEPT, city / "media")
    with _serving(city, port, more) as address:
        yield address


def _in_database(var: Path, *statements: str) -> None:
    with server_state.load_or_create(var).connect(admin=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _start_and_stop(var: Path) -> None:
    """Start for the first time the way a newcomer does: ``make run``, from nothing to the page, and Ctrl-C."""
    log = var / "run.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "common.launch", "run"]
        environment = _environment(var, free_port())
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_until_up(process, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


@contextmanager
def _serving(var: Path, port: int, more: dict[str, str]) -> Iterator[str]:
    """Run the web server and the background worker alone: the kept city is prepared already."""
    log = var / "serve.log"
    with log.open("wb") as output:
        programs = [
            subprocess.Popen(
                child.command, cwd=ROOT, env=_environment(var, port) | more, stdout=output,
                stderr=output, start_new_session=True,
            )
            for child in demo.children(port)
        ]  # fmt: skip
    try:
        _wait_until_answered(port, programs, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        for program in programs:
            os.killpg(program.pid, signal.SIGTERM)
        for program in programs:
            program.wait(timeout=60)
        shutil.copy(log, PICTURES / "serve.log") if PICTURES.exists() else None


def _environment(var: Path, port: int) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return environment | {
        "ONESTOP_VAR_DIR": str(var), "PORT": str(port), "DJANGO_SETTINGS_MODULE": demo.SETTINGS,
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen, log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        text = log.read_text(encoding="utf-8", errors="replace")
        if "Ctrl-C stops everything" in text:
            assert "answers 5" not in text, text
            return
        assert process.poll() is None, text
        time.sleep(0.5)
    raise AssertionError(f"not up after {_START_SECONDS} s:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _wait_until_answered(port: int, programs: list[subprocess.Popen], log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        if status := demo.ask(port):
            assert status < 500, log.read_text(encoding="utf-8", errors="replace")
            return
        assert all(program.poll() is None for program in programs), log.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.1)
    raise AssertionError(f"no answer for {_START_SECONDS} s:\n{log.read_text(encoding='utf-8', errors='replace')}")


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
        """At every width: take a picture, check that nothing is wider than the screen, and ask axe (by a script)."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width in self.widths:
            with self.at(width):
                self._look(name, width)

    def _look(self, name: str, width: int) -> None:
        self.page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} is {over} px wider than {width} px"
        if self.scripts:
            found = _axe.run(self.page)
            assert found.violations_count == 0, f"{name} at {width} px:\n{found.generate_report()}"
        assert self.complaints == [], f"{name}: {self.complaints}"


@pytest.fixture
def visitor(browser: Browser, site: str, widths: tuple[int, ...]) -> Iterator[Callable[..., Visitor]]:
    """Make visitors: ``visitor("13900000001")``, and ``scripts=False`` for one whose browser runs none."""
    everybody: list[Visitor] = []

    def arrive(login: str = "", *, scripts: bool = True) -> Visitor:
        somebody = Visitor(browser, site, widths, scripts=scripts)
        everybody.append(somebody)
        if login:
            somebody.sign_in(login)
        return somebody

    yield arrive
    for somebody in everybody:
        somebody.context.close()
