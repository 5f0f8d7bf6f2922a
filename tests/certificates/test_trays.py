"""Pages are put together before handing in; files come in pieces; nothing is lost and nothing stays for good."""

import io
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.actions import drafts
from cases.attachments import tray_target
from certificates import errors
from certificates.models import Document
from certificates.trays import actions, pieces, queries
from certificates.trays import errors as tray_errors
from certificates.trays.models import Piece, PieceUpload, Tray, TraySheet
from identity.errors import MandateOutOfScope
from tests.certificates.test_uploads import a_pdf
from tests.factories import moves
from tests.factories.cast import Cast, a_picture, build_cast
from tests.factories.threads import at_once

KB = 1024


def a_tray(cast: Cast) -> Tray:
    return actions.open_tray(cast.citizen, target="", title="存一份材料")


def a_page(colour: str, *, width: int = 60, height: int = 90) -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, "JPEG")
    return SimpleUploadedFile(f"{colour}.jpg", target.getvalue())


def put(cast: Cast, tray: Tray, *colours: str) -> list[TraySheet]:
    added = actions.add_files(cast.citizen, tray_id=tray.pk, files=[a_page(colour) for colour in colours])
    assert (added.taken, added.problems) == (len(colours), [])
    return list(tray.sheets.all())


def keep(cast: Cast, tray: Tray) -> Document:
    return actions.keep_as_document(
        cast.citizen, tray_id=tray.pk, kind="premises-proof", name="场所使用证明", self_made=False, request_key="k"
    )


