"""A one-page PDF that stands for a scanned paper in the demonstration."""

import io
from functools import lru_cache

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

_PAGE = (827, 1169)  # A4 at 100 dots an inch
_INK = (40, 44, 52)
_PALE = (150, 154, 160)


@lru_cache(maxsize=4)
def drawing_font(size: int) -> ImageFont.FreeTypeFont:
    """The Chinese font that drawn papers use."""
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), size)


def sample_pdf(*, title: str, owner: str, lines: tuple[str, ...] = ()) -> bytes:
    """Draw a page with title, owner and lines, plainly marked as a sample; returns the PDF file."""
    page = Image.new("RGB", _PAGE, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((60, 60, _PAGE[0] - 60, _PAGE[1] - 60), outline=_PALE, width=2)
    draw.text((_PAGE[0] / 2, 170), title, font=drawing_font(36), fill=_INK, anchor="mm")
    for number, line in enumerate((f"提交人：{owner}", *lines)):
        draw.text((130, 270 + number * 52), line, font=drawing_font(24), fill=_INK)
    draw.text(
        (_PAGE[0] / 2, _PAGE[1] - 130), "演示用样张，不是真实材料", font=drawing_font(24), fill=_PALE, anchor="mm"
    )
    file = io.BytesIO()
    page.save(file, "PDF", resolution=100, title=title)
    return file.getvalue()
