"""The pictures of a guide, each for a phone and for a wide page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common.printing.errors import QrTooLong
from common.printing.qr import qr_svg
from portal.public.pictures import clock, flow
from services.queries import Guide

_SIZES = {False: 16, True: 24}  # of text, in CSS pixels: 长辈版 is 18pt at least


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in both shapes and its table."""

    narrow: SafeString | None
    wide: SafeString | None
    rows: list[Any]


def flow_picture(guide: Guide, *, is_senior: bool) -> Picture:
    """The way of an application."""
    found = flow.stages(guide)
    size = _SIZES[is_senior]
    return Picture(
        flow.draw(found, is_wide=False, size=size), flow.draw(found, is_wide=True, size=size), flow.rows(found)
    )


def clock_picture(guide: Guide, *, is_senior: bool) -> Picture:
    """How long it takes."""
    found = clock.lanes(guide)
    size = _SIZES[is_senior]
    narrow = clock.draw(found, is_wide=False, size=size)
    return Picture(narrow, clock.draw(found, is_wide=True, size=size), clock.rows(found))


def guide_address(guide: Guide) -> str:
    """The guide's address for the world outside."""
    return f"{settings.PUBLIC_BASE_URL}{reverse('item_guide', args=[guide.item.pk])}"


def guide_qr(guide: Guide) -> SafeString | None:
    """The guide's address for a phone's camera."""
    try:
        return mark_safe(qr_svg(guide_address(guide), label=_("用手机看这份指南的二维码")))
    except QrTooLong:
        return None
