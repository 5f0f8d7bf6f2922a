"""Pages put together on their own page, without a script and with one."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from cases.models import Case
from certificates.models import Document
from certificates.trays.models import PieceUpload, Tray, TraySheet
from services.models import MaterialRequirement
from tests.certificates.test_trays import a_big_photo, a_page
from tests.certificates.test_uploads import a_pdf
from tests.factories import moves
from tests.factories.cast import Cast
from tests.factories.visitors import address

KB = 1024
_PIECE = "application/offset+octet-stream"


@pytest.fixture
def tray(shop: Client) -> Tray:
    place = shop.post(address("tray_open")).url
    found = Tray.objects.get()
    assert place == address("tray", found.pk)
    return found


def add(browser: Client, tray: Tray, *files: object):
    return browser.post(address("tray_add", tray.pk), {"file": list(files)})


def move(browser: Client, tray: Tray, sheet: TraySheet, how: str):
    return browser.post(address("tray_sheet", tray.pk, sheet.pk, how))


def test_pages_are_put_down_ordered_turned_and_handed_in_without_a_script(shop: Client, tray: Tray):
    assert add(shop, tray, a_page("red")).url == f"{address('tray', tray.pk)}#pages"
    add(shop, tray, a_page("blue"), SimpleUploadedFile("合同.pdf", a_pdf(3)))
    red, blue, pdf = TraySheet.objects.order_by("place")
    move(shop, tray, pdf, "earlier")
    move(shop, tray, blue, "turn")
    move(shop, tray, red, "remove")
    page = shop.get(address("tray", tray.pk)).content.decode()
    assert page.index("合同.pdf") < page.index("blue.jpg")
    assert "turn-1" in page
    assert "2 份，共 4 页" in page
    answer = shop.post(address("tray_hand_in", tray.pk), {"request_key": "k", "kind": "premises-proof"})
    assert answer.url == address("locker")
    document = Document.objects.get()
    assert (document.pages, document.file_name, document.kind) == (4, "合同.pdf", "premises-proof")
    again = shop.post(address("tray_hand_in", tray.pk), {"request_key": "k", "kind": "premises-proof"}, follow=True)
    assert "已经交了" in again.content.decode()
    assert Document.objects.count() == 1


def test_what_was_put_down_is_found_again_from_the_locker(shop: Client, tray: Tray):
    assert "整理到一半" not in shop.get(address("locker")).content.decode()
    add(shop, tray, a_page("red"))
    page = shop.get(address("locker")).content.decode()
    assert "整理到一半" in page
    assert address("tray", tray.pk) in page
    assert shop.post(address("tray_open")).url == address("tray", tray.pk)


def test_what_is_wrong_is_said_beside_the_box_and_the_good_ones_stay(shop: Client, tray: Tray):
    answer = add(shop, tray, a_page("red"), SimpleUploadedFile("坏.pdf", b"MZ"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "坏.pdf：" in page
    assert "red.jpg" in page
    assert add(shop, tray).status_code == 422
    assert TraySheet.objects.count() == 1


def test_handing_in_says_what_is_missing_and_keeps_the_pages(shop: Client, tray: Tray):
    empty = shop.post(address("tray_hand_in", tray.pk), {"kind": "premises-proof"})
    assert (empty.status_code, "还没有放任何一页" in empty.content.decode()) == (422, True)
    add(shop, tray, a_page("red"))
    for kind in ("", "zzz"):
        answer = shop.post(address("tray_hand_in", tray.pk), {"kind": kind})
        assert answer.status_code == 422
        assert "red.jpg" in answer.content.decode()
    shop.post(address("upload_begin", tray.pk), {"name": "a.jpg", "size": "100", "mark": ""})
    unfinished = shop.post(address("tray_hand_in", tray.pk), {"kind": "premises-proof"})
    assert (unfinished.status_code, "没传完" in unfinished.content.decode()) == (409, True)
    assert not Document.objects.exists()
    assert TraySheet.objects.count() == 1


def test_a_material_of_an_application_gets_its_pages(cast: Cast, shop: Client):
    case = moves.a_draft(cast)
    row = case.materials.get(requirement__key="premises")
    assert "一页一页拍" in shop.get(address("draft_materials", case.pk)).content.decode()
    shop.post(address("material_pages", case.pk, row.pk))
    tray = Tray.objects.get()
    page = shop.get(address("tray", tray.pk)).content.decode()
    assert "场所使用证明" in page
    assert "这是什么材料" not in page
    assert 'capture="environment"' in page
    add(shop, tray, a_page("red"), a_page("blue"))
    answer = shop.post(address("tray_hand_in", tray.pk), {"request_key": "k"})
    assert answer.url.startswith(address("my_case", case.pk))
    row.refresh_from_db()
    assert (row.way, row.document.pages) == ("upload", 2)


def test_where_any_of_several_is_enough_the_pages_say_which_they_are(cast: Cast, shop: Client):
    pieces = [{"key": "deed", "name": "房产证", "kind": "deed"}, {"key": "lease", "name": "租赁合同", "kind": "lease"}]
    wanted = MaterialRequirement.objects.filter(key="premises")
    wanted.update(combination="any", pieces=[{**piece, "types": []} for piece in pieces])
    row = moves.a_draft(cast).materials.get(requirement__key="premises")
    shop.post(address("material_pages", row.case_id, row.pk))
    tray = Tray.objects.get()
    assert "租赁合同" in shop.get(address("tray", tray.pk)).content.decode()
    add(shop, tray, a_page("red"))
    for kind in ("", "passport"):
        assert shop.post(address("tray_hand_in", tray.pk), {"kind": kind, "request_key": "k"}).status_code == 422
    assert not Document.objects.exists()
    assert TraySheet.objects.count() == 1
    shop.post(address("tray_hand_in", tray.pk), {"kind": "lease", "request_key": "k"})
    row.refresh_from_db()
    assert (row.way, row.document.kind) == ("upload", "lease")


def test_an_application_that_moved_on_takes_no_pages(cast: Cast, shop: Client):
    case = moves.a_ready_draft(cast)
    row = case.materials.get(requirement__key="premises")
    shop.post(address("material_pages", case.pk, row.pk))
    tray = Tray.objects.get()
    add(shop, tray, a_page("red"))
    Case.objects.filter(pk=case.pk).update(state="in_review", number="1" * 21)
    assert shop.post(address("tray_hand_in", tray.pk), {"request_key": "k"}).status_code == 409
    assert TraySheet.objects.count() == 1
    assert shop.post(address("material_pages", case.pk, row.pk)).status_code == 409


def test_a_page_is_looked_at_small_and_whole_by_its_maker_only(shop: Client, li: Client, tray: Tray):
    target = io.BytesIO()
    Image.new("RGBA", (1200, 900), (255, 0, 0, 0)).save(target, "PNG")
    add(shop, tray, SimpleUploadedFile("透明.png", target.getvalue()))
    place = address("tray_sheet_file", tray.pk, TraySheet.objects.get().pk)
    whole, small = shop.get(place), shop.get(f"{place}?small")
    assert whole["Content-Type"] == "image/png"
    assert (small["Content-Type"], small["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert Image.open(io.BytesIO(small.content)).size == (480, 360)
    assert li.get(place).status_code == 404
    assert move(li, tray, TraySheet.objects.get(), "remove").status_code == 404
    assert TraySheet.objects.count() == 1


def test_everything_is_thrown_away_at_once(shop: Client, tray: Tray):
    add(shop, tray, a_page("red"))
    assert shop.post(address("tray_discard", tray.pk)).url == address("locker")
    assert not Tray.objects.exists()
    assert shop.get(address("tray", tray.pk)).status_code == 404


# --- in pieces, as the script sends them ---------------------------------------------------------


def begin(browser: Client, tray: Tray, size: object, name: str = "大图.jpg"):
    return browser.post(address("upload_begin", tray.pk), {"name": name, "size": size, "mark": "17"})


def patch(browser: Client, place: str, offset: object, content: bytes, kind: str = _PIECE):
    headers = {"Upload-Offset": str(offset)}
    return browser.generic("PATCH", place, content, kind, headers=headers, CONTENT_TYPE=kind)


def test_the_script_asks_how_far_it_got_and_goes_on(shop: Client, tray: Tray):
    content = a_big_photo()
    begun = begin(shop, tray, len(content))
    assert (begun.status_code, begun["Upload-Offset"], begun["Upload-Length"]) == (201, "0", str(len(content)))
    place = begun["Location"]
    assert patch(shop, place, 0, content[: 20 * KB])["Upload-Offset"] == str(20 * KB)
    lost = patch(shop, place, 0, content[: 20 * KB])  # the answer was lost, the piece comes again
    assert (lost.status_code, lost["Upload-Offset"], lost.json()["code"]) == (409, str(20 * KB), "upload.offset_wrong")
    assert "没传完的" in shop.get(address("tray", tray.pk)).content.decode()
    asked = shop.head(place)
    assert (asked.status_code, asked["Upload-Offset"], asked["Cache-Control"]) == (200, str(20 * KB), "no-store")
    assert begin(shop, tray, len(content))["Location"] == place
    last = patch(shop, place, 20 * KB, content[20 * KB :])
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(content)))
    assert TraySheet.objects.get().file_name == "大图.jpg"
    assert patch(shop, place, len(content), b"").status_code == 204  # asked to finish once more
    assert TraySheet.objects.count() == 1


@pytest.mark.parametrize("size", ["", "0", "-1", "x", "１２", "9" * 40, str(30 * 1024 * 1024)])
def test_a_size_that_is_none_begins_nothing(shop: Client, tray: Tray, size: str):
    answer = begin(shop, tray, size)
    assert answer.status_code in {413, 422}
    assert answer.json()["code"] in {"document.empty", "document.too_large"}
    assert not PieceUpload.objects.exists()


@pytest.mark.parametrize(
    ("offset", "content", "kind", "status"),
    [
        ("", b"x" * 20 * KB, _PIECE, 409),
        ("-1", b"x" * 20 * KB, _PIECE, 409),
        ("zwei", b"x" * 20 * KB, _PIECE, 409),
        ("9" * 30, b"x" * 20 * KB, _PIECE, 409),
        ("0", b"x" * 20 * KB, "image/jpeg", 415),
        ("0", b"", _PIECE, 422),
        ("0", b"x" * 10, _PIECE, 422),
        ("0", b"x" * 3 * 1024 * KB, _PIECE, 413),
        ("0", b"x" * 6 * 1024 * KB, _PIECE, 413),
    ],
)
def test_pieces_that_are_none_change_nothing(shop: Client, tray: Tray, offset, content, kind, status):
    place = begin(shop, tray, 4 * 1024 * KB)["Location"]
    assert patch(shop, place, offset, content, kind).status_code == status
    assert PieceUpload.objects.get().received == 0


def test_what_came_whole_and_is_no_good_is_told(shop: Client, tray: Tray):
    place = begin(shop, tray, 200)["Location"]
    answer = patch(shop, place, 0, b"MZ" * 100)
    assert (answer.status_code, answer.json()["code"]) == (422, "document.type_refused")
    assert shop.head(place).status_code == 404


def test_an_upload_is_taken_back_by_a_button_and_by_the_script(shop: Client, li: Client, tray: Tray):
    place = begin(shop, tray, 100)["Location"]
    for browser_call in (li.head, li.delete, li.post):
        assert browser_call(place).status_code == 404
    assert shop.post(place).url == f"{address('tray', tray.pk)}#pages"
    place = begin(shop, tray, 100)["Location"]
    assert shop.delete(place).status_code == 204
    assert shop.delete(place).status_code == 404
    assert not PieceUpload.objects.exists()
