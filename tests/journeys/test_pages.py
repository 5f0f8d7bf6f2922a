"""Pages of a lease put together on a phone; and at the office, where a licence came from and what relies on it."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from portal.demo.staff import places
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey


def _photo(path: Path, colour: str, *, noise: bool = False) -> Path:
    target = io.BytesIO()
    picture = Image.effect_noise((1600, 1200), 80).convert("RGB") if noise else Image.new("RGB", (900, 1200), colour)
    ImageDraw.Draw(picture).rectangle((80, 80, 400, 160), fill="black")
    picture.save(target, "JPEG", quality=92)
    path.write_bytes(target.getvalue())
    return path


def test_pages_go_in_pieces_survive_a_broken_line_and_a_reload(visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    person = visitor("13900000003")
    page = person.open("/my/documents/")
    person.press("一页一页放")
    person.look("93-tray-empty")
    box = page.locator("#sheets-file")
    box.set_input_files([_photo(tmp_path / "第一页.jpg", "white"), _photo(tmp_path / "第二页.jpg", "lightgrey")])
    expect(page.locator(".sheet")).to_have_count(2)

    big, broken = _photo(tmp_path / "大图.jpg", "", noise=True), []

    def break_once(route) -> None:
        if route.request.method == "PATCH" and len(broken) < 1:
            broken.append(1)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/my/uploads/**", break_once)
    box.set_input_files(big)
    expect(page.locator(".sheet")).to_have_count(3, timeout=30_000)
    assert broken == [1]
    person.complaints.clear()  # the browser tells of the line we broke
    page.locator(".sheet").nth(2).get_by_role("button", name=re.compile("转")).click()
    expect(page.locator("img.turn-1")).to_have_count(1)
    page.locator(".sheet").nth(2).get_by_role("button", name=re.compile("往前")).click()
    expect(page.locator(".sheet").nth(1)).to_contain_text("大图.jpg")
    page.reload()
    expect(page.locator(".sheet").nth(1)).to_contain_text("大图.jpg")
    page.locator(".sheet").nth(0).get_by_role("button", name=re.compile("删")).click()
    expect(page.locator(".sheet")).to_have_count(2)
    person.look("94-tray")
    page.get_by_label("这是什么材料").select_option(index=1)
    person.press("合成一份，交")
    page.wait_for_url("**/my/documents/")
    expect(page.locator("main")).to_contain_text("2 页")
    expect(page.locator("main")).not_to_contain_text("整理到一半")


def test_where_a_licence_came_from_and_what_relies_on_it(visitor: Callable[..., Visitor]) -> None:
    number = next(place.number for place in places() if place.role == "decider" and place.department_key == "scjg")
    officer = visitor(number)
    page = officer.open("/workbench/certificates/?text=营业执照")
    links = page.locator("main table a").evaluate_all("rows => rows.map(row => row.getAttribute('href'))")
    for link in links:
        officer.open(f"{link}provenance/")
        if page.locator("svg.pic-wide .pic-you, svg.pic-wide .pic-bad").count() > 1:
            break
    officer.look("95-provenance")
    officer.open(link)
    officer.look("96-certificate")
    officer.press("依据此证作出的决定")
    officer.look("97-decisions")
    officer.open("/workbench/changes/")
    officer.look("98-changes")
