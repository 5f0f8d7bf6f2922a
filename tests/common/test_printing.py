"""Printing: every viewer shows every character, nothing foreign gets in, seals and notices come out whole."""

import io
import threading
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

from common.printing import fonts as fonts_module
from common.printing import outlines
from common.printing.errors import CharacterMissing, QrTooLong, ResourceRefused, SealNameUnfit
from common.printing.fonts import ensure_fonts, missing_characters
from common.printing.guilloche import guilloche_svg
from common.printing.headline import headline_svg
from common.printing.pdf import XMP_NAMESPACE, FileAttachment, _print_setup, render_pdf
from common.printing.qr import qr_svg
from common.printing.seal import seal_svg
from tests.documents import ink, page_count, pictures, text_of

RARE = "\U00100001"  # private use: in no font of anybody
SVG = "{http://www.w3.org/2000/svg}"
DEPARTMENT = "示范市湖滨区市场监督管理局"


@pytest.fixture
def page(tmp_path, settings):
    """Print a bare page with the given HTML body."""
    (tmp_path / "bare.html").write_text(
        "<html lang=zh-Hans><style>@page { @bottom-center { content: none } } p { font-size: 60pt }</style>"
        "<body>{% autoescape off %}{{ body }}{% endautoescape %}</body></html>"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]

    def show(body: str, **more) -> bytes:
        return render_pdf("bare.html", {"body": body}, title="试印", author="示范市", **more)

    return show


@pytest.mark.parametrize("text", ["示范市政务服务", "龘", "㐂喆昇", "ABC 123 abc", "〔2026〕—…“”①·½"])
def test_text_shows_in_every_viewer_and_can_be_searched(page, tmp_path, text):
    pdf = page(f"<p>{text}</p>")
    assert "".join(text.split()) in text_of(pdf)
    for viewer, picture in pictures(pdf, tmp_path).items():
        assert ink(picture) > 300 * len(text), viewer


def test_a_dense_character_is_not_an_empty_box(page, tmp_path):
    plain, dense = pictures(page("<p>口</p>"), tmp_path), pictures(page("<p>龘</p>"), tmp_path)
    for viewer in plain:
        assert ink(dense[viewer]) > 2 * ink(plain[viewer]), viewer


def test_a_character_no_font_has_is_refused_and_named(page):
    with pytest.raises(CharacterMissing) as refusal:
        page(f"<p>张{RARE}</p>")
    assert "U+100001" in refusal.value.text
    assert "PRINT_EXTRA_FONTS" in str(refusal.value.what_to_do)
    assert missing_characters(f"张{RARE}伟{RARE}") == RARE


def test_invisible_characters_are_no_reason_to_refuse(page):
    assert "张伟" in text_of(page("<p>张\u200b\ufeff\x0b伟\ufe00</p>"))


def test_a_registered_font_supplies_the_rare_character(page, tmp_path, settings, fonts_beside):
    settings.PRINT_EXTRA_FONTS = [_font_with("𠮷", tmp_path / "extra.otf")]
    fonts = ensure_fonts()
    assert len(fonts.extra) >= 1
    assert "glyf" in TTFont(fonts.extra[0])
    pdf = page("<p>𠮷野</p>")
    assert "𠮷野" in text_of(pdf)
    empty = pictures(page("<p>野</p>"), tmp_path)
    for viewer, picture in pictures(pdf, tmp_path).items():
        assert ink(picture) > ink(empty[viewer]) + 300, viewer


@pytest.fixture
def fonts_beside(tmp_path, settings):
    """A VAR_DIR of its own that has the large fonts already, and no font set in the process's memory."""
    ready = ensure_fonts()
    folder = tmp_path / "var" / "fonts"
    folder.mkdir(parents=True)
    for path in ready.files:
        (folder / path.name).symlink_to(path)
    settings.VAR_DIR = tmp_path / "var"
    ensure_fonts.cache_clear()
    yield folder
    ensure_fonts.cache_clear()
    _print_setup.cache_clear()


