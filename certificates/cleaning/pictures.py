"""A photo drawn again: where it was taken, by whom, and anything behind its end stay outside."""

import io
import warnings

from PIL import Image, ImageOps

from certificates.cleaning.limits import MOST_PIXELS, Refused

QUALITY = 88


def redraw(content: bytes, media_type: str) -> bytes:
    """Return the picture as written here, upright, in its own format. Raises :class:`Refused`."""
    picture = _open(content, media_type)
    if media_type == "image/jpeg":
        return jpeg(picture)
    shown = picture if picture.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else picture.convert("RGB")
    if shown.mode == "P":
        shown = shown.convert("RGBA")
    bare = Image.new(shown.mode, shown.size)
    bare.paste(shown)
    target = io.BytesIO()
    bare.save(target, "PNG", optimize=True)
    return target.getvalue()


def _open(content: bytes, media_type: str) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        wanted = ["JPEG", "MPO"] if media_type == "image/jpeg" else ["PNG"]  # MPO: a JPEG with a second view
        try:
            opened = Image.open(io.BytesIO(content), formats=wanted)
        except Image.DecompressionBombError as error:
            raise Refused("pixels") from error
    if opened.width * opened.height > MOST_PIXELS:
        raise Refused("pixels")
    opened.load()
    return ImageOps.exif_transpose(opened)


def upright(content: bytes, media_type: str, turns: int) -> tuple[bytes, int, int]:
    """Return a picture as JPEG on white, turned clockwise by ``turns`` quarters, with width and height in pixels."""
    picture = _open(content, media_type)
    if picture.mode in ("LA", "P", "PA", "RGBA"):
        layered = picture.convert("RGBA")
        picture = Image.new("RGB", layered.size, "white")
        picture.paste(layered, mask=layered.getchannel("A"))
    if turns % 4:
        picture = picture.rotate(-90 * (turns % 4), expand=True)
    return jpeg(picture), picture.width, picture.height


def jpeg(picture: Image.Image) -> bytes:
    """Write a picture as JPEG without anything beside it."""
    target = io.BytesIO()
    picture.convert("RGB").save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()
