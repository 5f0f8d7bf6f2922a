"""Whatever bytes come, an upload is taken clean or refused in words; it never breaks the server."""

import io
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from certificates import errors, uploads
from certificates.cleaning import limits


def an_upload(content: bytes, name: str = "x.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def a_pdf(pages: int = 1, **saving: object) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        return written(pdf, **saving)


def written(pdf: pikepdf.Pdf, **saving: object) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **saving)
    return target.getvalue()


def a_photo(width: int = 60, height: int = 40, **saving: object) -> bytes:
    target = io.BytesIO()
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height // 2))  # the upper left corner
    picture.save(target, saving.pop("format", "JPEG"), **saving)
    return target.getvalue()


def test_whatever_a_parser_stumbles_over_is_a_damaged_file(monkeypatch):
    def stumble(*args: object) -> None:
        raise IndexError("list index out of range")

    upload = an_upload(a_pdf())
    assert uploads.check(upload).media_type == "application/pdf"
    monkeypatch.setattr(pikepdf, "open", stumble)
    upload.seek(0)
    with pytest.raises(errors.UploadDamaged):
        uploads.check(upload)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", errors.UploadEmpty),
        (b"MZ\x90\x00", errors.UploadTypeRefused),
        (b"PK\x03\x04" + b"\x00" * 40, errors.UploadTypeRefused),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 20, errors.UploadHeic),
        (b"%PDF-1.7\n" + b"\x00" * 500, errors.UploadDamaged),
        (b"\xff\xd8\xff" + b"\x00" * 500, errors.UploadDamaged),
        (a_photo()[:-300], errors.UploadDamaged),
        (b"<script>alert(1)</script>" + a_pdf(), errors.UploadTypeRefused),
        (a_pdf(encryption=pikepdf.Encryption(user="secret", owner="secret")), errors.UploadLocked),
        (a_pdf(pages=301), errors.UploadTooManyPages),
    ],
)
def test_what_is_not_taken_says_why(content: bytes, error: type[errors.Invalid]):
    with pytest.raises(error):
        uploads.check(an_upload(content))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked():
    huge = bytearray(a_photo(format="PNG"))
    huge[16:24] = (20_000).to_bytes(4) * 2
    huge[29:33] = zlib.crc32(bytes(huge[12:29])).to_bytes(4)
    with pytest.raises(errors.UploadTooManyPixels):
        uploads.check(an_upload(bytes(huge), "x.png"))


def test_a_small_pdf_that_unfolds_to_half_a_gigabyte_is_refused():
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1024 * 1024) for _ in range(450)) + packer.flush()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        bomb = pikepdf.Stream(pdf, b"")
        bomb.write(packed, filter=pikepdf.Name.FlateDecode)
        page.Contents = pdf.make_indirect(bomb)
        content = written(pdf)
    assert len(content) < 1024 * 1024
    with pytest.raises(errors.UploadBomb):
        uploads.check(an_upload(content))