def test_processes_that_start_together_convert_once(fonts_beside, tmp_path, settings, monkeypatch):
    settings.PRINT_EXTRA_FONTS = [_font_with("𠮷", tmp_path / "extra.otf")]
    started = []
    start = fonts_module._start
    monkeypatch.setattr(fonts_module, "_start", lambda job: started.append(job) or start(job))
    threads = [threading.Thread(target=ensure_fonts.__wrapped__) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1
    assert not list(fonts_beside.glob("*.part"))


def test_a_font_that_cannot_be_converted_says_so_and_leaves_nothing(fonts_beside, tmp_path, settings):
    broken = tmp_path / "broken.otf"
    broken.write_bytes(b"no font")
    settings.PRINT_EXTRA_FONTS = [broken]
    before = set(fonts_beside.iterdir())
    with pytest.raises(fonts_module.FontsFailed, match="broken"):
        ensure_fonts()
    assert set(fonts_beside.iterdir()) - before <= {fonts_beside / ".lock"}


def test_conversion_keeps_characters_and_can_leave_out_what_others_have(tmp_path):
    both, one = _font_with("吉𠮷", tmp_path / "both.otf"), _font_with("吉", tmp_path / "one.otf")
    outlines.convert(both, tmp_path / "all.ttf")
    outlines.convert(both, tmp_path / "rest.ttf", [one])
    whole, rest = TTFont(tmp_path / "all.ttf"), TTFont(tmp_path / "rest.ttf")
    assert set(whole.getBestCmap()) == {ord("吉"), ord("𠮷")}
    assert set(rest.getBestCmap()) == {ord("𠮷")}
    name = whole.getBestCmap()[ord("吉")]
    assert whole["glyf"][name].numberOfContours == 1
    assert whole["hmtx"][name] == (1000, 100)


def test_large_fonts_keep_every_character():
    fonts = ensure_fonts()
    for source, target in ((serif_path(), fonts.serif), (sans_path(), fonts.sans)):
        converted = TTFont(target, lazy=True)
        assert set(converted.getBestCmap()) == set(TTFont(source, lazy=True).getBestCmap())
        assert "glyf" in converted


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="file:///etc/hostname">',
        '<img src="file://elsewhere/x.png">',
        '<style>@import url("https://example.org/x.css");</style>',
        '<img src="../secrets.json">',
        '<svg width="9" height="9"><image href="ftp://example.org/x.svg" width="9" height="9"/></svg>',
    ],
)
def test_nothing_outside_the_document_is_read(page, body):
    with pytest.raises(ResourceRefused):
        page(body)


def test_data_pictures_are_allowed(page):
    dot = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E"
    assert page(f'<img src="{dot}">').startswith(b"%PDF")


def test_metadata_and_attachments_are_in_the_file(page):
    note = FileAttachment("data.json", b'{"a": 1}', "数据", "application/json")
    pdf = page("<p>甲</p>", xmp={"ZZMC": "食品经营许可证\x07<&>"}, attachments=[note])
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        meta = opened.open_metadata()
        assert meta["dc:title"] == "试印"
        assert meta["dc:creator"] == ["示范市"]
        assert meta[f"{{{XMP_NAMESPACE}}}ZZMC"] == "食品经营许可证<&>"
        assert opened.attachments["data.json"].get_file().read_bytes() == b'{"a": 1}'
        assert opened.docinfo["/Title"] == "试印"


@pytest.mark.parametrize("length", [1, 2, 4, 9, 14, 25, 40])
@pytest.mark.parametrize("caption", ["", "电子证照专用章"])
def test_a_seal_shows_each_character_upright_on_its_arc(length, caption):
    name = "示范市湖滨区市场监督管理局行政审批服务中心综合窗口第一分中心高新技术产业开发区派驻机构办"[:length]
    root = ET.fromstring(seal_svg(name, caption=caption))
    turned = [group for group in root.iter(f"{SVG}g") if "rotate" in group.get("transform", "")]
    assert len(turned) == length
    assert root.get("aria-label").startswith(name)
    angles = [float(group.get("transform").split("rotate(")[1].split(")")[0]) for group in turned]
    assert angles == sorted(angles)
    assert angles[0] == pytest.approx(-angles[-1])
    assert angles[-1] - angles[0] <= 272


