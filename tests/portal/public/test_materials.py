"""Materials: one file or choice for each, and what is wrong stands beside it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Case, CaseMaterial
from certificates.models import Document
from tests.factories.cast import Cast, a_picture
from tests.factories.moves import a_draft
from tests.factories.visitors import address

_Way = CaseMaterial.Way


@pytest.fixture
def case(cast: Cast) -> Case:
    return a_draft(cast)


def row(case: Case, key: str) -> CaseMaterial:
    return case.materials.select_related("requirement").get(requirement__key=key)


def upload(browser: Client, case: Case, key: str, file: SimpleUploadedFile | None, request_key: str = "k"):
    fields = {"request_key": request_key} | ({"file": file} if file else {})
    return browser.post(address("material_upload", case.pk, row(case, key).pk), fields)


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        (SimpleUploadedFile("营业执照.pdf", b"MZ this is a program"), 422, "文件内容不是 PDF、JPG 或 PNG"),
        (SimpleUploadedFile("空.pdf", b""), 422, "文件是空的"),
        (SimpleUploadedFile("坏.png", b"\x89PNG\r\n\x1a\nnothing"), 422, "文件打不开"),
        (SimpleUploadedFile("大.pdf", b"%PDF-" + b"0" * (50 * 1024 * 1024)), 413, "超过 20 MB 的上限"),
        (None, 422, "请先选一个文件"),
    ],
    ids=["disguised", "empty", "damaged", "fifty megabytes", "none"],
)
def test_what_is_wrong_with_a_file_stands_beside_its_material(cast, shop, case, file, status, words):
    answer = upload(shop, case, "plan", file)
    page = answer.content.decode()
    box = f"material-{row(case, 'plan').pk}-file"
    assert answer.status_code == status
    assert f'href="#{box}"' in page
    assert f'id="{box}-error"' in page
    assert words in page
    assert page.count('class="field field-wrong"') == 1
    assert not Document.objects.exists()
    assert row(case, "plan").way == _Way.MISSING


def test_a_text_field_of_many_megabytes_gets_a_page_with_words(cast: Cast, shop: Client, case: Case):
    answer = shop.post(address("draft_step", case.pk, "shop"), {"note": "大" * (6 * 1024 * 1024)})
    assert answer.status_code == 400
    assert "请求无法识别" in answer.content.decode()


def test_the_same_press_twice_stores_one_file_and_another_file_is_another(cast: Cast, shop: Client, case: Case):
    for _press in range(2):
        upload(shop, case, "plan", a_picture("甲.png"))
    assert Document.objects.count() == 1
    upload(shop, case, "plan", a_picture("乙.png", size=40))
    assert Document.objects.count() == 2
    assert row(case, "plan").document.file_name == "乙.png"


def test_a_declaration_needs_to_be_read(cast: Cast, shop: Client, case: Case):
    place = address("material_promise", case.pk, row(case, "rules").pk)
    assert "请先勾选" in shop.post(place, follow=True).content.decode()
    assert row(case, "rules").way == _Way.MISSING
    shop.post(place, {"promised": "on"})
    assert row(case, "rules").way == _Way.PROMISE
    shop.post(address("material_clear", case.pk, row(case, "rules").pk))
    assert row(case, "rules").way == _Way.MISSING


def test_a_way_that_is_not_offered_is_a_conflict(cast: Cast, shop: Client, case: Case):
    for name in ("material_promise", "material_defer"):
        answer = shop.post(address(name, case.pk, row(case, "plan").pk), {"promised": "on"})
        assert answer.status_code == 409
        assert "不能用这种方式提交" in answer.content.decode()
    assert row(case, "plan").way == _Way.MISSING


def test_an_upload_can_be_looked_at_by_its_owner_only(cast: Cast, shop: Client, li: Client, case: Case):
    upload(shop, case, "plan", a_picture())
    place = address("material_file", case.pk, row(case, "plan").pk)
    answer = shop.get(place)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, no-store"
    assert li.get(place).status_code == 404, "Li acts for herself here, not for the shop"


def test_a_material_of_another_case_is_not_found(cast: Cast, shop: Client, case: Case):
    place = address("material_upload", case.pk, "00000000-0000-7000-8000-000000000000")
    assert shop.post(place, {"file": a_picture()}).status_code == 404
    assert shop.post(place, {}).status_code == 404
    assert not Document.objects.exists()


def test_the_page_says_why_nothing_has_to_be_handed_in(cast: Cast, shop: Client, case: Case):
    page = shop.get(address("draft_materials", case.pk)).content.decode()
    assert "份要交，共 4 份" in page
    assert "证照库中有效" in page
    assert "用告知承诺代替，不用交" in page
    assert "已制定" in page
    assert "30 个工作日内" in page