def test_a_bomb_in_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "MOST_INFLATED", 1_000_000)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        stream = pikepdf.Stream(pdf, b"")
        packed = zlib.compress(zlib.compress(zlib.compress(b" " * 10_000_000)))
        stream.write(packed, filter=pikepdf.Array([pikepdf.Name.FlateDecode] * 3))
        page.Contents = pdf.make_indirect(stream)
        content = written(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(content) < 2000
    with pytest.raises(errors.UploadBomb):
        uploads.check(an_upload(content))


@pytest.mark.parametrize(
    ("filters", "packed"),
    [
        ("/Fl", zlib.compress(b" " * 10_000_000)),
        ("[/Fl]", zlib.compress(b" " * 10_000_000)),
        ("[/Fl /FlateDecode]", zlib.compress(zlib.compress(b" " * 10_000_000))),
        ("/RunLengthDecode", b"\x81 " * 80_000),
        ("[/FlateDecode /RunLengthDecode]", zlib.compress(b"\x81 " * 80_000)),
        ("[/FlateDecode /FlateDecode /DCTDecode]", zlib.compress(zlib.compress(b" " * 10_000_000))),
        ("[/RunLengthDecode /DCTDecode]", b"\x81 " * 80_000),
    ],
)
def test_a_bomb_is_refused_whatever_it_is_packed_with(monkeypatch, filters: str, packed: bytes):
    monkeypatch.setattr(limits, "MOST_INFLATED", 1_000_000)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        stream = pikepdf.Stream(pdf, b"")
        stream.write(packed, filter=pikepdf.Name.Odd)
        page.Contents = pdf.make_indirect(stream)
        content = written(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pytest.raises(errors.UploadBomb):
        uploads.check(an_upload(content.replace(b"/Odd", filters.encode())))


def test_what_a_scanner_packs_in_other_ways_is_kept():
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        stream = pikepdf.Stream(pdf, b"")
        stream.write(b"\x81 \x80", filter=pikepdf.Name.RunLengthDecode)
        page.Contents = pdf.make_indirect(stream)
        content = written(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    checked = uploads.check(an_upload(content))
    with pikepdf.open(io.BytesIO(checked.content)) as clean:
        assert clean.pages[0].Contents.read_bytes() == b" " * 128


def test_what_could_act_in_a_pdf_is_taken_out():
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('hallo')")
        pdf.Root.OpenAction = script
        pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", script]))
        page.AA = pikepdf.Dictionary(O=script)
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch)
        page.Annots = pikepdf.Array([pdf.make_indirect(link)])
        pdf.attachments["virus.exe"] = b"MZ-attached"
        content = written(pdf)
    checked = uploads.check(an_upload(content))
    with pikepdf.open(io.BytesIO(checked.content)) as clean:
        plain = written(clean, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    for bad in (b"JavaScript", b"app.alert", b"Launch", b"calc.exe", b"MZ-attached", b"/AA", b"OpenAction"):
        assert bad not in plain


def test_what_hides_behind_the_end_of_a_picture_or_a_pdf_is_not_kept():
    for content in (a_photo(), a_photo(format="PNG"), a_pdf()):
        checked = uploads.check(an_upload(content + b"PK\x03\x04-hidden-archive"))
        assert b"hidden-archive" not in checked.content


def test_a_photo_loses_where_it_was_taken_and_stands_upright():
    exif = Image.Exif()
    exif[Base.Orientation] = 6  # to be turned clockwise
    exif[Base.Make] = "SECRETPHONE"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (30.0, 15.0, 0.0)
    checked = uploads.check(an_upload(a_photo(exif=exif.tobytes()), "x.jpg"))
    assert b"SECRETPHONE" not in checked.content
    with Image.open(io.BytesIO(checked.content)) as picture:
        assert picture.size == (40, 60)
        assert not dict(picture.getexif())
        assert picture.convert("RGB").getpixel((35, 5))[1] < 60  # the red corner went to the upper right


def test_several_photos_and_a_pdf_become_one_pdf_in_their_order():
    files = [an_upload(a_photo(), "一.jpg"), an_upload(a_pdf(2)), an_upload(a_photo(40, 60, format="PNG"), "三.png")]
    checked = uploads.check_all(files, turns=[1, 0, 0])
    assert (checked.media_type, checked.pages, checked.name) == ("application/pdf", 4, "一.jpg")
    shown = pypdfium2.PdfDocument(checked.content)
    sizes = [tuple(round(side) for side in shown[number].get_size()) for number in range(4)]
    assert (sizes[0], sizes[3]) == ((595, 842), (595, 842))
    first = shown[0].render(scale=0.5).to_pil().convert("RGB")
    assert first.getpixel((first.width - 20, 20))[1] < 60  # turned by a quarter: the red corner is on the right
    assert first.getpixel((20, 20))[1] > 200


def test_together_they_may_not_be_larger_than_one(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(errors.UploadTooLarge):
        uploads.check_all([an_upload(a_photo(), "1.jpg"), an_upload(a_photo(), "2.jpg")])


def test_more_files_than_a_document_has_are_refused():
    with pytest.raises(errors.UploadTooManyPages):
        uploads.check_all([an_upload(a_photo(8, 8), "x.jpg") for _ in range(uploads.MOST_FILES + 1)])


def test_the_child_process_says_the_same(settings):
    settings.UPLOADS_IN_CHILD = True
    checked = uploads.check_all([an_upload(a_photo(), "1.jpg"), an_upload(a_photo(), "2.jpg")])
    assert (checked.media_type, checked.pages) == ("application/pdf", 2)
    with pytest.raises(errors.UploadLocked):
        uploads.check(an_upload(a_pdf(encryption=pikepdf.Encryption(user="s", owner="s"))))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("import time; time.sleep(60)", errors.UploadBomb),  # stands still
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", errors.UploadBomb),  # out of processor time
        ("raise MemoryError", errors.UploadDamaged),  # out of memory, nothing said
    ],
)
def test_a_child_that_does_not_come_back_is_a_refusal(settings, tmp_path: Path, monkeypatch, body: str, error):
    package = tmp_path / "certificates" / "cleaning"
    package.mkdir(parents=True)
    (package / "child.py").write_text(body)
    settings.UPLOADS_IN_CHILD, settings.BASE_DIR = True, tmp_path
    monkeypatch.setattr(uploads, "_PATIENCE", 2)
    with pytest.raises(error):
        uploads.check(an_upload(a_photo(), "x.jpg"))


def test_when_all_children_are_busy_it_says_so_and_the_turn_comes_back(settings, monkeypatch):
    settings.UPLOADS_IN_CHILD = True
    monkeypatch.setattr(uploads, "_TURN", 0.01)
    for _ in range(2):
        uploads._AT_ONCE.acquire()
    with pytest.raises(errors.UploadBusy):
        uploads.check(an_upload(a_photo(), "x.jpg"))
    for _ in range(2):
        uploads._AT_ONCE.release()
    assert uploads.check(an_upload(a_photo(), "x.jpg")).media_type == "image/jpeg"
