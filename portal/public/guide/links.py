"""Addresses that came from somebody else's list: only plain web addresses become links."""

import re
from urllib.parse import urlsplit

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def web_address(text: str) -> str:
    """The text if it is a plain http or https address, else nothing."""
    plain = text.strip()
    if not plain.isprintable() or any(one in plain for one in " \"'<>\\`"):
        return ""
    try:
        parts = urlsplit(plain)
        host = parts.hostname
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and bool(host) and not parts.username and not parts.password
    return plain if is_web else ""


def words(text: str) -> str:
    """The text if it says something to a reader: a record's id or a file name in a system of theirs does not."""
    plain = text.strip()
    return plain if _CHINESE.search(plain) and plain not in ("无", "没有", "暂无") else ""
