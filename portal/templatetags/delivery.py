"""``{{ notice|delivery_of }}``: when and how a notice was delivered."""

import datetime as dt

from django import template

from cases.models import Notice
from cases.serving.delivered import delivered_on

register = template.Library()


@register.filter
def delivery_of(notice: Notice) -> tuple[dt.date, str] | None:
    """(day, way) of a notice loaded with ``service``; None while nothing proves that it arrived."""
    return delivered_on(notice)
