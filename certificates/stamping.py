"""The copy that others than its owner see: every page says who compared it with the original and for what it is shown.

The stored file stays as it is. What is stamped was written by :mod:`certificates.cleaning`, so no stranger's bytes are
parsed here.
"""

import io
from dataclasses import dataclass
from functools import lru_cache

import pikepdf
import pylopdf_fonts_zh_cn
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from certificates.models import Document

_TILE = (1240, 1754)  # an A4 page at 150 dots an inch
_LETTER = 30


@dataclass(frozen=True, slots=True)
class Ink:
    """What a stamp is written in: red, green and blue; how much of what is below it covers, of 255."""

    colour: tuple[int, int, int]
    strength: int


COMPARED = Ink((90, 100, 120), 70)
# On a certificate's face, which has a grey watermark of its issuer's already, saying something else.
LENT = Ink((190, 25, 25), 125)


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


def stamp(content: bytes, media_type: str, text: str, ink: Ink = COMPARED) -> bytes:
    """Write ``text`` across every page of a PDF, or across a picture; the type stays the same."""
    if media_type == "application/pdf":
        return _stamp_pdf(content, text, ink)
    return _stamp_picture(content, media_type, text, ink)


def _stamp_picture(content: bytes, media_type: str, text: str, ink: Ink) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGBA")
    layer = _mask(text, ink.strength).resize(picture.size)
    picture.paste(Image.new("RGBA", picture.size, (*ink.colour, 255)), mask=layer)
    target = io.BytesIO()
    if media_type == "image/jpeg":
        picture.convert("RGB").save(target, "JPEG", quality=88)
    else:
        picture.save(target, "PNG")
    return target.getvalue()


def _stamp_pdf(content: bytes, text: str, ink: Ink) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        mark = _picture(pdf, text, ink)
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


def _picture(pdf: pikepdf.Pdf, text: str, ink: Ink) -> pikepdf.Object:
    """One picture for all pages: plain ink, seen through the text."""
    mask = pikepdf.Stream(pdf, _mask(text, ink.strength).tobytes())
    mask.Type, mask.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    mask.Width, mask.Height, mask.BitsPerComponent = *_TILE, 8
    mask.ColorSpace = pikepdf.Name.DeviceGray
    drop = pikepdf.Stream(pdf, bytes(ink.colour))
    drop.Type, drop.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    drop.Width = drop.Height = 1
    drop.BitsPerComponent, drop.ColorSpace = 8, pikepdf.Name.DeviceRGB
    drop.SMask = pdf.make_indirect(mask)
    return pdf.make_indirect(drop)


@lru_cache(maxsize=16)
def _mask(text: str, strength: int) -> Image.Image:
    """The text in slanting rows over a page; how dark a dot is says how much of the ink shows."""
    font = ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), _LETTER)
    side = int((_TILE[0] ** 2 + _TILE[1] ** 2) ** 0.5)
    field = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(field)
    step = int(pen.textlength(text, font=font)) + 120
    for row, top in enumerate(range(0, side, 240)):
        for left in range(-(row % 2) * step // 2, side, step):
            pen.text((left, top), text, font=font, fill=strength)
    turned = field.rotate(30, resample=Image.Resampling.BILINEAR)
    left, top = (side - _TILE[0]) // 2, (side - _TILE[1]) // 2
    return turned.crop((left, top, left + _TILE[0], top + _TILE[1]))