def test_a_seal_escapes_its_name_and_refuses_an_unfit_one():
    ET.fromstring(seal_svg('<b>"&', caption="<i>"))
    for name in ("", "  ", "长" * 41):
        with pytest.raises(SealNameUnfit):
            seal_svg(name)
    with pytest.raises(CharacterMissing):
        seal_svg(f"示范{RARE}局")


def test_drawings_are_well_formed_and_repeatable():
    assert guilloche_svg("甲") == guilloche_svg("甲")
    assert guilloche_svg("甲") != guilloche_svg("乙")
    for drawing in (
        guilloche_svg("甲"),
        qr_svg("https://zwfw.example.gov.cn/v/1"),
        seal_svg("示范市公安局", code="12"),
    ):
        root = ET.fromstring(drawing)
        assert root.tag == f"{SVG}svg"
        assert root.get("viewBox")
        assert "style=" not in drawing
    with pytest.raises(QrTooLong):
        qr_svg("长" * 3000)


@pytest.mark.parametrize(
    "text", ["证", "食品经营许可证", "中华人民共和国特种设备检验检测机构核准证书（电站锅炉类）", "A" * 60]
)
def test_a_heading_stays_inside_its_box(text):
    root = ET.fromstring(headline_svg(text, width=150, height=20, size=15, spacing=0.1))
    rows = list(root.iter(f"{SVG}text"))
    assert "".join(row.text for row in rows) == text
    for row in rows:
        size = float(row.get("font-size"))
        ems = sum(0.56 if ord(char) < 0x2E80 else 1 for char in row.text)
        assert size <= 15
        assert ems * size * 1.1 <= 150.1
        assert size * 0.9 <= float(row.get("y")) + 0.01
        assert float(row.get("y")) <= 20


def test_an_empty_heading_is_nothing():
    assert headline_svg("  ", width=10, height=10, size=5) == ""


def notice(title: str, paragraphs: list[str], **more) -> bytes:
    """Print a notice as `cases` does."""
    context = {
        "title": title,
        "document_number": "示市监〔2026〕123号",
        "department_name": DEPARTMENT,
        "addressee": "示范市湖滨区老张家常菜馆（张伟）",
        "paragraphs": paragraphs,
        "facts": [("办件编号", "330106202611210001234"), ("事项名称", "食品经营许可（新办）")],
        "lists": [],
        "remedies": [],
        "issued_on": date(2026, 11, 21),
        "seal_svg": mark_safe(seal_svg(DEPARTMENT, caption="行政审批专用章", code="3301060012345")),
        "qr_svg": mark_safe(qr_svg("https://zwfw.example.gov.cn/verify/8F3K2Q9X")),
        "verify_url": "https://zwfw.example.gov.cn/verify/8F3K2Q9X",
        "contact": "咨询电话 0571-8888 1234",
        **more,
    }
    return render_pdf("documents/notice.html", context, title=title, author=DEPARTMENT)


REMEDY = "如不服本决定，可以自收到本决定书之日起六十日内申请行政复议，也可以在六个月内依法提起行政诉讼。"
CORRECTIONS = {"title": "需要补正的内容", "items": ["经营场所平面图：请标注面积；", "租赁合同：缺少第二页。"]}
NOTICES = {
    "受理通知书": {"paragraphs": ["材料齐全、符合法定形式，决定予以受理。"]},
    "不予受理决定书": {"paragraphs": ["申请事项依法不属于本行政机关职权范围。"], "remedies": [REMEDY]},
    "一次性补正告知书": {"paragraphs": ["现一次性告知需要补正的全部内容："], "lists": [CORRECTIONS]},
    "准予行政许可决定书": {"paragraphs": ["经审查，符合法定条件、标准，决定准予许可。"]},
    "不予行政许可决定书": {"paragraphs": ["经审查，决定不予许可。", "理由：未设专用烟道。"], "remedies": [REMEDY]},
    "延长办理期限告知书": {"paragraphs": ["经本行政机关负责人批准，延长十个工作日。"]},
    "特别程序告知书": {"paragraphs": ["现场核查所需时间不计入办理期限。"]},
    "听证告知书": {"paragraphs": ["您有权在五日内申请听证。"], "remedies": [REMEDY]},
    "撤回申请确认书": {"paragraphs": ["您的申请已按您的要求撤回。"]},
    "送达回证": {"paragraphs": ["下列文书已送达。"], "facts": [("送达方式", "电子送达"), ("签收人", "张伟")]},
}


