"""My documents in a browser: two photos of a lease become one document, and its page says what it is."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey


def _photo(path: Path, colour: str) -> Path:
    target = io.BytesIO()
    Image.new("RGB", (900, 1200), colour).save(target, "JPEG")
    path.write_bytes(target.getvalue())
    return path


def test_two_photos_become_one_document(visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    person = visitor("13900000003")
    page = person.open("/my/documents/")
    person.look("90-locker-empty")
    page.get_by_label("这是什么材料").select_option(index=1)
    page.locator("input[type=file]").set_input_files(
        [_photo(tmp_path / "第一页.jpg", "white"), _photo(tmp_path / "第二页.jpg", "lightgrey")]
    )
    page.locator("main").get_by_role("button", name="上传").click()
    expect(page.locator("main")).to_contain_text("2 页")
    person.look("91-locker")
    page.locator("main .row-title a").first.click()
    expect(page.locator("main")).to_contain_text("还没有用在申请里")
    person.look("92-document")
    person.press("确定删去")
    expect(page.locator("main")).not_to_contain_text("第一页.jpg")
