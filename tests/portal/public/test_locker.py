"""My documents: put in, look at, take out."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from certificates.models import Document
from tests.factories.cast import Cast, a_picture
from tests.factories.visitors import address


def put(browser: Client, **fields: object):
    return browser.post(address("document_upload"), {"request_key": "k", **fields})


def test_a_file_put_in_is_found_by_the_next_application(cast: Cast, shop: Client):
    assert put(shop, kind="premises-proof", file=a_picture("合同.png")).url == address("locker")
    document = Document.objects.get()
    assert (document.kind, document.grade, document.owner_id) == ("premises-proof", "C", cast.shop.pk)
    page = shop.get(address("locker")).content.decode()
    assert "合同.png" in page
    assert "可信等级丙" in page
    assert "您 " in shop.get(address("item_guide", cast.item.pk)).content.decode()


def test_what_is_self_made_gets_the_grade_for_it(cast: Cast, shop: Client):
    put(shop, kind="floor-plan", file=a_picture())
    assert Document.objects.get().grade == "D"


def test_what_is_wrong_is_said_and_nothing_is_stored(cast: Cast, shop: Client):
    for fields, words in [
        ({"file": a_picture()}, "请选这份文件是什么材料"),
        ({"kind": "zzz", "file": a_picture()}, "请从列出的材料里选一个"),
        ({"kind": "floor-plan"}, "请先选一个文件"),
        ({"kind": "floor-plan", "file": SimpleUploadedFile("a.pdf", b"MZ")}, "文件内容不是"),
    ]:
        answer = put(shop, **fields)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Document.objects.exists()


def test_only_the_owner_looks_at_a_document_and_takes_it_out(cast: Cast, shop: Client, li: Client):
    put(shop, kind="floor-plan", file=a_picture())
    document = Document.objects.get()
    for browser in (li,):
        assert browser.get(address("document_file", document.pk)).status_code == 404
        assert browser.post(address("document_remove", document.pk)).status_code == 404
    assert shop.get(address("document_file", document.pk))["Content-Type"] == "image/png"
    assert shop.post(address("document_remove", document.pk)).url == address("locker")
    document.refresh_from_db()
    assert document.removed_at is not None
    assert shop.get(address("document_file", document.pk)).status_code == 404
