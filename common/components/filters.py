"""Filters: masked personal data, dates, amounts, names of codes. An absent value shows as nothing."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from common import formatting, masking
from common.components.library import register


@register.filter
def masked_name(value: str | None) -> str:
    """张三 → 张*."""
    return masking.mask_name(str(value)) if value else ""


@register.filter
def masked_id(value: str | None) -> str:
    """110101199003071234 → 1101**********1234."""
    return masking.mask_id(str(value)) if value else ""


@register.filter
def masked_phone(value: str | None) -> str:
    """13800000000 → 138****0000."""
    return masking.mask_phone(str(value)) if value else ""


@register.filter
def cn_date(value: date | None) -> str:
    """2026年11月20日."""
    return formatting.format_date(value) if value else ""


@register.filter
def cn_datetime(value: datetime | None) -> str:
    """2026年11月20日 14:02, local time."""
    return formatting.format_datetime(value) if value else ""


@register.filter
def dates_in(value: str | None) -> str:
    """至 2038-06-03 → 至 2038年6月3日."""
    return formatting.format_dates_in(str(value)) if value else ""


@register.filter
def code_label(value: object) -> str:
    """The name of a state, kind or type in the page's language."""
    return formatting.code_label(value)


@register.filter
def action_label(value: object) -> str:
    """The name of something that can be done in the page's language."""
    return formatting.action_label(value)


@register.filter
def listed(value: Iterable[object]) -> str:
    """甲、乙, or A, B in English."""
    return formatting.format_list(value)


@register.filter
def money(value: Decimal | int | None) -> str:
    """Yuan with two decimals; zero is shown, only an absent amount is not."""
    return "" if value is None or value == "" else formatting.format_money(value)
