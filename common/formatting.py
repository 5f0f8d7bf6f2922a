"""Dates, amounts and the names of codes as people here read them, in Chinese and in English."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

_ISO_DATE = re.compile(r"([\u3000-\u9fff\uff00-\uffef] ?)?(?<![\w-])(\d{4}-\d{2}-\d{2})(?![\w-])", re.ASCII)


def format_date(value: date) -> str:
    """2026年11月20日, or 20 November 2026 in English. An aware datetime is turned to local time first."""
    return date_format(_local(value), "j F Y" if _in_english() else "Y年n月j日", use_l10n=False)


def format_datetime(value: datetime) -> str:
    """2026年11月20日 14:02, or 20 November 2026, 14:02 in English, in local time."""
    return date_format(_local(value), "j F Y, H:i" if _in_english() else "Y年n月j日 H:i", use_l10n=False)


def format_date_or_blank(moment: datetime | None) -> str:
    """The day of a moment as :func:`format_date` says it; empty for none."""
    return format_date(moment) if moment else ""


def legal_date(value: date) -> str:
    """2026年1月3日, whatever the page's language: dates of documents have no leading zeros (GB/T 9704-2012 7.3.5.4).

    An aware datetime is turned to local time first.
    """
    return date_format(_local(value), "Y年n月j日", use_l10n=False)


def legal_datetime(value: datetime, *, seconds: bool = False) -> str:
    """2026年1月3日 09:00 in local time, whatever the page's language."""
    return date_format(_local(value), "Y年n月j日 H:i:s" if seconds else "Y年n月j日 H:i", use_l10n=False)


def sentence(text: str) -> str:
    """What somebody wrote, as a Chinese sentence that ends: 材料不全 → 材料不全。"""
    said = text.strip()
    return said if said.endswith(("。", "！", "？")) else f"{said.rstrip('.;；，,')}。"


def format_dates_in(text: str) -> str:
    """Write the dates inside a stored text as people read them: 至 2038-06-03 → 至 2038年6月3日.

    A date right after Chinese words stays in their language, whatever the page's is.
    """
    return _ISO_DATE.sub(_readable, text)


def _readable(found: re.Match[str]) -> str:
    before = found.group(1) or ""
    try:
        day = date.fromisoformat(found.group(2))
    except ValueError:
        return found.group()
    with override("zh-hans" if before else get_language()):
        return before + format_date(day)


def code_label(name: object) -> str:
    """The name of a state, kind, type, audience or theme in the page's language; rooms keep the Chinese one."""
    return pgettext("code", str(name)) if name else ""


def action_label(name: object) -> str:
    """The name of something that can be done, as on its button, in the page's language."""
    return pgettext("action", str(name)) if name else ""


def format_list(parts: Iterable[object]) -> str:
    """甲、乙, or A, B in English."""
    return (", " if _in_english() else "、").join(str(part) for part in parts)


def format_money(yuan: Decimal | int) -> str:
    """An amount in yuan, two decimals, thousands separated: 1,234.50 元."""
    return _("%(amount)s 元") % {"amount": f"{yuan:,.2f}"}


def _local(value: date) -> date:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _in_english() -> bool:
    return (get_language() or "").startswith("en")