def colours_of(document: Document) -> list[tuple[str, bool]]:
    """Each page's colour and whether it lies."""
    with document.file.open() as stored:
        pdf = pypdfium2.PdfDocument(stored.read())
    names = {(255, 0, 0): "red", (0, 0, 255): "blue", (0, 128, 0): "green"}
    found = []
    for page in pdf:
        picture = page.render().to_pil().convert("RGB")
        dot = picture.getpixel((picture.width // 2, picture.height // 2))
        name = min(names, key=lambda colour: sum(abs(a - b) for a, b in zip(colour, dot, strict=True)))
        found.append((names[name], picture.width > picture.height))
    return found


def stored() -> set[str]:
    root = Path(settings.MEDIA_ROOT, "trays")
    return {path.name for path in root.rglob("*") if path.is_file()}


def test_pages_become_one_document_in_the_order_and_turned_as_left(cast):
    tray = a_tray(cast)
    red, blue, green = put(cast, tray, "red", "blue", "green")
    actions.move_sheet(cast.citizen, tray_id=tray.pk, sheet_id=green.pk, earlier=True)
    actions.turn_sheet(cast.citizen, tray_id=tray.pk, sheet_id=green.pk)
    actions.remove_sheet(cast.citizen, tray_id=tray.pk, sheet_id=blue.pk)
    assert a_tray(cast).pk == tray.pk  # a reload finds it as it was
    view = queries.get_tray(cast.citizen, tray.pk)
    assert [(sheet.pk, sheet.turns) for sheet in view.sheets] == [(red.pk, 0), (green.pk, 1)]
    document = keep(cast, tray)
    assert colours_of(document) == [("red", False), ("green", True)]
    assert (document.pages, document.grade, document.owner_id) == (2, "C", cast.shop.pk)
    assert document.file_name == "red.jpg"
    assert not TraySheet.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_handed_in_or_thrown_out_leaves_no_file_behind():
    cast, before = build_cast(), stored()
    tray = a_tray(cast)
    sheet, _other = put(cast, tray, "red", "blue")
    assert len(stored() - before) == 2
    actions.remove_sheet(cast.citizen, tray_id=tray.pk, sheet_id=sheet.pk)
    assert len(stored() - before) == 1
    keep(cast, tray)
    assert stored() == before
    other = a_tray(cast)
    put(cast, other, "red")
    actions.discard_tray(cast.citizen, tray_id=other.pk)
    assert stored() == before


def test_what_lies_on_a_tray_is_encrypted(cast):
    tray = a_tray(cast)
    (sheet,) = put(cast, tray, "red")
    raw = Path(settings.MEDIA_ROOT, str(sheet.file.name)).read_bytes()
    assert b"JFIF" not in raw
    media_type, content = queries.read_sheet(cast.citizen, tray_id=tray.pk, sheet_id=sheet.pk)
    assert (media_type, content[:3]) == ("image/jpeg", b"\xff\xd8\xff")


def test_one_bad_file_does_not_take_the_others_with_it(cast):
    tray = a_tray(cast)
    files = [a_page("red"), SimpleUploadedFile("坏.pdf", b"MZ"), a_page("blue"), SimpleUploadedFile("空.jpg", b"")]
    added = actions.add_files(cast.citizen, tray_id=tray.pk, files=files)
    assert added.taken == 2
    assert [(name, error.code) for name, error in added.problems] == [
        ("坏.pdf", "document.type_refused"),
        ("空.jpg", "document.empty"),
    ]


def test_a_refused_document_leaves_the_tray_as_it_was(cast, monkeypatch):
    tray = a_tray(cast)
    put(cast, tray, "red", "blue")
    monkeypatch.setattr("certificates.locker.QUOTA_BYTES", 10)
    with pytest.raises(errors.QuotaExceeded):
        keep(cast, tray)
    assert not Document.objects.exists()
    assert tray.sheets.count() == 2
    assert queries.get_tray(cast.citizen, tray.pk).tray.handed_in_at is None


def test_nothing_is_handed_in_from_an_empty_tray_or_twice(cast):
    tray = a_tray(cast)
    with pytest.raises(tray_errors.TrayEmpty):
        keep(cast, tray)
    put(cast, tray, "red")
    keep(cast, tray)
    with pytest.raises(tray_errors.TrayHandedIn):
        keep(cast, tray)
    assert Document.objects.count() == 1
    assert a_tray(cast).pk != tray.pk


def test_a_tray_is_its_makers_alone_and_only_for_the_party_it_was_opened_for(cast):
    tray = a_tray(cast)
    (sheet,) = put(cast, tray, "red")
    upload = pieces.begin(cast.citizen, tray_id=tray.pk, name="a.jpg", size=100, mark="m")
    for actor in (cast.person, cast.stranger, cast.clerk, cast.decider):
        for act in (
            lambda actor=actor: queries.get_tray(actor, tray.pk),
            lambda actor=actor: queries.read_sheet(actor, tray_id=tray.pk, sheet_id=sheet.pk),
            lambda actor=actor: actions.add_files(actor, tray_id=tray.pk, files=[a_page("blue")]),
            lambda actor=actor: actions.turn_sheet(actor, tray_id=tray.pk, sheet_id=sheet.pk),
            lambda actor=actor: actions.move_sheet(actor, tray_id=tray.pk, sheet_id=sheet.pk, earlier=True),
            lambda actor=actor: actions.remove_sheet(actor, tray_id=tray.pk, sheet_id=sheet.pk),
            lambda actor=actor: actions.discard_tray(actor, tray_id=tray.pk),
            lambda actor=actor: pieces.begin(actor, tray_id=tray.pk, name="a", size=9, mark=""),
        ):
            with pytest.raises(tray_errors.TrayNotFound):
                act()
        for act in (
            lambda actor=actor: pieces.take(actor, upload_id=upload.pk, offset=0, content=b"x" * 100),
            lambda actor=actor: pieces.finish(actor, upload_id=upload.pk),
            lambda actor=actor: pieces.abandon(actor, upload_id=upload.pk),
        ):
            with pytest.raises(tray_errors.UploadNotFound):
                act()
    sheet.refresh_from_db()
    assert (sheet.turns, tray.sheets.count(), PieceUpload.objects.get().received) == (0, 1, 0)


def test_pages_of_one_tray_never_move_with_anothers_names(cast):
    tray, other = a_tray(cast), actions.open_tray(cast.citizen, target="material:a:b", title="别处")
    (sheet,) = put(cast, tray, "red")
    with pytest.raises(tray_errors.SheetNotFound):
        actions.remove_sheet(cast.citizen, tray_id=other.pk, sheet_id=sheet.pk)
    with pytest.raises(tray_errors.TrayNotFound):
        keep(cast, other)
    assert TraySheet.objects.get().pk == sheet.pk


def test_the_locker_of_somebody_whose_mandate_does_not_open_it_takes_no_pages(cast, monkeypatch):
    monkeypatch.setattr(type(cast.citizen), "is_wallet_shut", True)
    with pytest.raises(MandateOutOfScope):
        a_tray(cast)
    assert not Tray.objects.exists()


def test_limits_of_files_pages_bytes_and_trays(cast, settings, monkeypatch):
    tray = a_tray(cast)
    put(cast, tray, "red")
    monkeypatch.setattr(queries, "MOST_PAGES", 3)
    added = actions.add_files(cast.citizen, tray_id=tray.pk, files=[SimpleUploadedFile("长.pdf", a_pdf(3))])
    assert [error.code for _name, error in added.problems] == ["tray.full"]
    monkeypatch.setattr(queries, "MOST_FILES", 1)
    assert actions.add_files(cast.citizen, tray_id=tray.pk, files=[a_page("blue")]).taken == 0
    with pytest.raises(tray_errors.TrayFull):
        pieces.begin(cast.citizen, tray_id=tray.pk, name="a", size=9, mark="")
    monkeypatch.setattr(queries, "MOST_FILES", 9)
    settings.UPLOAD_MAX_BYTES = 5000
    with pytest.raises(errors.UploadTooLarge):
        pieces.begin(cast.citizen, tray_id=tray.pk, name="a", size=5001, mark="")
    with pytest.raises(tray_errors.TrayFull):
        pieces.begin(cast.citizen, tray_id=tray.pk, name="a", size=4999, mark="")
    with pytest.raises(errors.UploadEmpty):
        pieces.begin(cast.citizen, tray_id=tray.pk, name="a", size=0, mark="")
    monkeypatch.setattr(actions, "MOST_TRAYS", 1)
    with pytest.raises(tray_errors.TooManyTrays):
        actions.open_tray(cast.citizen, target="elsewhere", title="别处")
    assert (tray.sheets.count(), PieceUpload.objects.count(), Tray.objects.count()) == (1, 0, 1)


def test_pages_stand_for_a_material_of_a_draft(cast):
    case = moves.a_draft(cast)
    row = case.materials.get(requirement__key="premises")
    target = tray_target(case.pk, row.pk)
    tray = actions.open_tray(cast.citizen, target=target, title=row.requirement.name)
    put(cast, tray, "red", "blue")
    before = case.version
    taken = drafts.upload_tray(cast.citizen, case_id=case.pk, material_id=row.pk, tray_id=tray.pk, request_key="k")
    assert (taken.way, taken.document.pages) == ("upload", 2)
    case.refresh_from_db()
    assert case.version == before + 1
    plan = case.materials.get(requirement__key="plan")
    other = actions.open_tray(cast.citizen, target=target, title="再来")
    put(cast, other, "red")
    with pytest.raises(tray_errors.TrayNotFound):  # another material's pages
        drafts.upload_tray(cast.citizen, case_id=case.pk, material_id=plan.pk, tray_id=other.pk)
    assert other.sheets.count() == 1


# --- in pieces ------------------------------------------------------------------------------------


def a_big_photo() -> bytes:
    target = io.BytesIO()
    Image.effect_noise((400, 400), 90).convert("RGB").save(target, "JPEG", quality=95)
    return target.getvalue()


def send(cast: Cast, upload: PieceUpload, content: bytes, size: int = 32 * KB) -> None:
    at = upload.received
    while at < len(content):
        at = pieces.take(cast.citizen, upload_id=upload.pk, offset=at, content=content[at : at + size]).received


def begun(cast: Cast, tray: Tray, content: bytes, mark: str = "1700000000") -> PieceUpload:
    return pieces.begin(cast.citizen, tray_id=tray.pk, name="大图.jpg", size=len(content), mark=mark)


def test_an_upload_goes_on_where_it_stopped(cast):
    tray, content = a_tray(cast), a_big_photo()
    upload = begun(cast, tray, content)
    pieces.take(cast.citizen, upload_id=upload.pk, offset=0, content=content[: 40 * KB])
    assert pieces.finish(cast.citizen, upload_id=upload.pk) is None
    with pytest.raises(tray_errors.TrayUnfinished):
        keep(cast, tray)
    again = begun(cast, tray, content)  # the same file chosen after a reload
    assert (again.pk, again.received) == (upload.pk, 40 * KB)
    assert begun(cast, tray, content, mark="another").pk != upload.pk
    send(cast, again, content)
    sheet = pieces.finish(cast.citizen, upload_id=upload.pk)
    assert sheet is not None
    assert pieces.finish(cast.citizen, upload_id=upload.pk) == sheet
    assert (sheet.file_name, sheet.media_type, tray.sheets.count()) == ("大图.jpg", "image/jpeg", 1)
    assert not Piece.objects.filter(upload=upload).exists()
    assert begun(cast, tray, content).pk != upload.pk  # chosen again: a second page


def test_a_page_that_came_in_pieces_and_is_thrown_out_is_not_missing_afterwards(cast):
    tray, content = a_tray(cast), a_big_photo()
    upload = begun(cast, tray, content)
    send(cast, upload, content)
    sheet = pieces.finish(cast.citizen, upload_id=upload.pk)
    put(cast, tray, "red")
    actions.remove_sheet(cast.citizen, tray_id=tray.pk, sheet_id=sheet.pk)
    assert queries.get_tray(cast.citizen, tray.pk).unfinished == []
    assert keep(cast, tray).pages == 1


@pytest.mark.parametrize(
    ("offset", "length", "error"),
    [
        (1, 32 * KB, tray_errors.OffsetWrong),
        (64 * KB, 32 * KB, tray_errors.OffsetWrong),
        (0, 32 * KB, tray_errors.OffsetWrong),
        (40 * KB, 0, tray_errors.PieceTooSmall),
        (40 * KB, 100, tray_errors.PieceTooSmall),
        (40 * KB, 400 * KB, tray_errors.PieceTooLarge),
        (40 * KB, 3 * 1024 * KB, tray_errors.PieceTooLarge),
    ],
)
def test_a_piece_that_does_not_fit_changes_nothing(cast, offset, length, error):
    upload = pieces.begin(cast.citizen, tray_id=a_tray(cast).pk, name="a", size=300 * KB, mark="")
    pieces.take(cast.citizen, upload_id=upload.pk, offset=0, content=b"x" * 40 * KB)
    with pytest.raises(error):
        pieces.take(cast.citizen, upload_id=upload.pk, offset=offset, content=b"x" * length)
    assert (PieceUpload.objects.get().received, Piece.objects.count()) == (40 * KB, 1)


def test_what_came_whole_and_is_no_good_is_thrown_away(cast):
    tray = a_tray(cast)
    upload = pieces.begin(cast.citizen, tray_id=tray.pk, name="a.exe", size=200, mark="")
    pieces.take(cast.citizen, upload_id=upload.pk, offset=0, content=b"MZ" * 100)
    with pytest.raises(errors.UploadTypeRefused):
        pieces.finish(cast.citizen, upload_id=upload.pk)
    assert (PieceUpload.objects.count(), Piece.objects.count(), tray.sheets.count()) == (0, 0, 0)


def test_a_busy_checker_costs_no_pieces(cast, monkeypatch):
    tray, content = a_tray(cast), a_big_photo()
    upload = begun(cast, tray, content)
    send(cast, upload, content)

    def busy(*args: object) -> None:
        raise errors.UploadBusy

    with monkeypatch.context() as patch, pytest.raises(errors.UploadBusy):
        patch.setattr("certificates.uploads.check", busy)
        pieces.finish(cast.citizen, upload_id=upload.pk)
    assert pieces.finish(cast.citizen, upload_id=upload.pk) is not None


@pytest.mark.django_db(transaction=True)
def test_two_pieces_at_the_same_place_are_one():
    cast = build_cast()
    upload = pieces.begin(cast.citizen, tray_id=a_tray(cast).pk, name="a", size=300 * KB, mark="")
    results = at_once(
        *[
            lambda mark=mark: pieces.take(cast.citizen, upload_id=upload.pk, offset=0, content=mark * 40 * KB)
            for mark in (b"a", b"b", b"c")
        ]
    )
    assert sorted(str(result) for result in results if isinstance(result, str)) == ["upload.offset_wrong"] * 2
    assert (PieceUpload.objects.get().received, Piece.objects.count()) == (40 * KB, 1)


@pytest.mark.django_db(transaction=True)
def test_finishing_handing_in_and_opening_twice_at_once_do_it_once():
    cast, content = build_cast(), a_big_photo()
    trays = at_once(*[lambda: a_tray(cast) for _ in range(2)])
    assert len({tray.pk for tray in trays}) == 1
    tray = trays[0]
    upload = begun(cast, tray, content)
    send(cast, upload, content)
    sheets = at_once(*[lambda: pieces.finish(cast.citizen, upload_id=upload.pk) for _ in range(2)])
    assert len({sheet.pk for sheet in sheets}) == 1
    results = at_once(*[lambda: keep(cast, tray) for _ in range(2)])
    assert [result for result in results if isinstance(result, str)] == ["tray.handed_in"]
    assert Document.objects.count() == 1


def test_a_picture_of_the_cast_fits(cast):
    added = actions.add_files(cast.citizen, tray_id=a_tray(cast).pk, files=[a_picture()])
    assert added.taken == 1
