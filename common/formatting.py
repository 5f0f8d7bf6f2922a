"""Dates and amounts as people here read them, in Chinese and in English."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def format_date(value: date) -> str:
    """2026年11月20日, or 20 November 2026 in English. An aware datetime is turned to local time first."""
    return date_format(_local(value), "j F Y" if _in_english() else "Y年n月j日", use_l10n=False)


def format_datetime(value: datetime) -> str:
    """2026年11月20日 14:02, or 20 November 2026, 14:02 in English, in local time."""
    return date_format(_local(value), "j F Y, H:i" if _in_english() else "Y年n月j日 H:i", use_l10n=False)


def format_money(yuan: Decimal | int) -> str:
    """An amount in yuan, two decimals, thousands separated: 1,234.50 元."""
    return _("%(amount)s 元") % {"amount": f"{yuan:,.2f}"}


def _local(value: date) -> date:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _in_english() -> bool:
    return (get_language() or "").startswith("en")
