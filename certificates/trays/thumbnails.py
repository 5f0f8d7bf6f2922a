"""A small picture of a photo on a tray. What is opened here was written here, so it needs no process of its own."""

import io

from PIL import Image

from certificates.cleaning.pictures import jpeg

WIDEST = 480  # pixels of the longer side


def small(content: bytes) -> bytes:
    """A JPEG of the picture, white where it is transparent; a phone loads thirty of them."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.draft("RGB", (WIDEST * 2, WIDEST * 2))  # a JPEG is read at a fraction of its size
        picture.thumbnail((WIDEST, WIDEST))
        if picture.mode in ("RGB", "L"):
            return jpeg(picture)
        layered = picture.convert("RGBA")
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
        return jpeg(ground)
