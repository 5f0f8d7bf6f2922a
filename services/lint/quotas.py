"""Does the limit of an item of which only so many are granted make sense (行政许可法第五十七条)? Pure."""

from collections.abc import Iterator

from services.codes import QuotaCount, QuotaOrder
from services.lint.findings import Finding
from services.lint.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what does not fit the rest of the item; nothing for an item without a limit."""
    content = subject.content
    if not content.quota_order:
        return
    text = content.quantity_limit.strip().strip("。")
    is_silent = text in ("", "无", "没有")
    if content.replaces:
        yield Finding("quota.change", "quota_order")
    if content.quota_counts == QuotaCount.IN_FORCE and content.result_type_id is None:
        yield Finding("quota.result_type", "quota_counts")
    if content.quota_order == QuotaOrder.OTHER and is_silent:
        yield Finding("quota.law_missing", "quantity_limit")
    elif is_silent:
        yield Finding("quota.text_missing", "quantity_limit")
    if content.quota_order == QuotaOrder.ACCEPTANCE and content.quota_places is None:
        yield Finding("quota.number_missing", "quota_places")
