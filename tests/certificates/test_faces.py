"""Faces of certificates: the three looks, their metadata, and what happens when there is too much to show."""

import io
import json
import random
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from certificates.face import Face, watermark_text
from certificates.layout import LOOKS, fit
from certificates.rendering import METADATA_FILE, metadata, render_face
from common.printing.pdf import XMP_NAMESPACE
from tests.documents import page_count, text_of

FACE = Face(
    type_name="食品经营许可证",
    type_code="11100000MB03271699031",
    number="JY13301060123456",
    identifier="1.2.156.3005.2.11100000MB03271699031.113301060024956789.JY13301060123456.001.K",
    holder_name="示范市湖滨区老张家常菜馆",
    holder_code="92330106MA2ABCDE1X",
    holder_code_type="001",
    issuer_name="示范市湖滨区市场监督管理局",
    issuer_code="113301060024956789",
    issued_on=date(2026, 11, 21),
    valid_from=date(2026, 11, 21),
    valid_until=date(2031, 11, 20),
    rows=(("法定代表人", "张伟龘"), ("经营场所", "示范市湖滨区解放路128号1层101室"), ("经营项目", "热食类食品制售")),
    verify_url="https://zwfw.example.gov.cn/verify/8F3K2Q9X",
    template="licence",
    seal_caption="电子证照专用章",
)


@pytest.mark.parametrize("template", LOOKS)
def test_each_look_shows_every_field_on_one_page(template):
    pdf = render_face(replace(FACE, template=template))
    text = text_of(pdf)
    shown = [FACE.type_name, FACE.number, FACE.holder_name, FACE.holder_code, FACE.issuer_name, "2026年11月21日"]
    for part in (*shown, "统一社会信用代码", "2031年11月20日", *(value for _, value in FACE.rows)):
        assert part in text, part
    assert page_count(pdf) == 1
    assert len(pdf) < 50 * 1024  # and 9 KB for signature and stamp: a file is kept for years, and sent to phones


def test_a_certificate_without_an_end_says_so():
    text = text_of(render_face(replace(FACE, valid_until=None)))
    assert "至长期" in text
    assert metadata(replace(FACE, valid_until=None))["ZZYXQJZRQ"] == "长期"


def test_metadata_travels_in_the_file_twice():
    with pikepdf.open(io.BytesIO(render_face(FACE))) as pdf:
        attached = json.loads(pdf.attachments[METADATA_FILE].get_file().read_bytes())
        meta = pdf.open_metadata()
        for tag, value in metadata(FACE).items():
            assert meta[f"{{{XMP_NAMESPACE}}}{tag}"] == value
            assert attached[tag] == value
    assert attached["ZZBS"] == FACE.identifier
    assert attached["CZZTDMLX"] == "统一社会信用代码"
    assert attached["KZ"][0] == {"name": "法定代表人", "value": "张伟龘"}


def test_metadata_leaves_out_what_is_not_known():
    assert "CZZTDMLXDM" not in metadata(replace(FACE, holder_code_type=""))


@pytest.mark.parametrize("template", LOOKS)
def test_what_does_not_fit_moves_to_an_annex_page_whole(template):
    long = "一级锅炉的安装监督检验；" * 120
    pdf = render_face(replace(FACE, template=template, rows=(*FACE.rows, ("许可范围", long))))
    assert page_count(pdf) > 1
    assert "见附页" in text_of(pdf, page=1)
    rest = "".join(text_of(pdf, page=number).split("—")[0] for number in range(2, page_count(pdf) + 1))
    assert rest.count("一级锅炉的安装监督检验；") >= 110  # a few are cut by page ends
    assert FACE.rows[2][1] in text_of(pdf, page=1)


@pytest.mark.parametrize("template", LOOKS)
@pytest.mark.parametrize("seed", range(6))
def test_full_faces_end_above_the_seal(template, seed, monkeypatch):
    """The sizes in layout.py agree with the style sheet: the last row stands above the room's end."""
    chance = random.Random(seed)
    words = ["经营范围", "住所（经营场所）", "法定代表人（负责人）", "备注"]
    rows = tuple(
        (chance.choice(words), "许可、内容（含）2026" * chance.randint(1, 9)) for _ in range(chance.randint(3, 9))
    )
    pdf = render_face(replace(FACE, template=template, rows=rows))
    top, bottom = _validity_row(pdf)
    start = {"licence": 63, "card": 38, "proof": 82 + 12}[template]
    assert top > start
    assert bottom <= start + LOOKS[template].height + 2


def _validity_row(pdf: bytes) -> tuple[float, float]:
    """Top and bottom in mm of the words 有效期, the last label of a face."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf)[0]
    words = page.get_textpage()
    index, _ = words.search("有效期", consecutive=False).get_next()
    _, bottom, _, top = words.get_charbox(index)
    height = page.get_height()
    return (height - top) * 25.4 / 72, (height - bottom) * 25.4 / 72


def test_the_largest_type_that_fits_is_chosen():
    look = LOOKS["licence"]
    assert fit(look, [], [("甲", "乙")], elsewhere="见附页").setting == ""
    middling = [("甲", "乙" * 60)] * 7
    assert fit(look, [], middling, elsewhere="见附页").setting in {"dense", "tiny"}
    huge = fit(look, [("姓名", "张伟")], [("甲", "乙" * 4000), ("丙", "丁")], elsewhere="见附页")
    assert huge.rows == (("甲", "见附页"), ("丙", "丁"))
    assert huge.annex == (("甲", "乙" * 4000),)
    assert huge.setting == ""


def test_a_look_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="poster"):
        render_face(replace(FACE, template="poster"))


def test_the_watermark_says_who_for_what_and_until_when():
    text = watermark_text(provider="示范市公安局", valid_until=date(2026, 12, 31))
    assert text == "此件由示范市公安局提供，仅供办理政务服务事项时使用，有效期至2026年12月31日"
    assert page_count(render_face(replace(FACE, watermark=text))) == 1


@pytest.mark.parametrize("name", ["买买提·艾合买提江·阿卜杜热合曼", "A" * 80, "示" * 120, "<b>&amp;"])
def test_names_of_any_length_are_shown_whole(name):
    assert name in text_of(render_face(replace(FACE, holder_name=name)))
