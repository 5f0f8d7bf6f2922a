"""Tags for printed documents: ``{% load printing %}``."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from common.printing.headline import headline_svg
from common.printing.watermark import watermark_svg

register = template.Library()


@register.simple_tag
def headline(
    text: str, width: float, height: float, size: float, colour: str = "#111", spacing: float = 0.0
) -> SafeString:
    """A heavy heading centred in `width` × `height` mm with characters up to `size` mm high."""
    picture = headline_svg(str(text), width=width, height=height, size=size, colour=colour, spacing=spacing)
    return mark_safe(picture)


@register.simple_tag
def watermark(text: str) -> SafeString:
    """`text` as a watermark that covers the page; see watermark_svg."""
    return mark_safe(watermark_svg(str(text)))
