"""My documents: put in, look at, take out."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from certificates import locker
from certificates.models import Document
from tests.factories import moves
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


def test_several_photos_become_one_document(cast: Cast, shop: Client):
    photos = [a_picture("一.png"), a_picture("二.png", size=30)]
    assert put(shop, kind="premises-proof", file=photos).status_code == 302
    document = Document.objects.get()
    assert (document.media_type, document.pages, document.file_name) == ("application/pdf", 2, "一.png")
    assert "2 页" in shop.get(address("locker")).content.decode()
    assert put(shop, kind="premises-proof", file=[a_picture(), SimpleUploadedFile("a.pdf", b"MZ")]).status_code == 422
    assert put(shop, kind="premises-proof", file=[a_picture(), SimpleUploadedFile("a.pdf", b"")]).status_code == 422
    assert Document.objects.count() == 1


def test_one_document_tells_who_verified_it_where_it_is_used_and_what_removing_means(cast: Cast, shop: Client):
    case = moves.a_reviewed_case(cast)
    used = case.materials.get(requirement__key="premises").document
    page = shop.get(address("document", used.pk)).content.decode()
    for words in ("与原件一致", case.number, "申请不受影响", used.sha256, "重新核对"):
        assert words in page
    put(shop, kind="premises-proof", file=a_picture("新.png", size=33))
    newest = Document.objects.latest("created_at")
    page = shop.get(address("document", newest.pk)).content.decode()
    for words in ("还没有人和原件核对过", "还没有用在申请里", "彻底销毁", used.file_name):
        assert words in page
    locker.dispute_verdict(cast.fire, document_id=used.pk, reason="租期和原件不同")
    assert "核验有异议" in shop.get(address("document", used.pk)).content.decode()
    assert "提出异议" in shop.get(address("locker")).content.decode()


def test_the_list_is_filtered_by_kind_and_grade_and_says_when_nothing_fits(cast: Cast, shop: Client):
    put(shop, kind="premises-proof", file=a_picture("合同.png"))
    put(shop, kind="floor-plan", file=a_picture("平面.png", size=30))
    only = shop.get(address("locker"), {"grade": "D"}).content.decode()
    assert ("平面.png" in only, "合同.png" in only) == (True, False)
    only = shop.get(address("locker"), {"kind": "premises-proof"}).content.decode()
    assert ("平面.png" in only, "合同.png" in only) == (False, True)
    assert "没有这样的材料" in shop.get(address("locker"), {"grade": "B"}).content.decode()
    assert "平面.png" in shop.get(address("locker"), {"grade": "Z", "kind": "x\x00"}).content.decode()


def test_the_list_takes_the_same_queries_for_one_document_and_for_many(cast: Cast, shop: Client):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shop.get(address("locker"))
        return len(queries)

    put(shop, kind="premises-proof", file=a_picture("合同.png"))
    one = asked()
    for size in (30, 40, 50):
        put(shop, kind="floor-plan", file=a_picture(f"{size}.png", size=size))
    assert asked() == one


def test_a_file_that_waits_for_its_check_is_not_opened(cast: Cast, shop: Client):
    put(shop, kind="floor-plan", file=a_picture())
    Document.objects.update(scan="waiting")
    document = Document.objects.get()
    assert "正在检查" in shop.get(address("locker")).content.decode()
    assert shop.get(address("document_file", document.pk)).status_code == 409