@pytest.mark.parametrize("title", NOTICES)
def test_each_kind_of_notice_prints_on_one_page(title):
    pdf = notice(title, **NOTICES[title])
    text = text_of(pdf)
    expected = [
        title,
        "〔2026〕123号",
        DEPARTMENT,
        "老张家常菜馆",
        "2026年11月21日",
        *NOTICES[title]["paragraphs"],
    ]
    for part in (*expected, *NOTICES[title].get("remedies", ()), "咨询电话"):
        assert "".join(part.split()) in text
    assert page_count(pdf) == 1


@pytest.mark.parametrize("count", [5, 11, 12, 13, 14, 15, 16, 24])
def test_a_seal_never_stands_on_a_page_without_text(count):
    pdf = notice("准予行政许可决定书", ["经审查，您的申请符合法定条件、标准，决定准予许可。"] * count)
    last = text_of(pdf, page=page_count(pdf))
    assert "2026年11月21日" in last
    assert "准予许可" in last or "事项名称" in last


def greys(pdf: bytes, page_number: int) -> int:
    """Dots in the watermark's light grey on a page."""
    picture = pypdfium2.PdfDocument(pdf)[page_number - 1].render(scale=2).to_pil().convert("L")
    return sum(picture.histogram()[200:235])


def test_a_watermark_is_on_every_page():
    watermark = "此件由示范市公安局提供，仅供办理政务服务事项时使用"
    pdf = notice("受理通知书", ["材料齐全。"] * 30, watermark=watermark)
    bare = notice("受理通知书", ["材料齐全。"] * 30)
    assert page_count(pdf) > 1
    for number in range(1, page_count(pdf) + 1):
        assert "材料齐全。材料齐全。" in text_of(pdf, page=number)  # not torn apart by the watermark
        assert "仅供办理" not in text_of(pdf, page=number)
        assert greys(pdf, number) > 5 * greys(bare, number)


def test_documents_are_in_chinese_for_readers_of_english_pages():
    with translation.override("en"):
        text = text_of(notice("受理通知书", [gettext_lazy("请刷新页面，看过最新内容后再操作。")]))
    assert "看过最新内容" in text
    assert "扫码查询办理进度" in text


def test_what_people_typed_is_never_markup():
    pdf = notice("受理通知书", ['<img src="http://127.0.0.1/x">&lt;b&gt;'], addressee="<script>")
    assert '<imgsrc="http://127.0.0.1/x">&lt;b&gt;' in text_of(pdf)


def _font_with(characters: str, path: Path) -> Path:
    """Write a small font with PostScript outlines: a square for each of `characters`."""
    names = [f"g{number}" for number in range(len(characters))]
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap(dict(zip(map(ord, characters), names, strict=True)))
    pen = T2CharStringPen(1000, None)
    for move, point in (("moveTo", (100, 0)), ("lineTo", (900, 0)), ("lineTo", (900, 800)), ("lineTo", (100, 800))):
        getattr(pen, move)(point)
    pen.closePath()
    square, empty = pen.getCharString(), T2CharStringPen(1000, None).getCharString()
    builder.setupCFF("Rare", {}, {".notdef": empty, **dict.fromkeys(names, square)}, {})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), **dict.fromkeys(names, (1000, 100))})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular", "psName": "Rare-Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path
