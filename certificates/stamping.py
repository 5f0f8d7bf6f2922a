"""The copy that others than its owner see: every page says who compared it with the original and for what it is shown.

The stored file stays as it is. What is stamped was written by :mod:`certificates.cleaning`, so no stranger's bytes are
parsed here.
"""

import io
from functools import lru_cache

import pikepdf
import pylopdf_fonts_zh_cn
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from certificates.models import Document

_TILE = (1240, 1754)  # an A4 page at 150 dots an inch
_LETTER = 30
_INK = (90, 100, 120)
_STRENGTH = 70  # of 255


def words(document: Document, *, purpose: str) -> str:
    """What a document's copy says, in the language of official documents whatever the reader's.

    Such as 此件经与原件核对无误 市场监管局综合窗口 2026-11-22 仅供办理…使用.
    """
    if document.grade != Document.Grade.B or document.verified_at is None:
        return f"此件未经核对原件，仅供{purpose}使用"
    where = document.verified_department.short_name if document.verified_department else "窗口"
    post = document.verified_post.name if document.verified_post else ""
    day = timezone.localdate(document.verified_at).isoformat()
    return f"此件经与原件核对无误 {where}{post} {day} 仅供{purpose}使用"


def stamp(content: bytes, media_type: str, text: str) -> bytes:
    """Write ``text`` across every page of a PDF, or across a picture; the type stays the same."""
    if media_type == "application/pdf":
        return _stamp_pdf(content, text)
    return _stamp_picture(content, media_type, text)


def _stamp_picture(content: bytes, media_type: str, text: str) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGBA")
    layer = _mask(text).resize(picture.size)
    picture.paste(Image.new("RGBA", picture.size, (*_INK, 255)), mask=layer)
    target = io.BytesIO()
    if media_type == "image/jpeg":
        picture.convert("RGB").save(target, "JPEG", quality=88)
    else:
        picture.save(target, "PNG")
    return target.getvalue()


def _stamp_pdf(content: bytes, text: str) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        mark = _picture(pdf, text)
        for page in pdf.pages:
            box = [float(side) for side in page.cropbox]
            name = page.add_resource(mark, pikepdf.Name.XObject, pikepdf.Name("/Comparison"), replace_existing=True)
            across, up = box[2] - box[0], box[3] - box[1]
            page.contents_add(b"q\n", prepend=True)  # whatever the page leaves behind does not move the stamp
            drawing = f"Q\nq {across:.2f} 0 0 {up:.2f} {box[0]:.2f} {box[1]:.2f} cm {name} Do Q"
            page.contents_add(drawing.encode())
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True)
        return target.getvalue()


def _picture(pdf: pikepdf.Pdf, text: str) -> pikepdf.Object:
    """One picture for all pages: plain ink, seen through the text."""
    mask = pikepdf.Stream(pdf, _mask(text).tobytes())
    mask.Type, mask.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    mask.Width, mask.Height, mask.BitsPerComponent = *_TILE, 8
    mask.ColorSpace = pikepdf.Name.DeviceGray
    ink = pikepdf.Stream(pdf, bytes(_INK))
    ink.Type, ink.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    ink.Width = ink.Height = 1
    ink.BitsPerComponent, ink.ColorSpace = 8, pikepdf.Name.DeviceRGB
    ink.SMask = pdf.make_indirect(mask)
    return pdf.make_indirect(ink)


@lru_cache(maxsize=16)
def _mask(text: str) -> Image.Image:
    """The text in slanting rows over a page; how dark a dot is says how much of the ink shows."""
    font = ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), _LETTER)
    side = int((_TILE[0] ** 2 + _TILE[1] ** 2) ** 0.5)
    field = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(field)
    step = int(pen.textlength(text, font=font)) + 120
    for row, top in enumerate(range(0, side, 240)):
        for left in range(-(row % 2) * step // 2, side, step):
            pen.text((left, top), text, font=font, fill=_STRENGTH)
    turned = field.rotate(30, resample=Image.Resampling.BILINEAR)
    left, top = (side - _TILE[0]) // 2, (side - _TILE[1]) // 2
    return turned.crop((left, top, left + _TILE[0], top + _TILE[1]))
