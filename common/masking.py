"""Show personal data masked: pure functions, text in, text out.

Display only. They protect the person looking over a shoulder; what a reader may receive at all is
decided by permissions. Showing the whole value is a deliberate act elsewhere, and is logged.
"""

STAR = "*"


def mask_name(name: str) -> str:
    """First character kept, at most two stars for the rest: 张三 → 张*, 王小明 → 王**, 阿卜杜·热合曼 → 阿**.

    Two stars at most, so that a long name is not recognised by its length.
    """
    name = name.strip()
    if len(name) < 2:
        return STAR * len(name)
    return name[0] + STAR * min(len(name) - 1, 2)


def mask_id(number: str) -> str:
    """First and last four characters kept: 110101199003071234 → 1101**********1234.

    A number under 12 characters keeps one at each end, so that more than half is always hidden.
    """
    number = number.strip()
    return _mask_middle(number, 4, 4) if len(number) >= 12 else _mask_middle(number, 1, 1)


def mask_phone(phone: str) -> str:
    """First three and last four digits of a mobile number kept: 13800000000 → 138****0000.

    Anything shorter than eleven characters keeps its last two only.
    """
    phone = phone.strip()
    return _mask_middle(phone, 3, 4) if len(phone) >= 11 else _mask_middle(phone, 0, 2)


def _mask_middle(text: str, head: int, tail: int) -> str:
    """Stars between the first ``head`` and last ``tail`` characters; all stars when none would be hidden."""
    if len(text) <= head + tail:
        return STAR * len(text)
    return text[:head] + STAR * (len(text) - head - tail) + text[-tail:]
