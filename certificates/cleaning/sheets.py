"""What comes in, as one clean file: a PDF or a picture as it is, or several of them as the pages of one PDF."""

from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf

from certificates.cleaning.limits import MOST_PAGES, Refused
from certificates.cleaning.pdf import clean_pdf, disarm, open_pdf, write
from certificates.cleaning.pictures import redraw, upright

PDF = "application/pdf"
_SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"heim", b"heis")
_A4 = (595.28, 841.89)  # points


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of a batch; ``turns`` are quarter turns clockwise."""

    content: bytes
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Clean:
    """Content that was written here."""

    content: bytes
    media_type: str
    pages: int


def type_of(content: bytes) -> str:
    """Tell PDF, JPEG and PNG by how they begin. Raises :class:`Refused`: ``heic`` or ``type``."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise Refused("heic")
    for start, media_type in _SIGNATURES:
        if content.startswith(start):
            return media_type
    raise Refused("type")


def clean(sheets: Sequence[Sheet]) -> Clean:
    """Clean one file or join several into one PDF, in their order.

    Raises :class:`Refused`, with ``damaged`` for whatever a parser of hostile content stumbles over.
    """
    kinds = [type_of(sheet.content) for sheet in sheets]
    try:
        if len(sheets) > 1 or sheets[0].turns % 4:
            return _join(sheets, kinds)
        if kinds[0] == PDF:
            return Clean(*_pdf(sheets[0].content))
        return Clean(redraw(sheets[0].content, kinds[0]), kinds[0], 1)
    except Refused:
        raise
    except Exception as error:  # IndexError, RecursionError, MemoryError too
        raise Refused("damaged") from error


def _pdf(content: bytes) -> tuple[bytes, str, int]:
    cleaned, pages = clean_pdf(content)
    return cleaned, PDF, pages


def _join(sheets: Sequence[Sheet], kinds: Sequence[str]) -> Clean:
    with pikepdf.new() as joined:
        for sheet, kind in zip(sheets, kinds, strict=True):
            if kind == PDF:
                _append(joined, sheet)
            else:
                _draw(joined, *upright(sheet.content, kind, sheet.turns))
            if len(joined.pages) > MOST_PAGES:
                raise Refused("pages")
        return Clean(write(joined), PDF, len(joined.pages))


def _append(joined: pikepdf.Pdf, sheet: Sheet) -> None:
    with open_pdf(sheet.content) as pdf:
        disarm(pdf)
        for page in pdf.pages:
            if sheet.turns % 4:
                page.rotate(90 * (sheet.turns % 4), relative=True)
            joined.pages.append(page)


def _draw(joined: pikepdf.Pdf, photo: bytes, width: int, height: int) -> None:
    """Add an A4 page, lying for a lying picture, with the picture as large as fits."""
    paper = _A4 if height >= width else _A4[::-1]
    scale = min(paper[0] / width, paper[1] / height)
    across, up = width * scale, height * scale
    left, low = (paper[0] - across) / 2, (paper[1] - up) / 2
    page = joined.add_blank_page(page_size=paper)
    picture = pikepdf.Stream(joined, photo)
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height, picture.BitsPerComponent = width, height, 8
    picture.ColorSpace, picture.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=joined.make_indirect(picture)))
    drawing = f"q {across:.2f} 0 0 {up:.2f} {left:.2f} {low:.2f} cm /Photo Do Q"
    page.Contents = joined.make_indirect(pikepdf.Stream(joined, drawing.encode()))
