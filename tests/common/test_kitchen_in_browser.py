"""The pages in a real browser: nothing wider than the screen, axe finds nothing, large type is large."""

import mimetypes
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from csp.utils import build_policy
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route

from tests.common.kitchen import render

pytestmark = [
    pytest.mark.journey,
    pytest.mark.urls("tests.common.kitchen_urls"),
]
ADDRESS = "http://look.test/page/"
EVERY_LOOK = [
    (page, senior, width)
    for page in ("sink.html", "desk.html", "errors/error.html")
    for senior in (False, True)
    for width in (360, 1440)
]

SMALL_TEXT = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.offsetParent && !e.closest('svg, .visually-hidden'))
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => parseFloat(getComputedStyle(e).fontSize) < 24).map(e => e.outerHTML)"""
LOW_TARGETS = """() => [...document.querySelectorAll(
        'button, a.button, .tool, .public-nav a, .pagination a, select, .choice, .field input[type=text]')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < 60).map(e => e.outerHTML)"""


@pytest.fixture
def open_page(browser):
    """Open rendered HTML under the site's own content security policy; complaints of the console are kept."""
    opened: list[Page] = []

    def open_html(html: str, width: int = 1440) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.complaints = []
        page.posts = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.route("http://look.test/**", lambda route: _answer(route, page, html))
        page.goto(ADDRESS)
        opened.append(page)
        return page

    yield open_html
    for page in opened:
        page.close()


def _answer(route: Route, page: Page, html: str) -> None:
    path = route.request.url.removeprefix("http://look.test").split("?")[0]
    if route.request.method == "POST":
        page.posts.append(route.request.post_data or "")
        route.fulfill(status=204)
    elif path.startswith("/static/"):
        found = finders.find(path.removeprefix("/static/"))
        kind = mimetypes.guess_type(path)[0] or "text/plain"
        route.fulfill(body=Path(found).read_bytes(), content_type=kind)
    else:
        headers = {"Content-Security-Policy": build_policy()}
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)


@pytest.mark.parametrize(("template", "senior", "width"), EVERY_LOOK)
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(open_page, template, senior, width):
    page = open_page(render(template, senior_mode=senior), width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


@pytest.mark.parametrize("width", [360, 1440])
def test_senior_text_is_18_points_and_targets_are_60_pixels(open_page, width):
    page = open_page(render("sink.html", senior_mode=True), width)

    small = page.evaluate(SMALL_TEXT)
    low = page.evaluate(LOW_TARGETS)

    assert small == []
    assert low == []


def test_htmx_runs_under_the_policy_without_breaking_it(open_page):
    page = open_page(render("sink.html"))

    assert page.evaluate("htmx.config.includeIndicatorStyles") is False
    assert page.evaluate("htmx.config.allowEval") is False
    assert page.complaints == []


def test_the_error_summary_has_the_focus_when_the_page_opens(open_page):
    page = open_page(render("sink.html"))

    assert page.evaluate("document.activeElement.className") == "error-summary"


def test_a_second_press_sends_nothing_more_and_the_value_of_the_button_is_kept(open_page):
    page = open_page(render("sink.html"))
    button = page.get_by_role("button", name="保存并继续")

    button.click()
    page.wait_for_function("document.querySelector('[value=next]').disabled")
    button.click(force=True)
    page.wait_for_timeout(200)

    assert len(page.posts) == 1
    assert 'name="step"' in page.posts[0]
    assert button.get_attribute("aria-busy") == "true"


def test_typing_is_saved_by_itself_and_said_aloud(open_page):
    page = open_page(render("sink.html"))

    page.fill("#id_note", "门口有台阶")
    page.wait_for_selector("[data-autosave-status][data-state=saved]")

    assert "已自动保存" in page.inner_text("[data-autosave-status]")
    assert "门口有台阶" in page.posts[0]
