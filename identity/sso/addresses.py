"""Which addresses an app may register: exact, https, or http on this machine where the settings allow it."""

from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

LONGEST = 500
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def problem_with(uri: str) -> str:
    """Say in one sentence why an address cannot be registered; empty when it can."""
    if len(uri) > LONGEST:
        return _("地址太长，最多 %(limit)s 个字符。") % {"limit": LONGEST}
    if not (uri.isascii() and uri.isprintable()) or " " in uri or "\\" in uri:
        return _("地址里有空格或不能识别的字符。")
    if "*" in uri:
        return _("地址要写完整，不能用通配符 *。")
    if "#" in uri:
        return _("地址里不能有 # 和后面的部分。")
    parts = _split(uri)
    if parts is None or not parts.hostname or parts.username is not None or parts.password is not None:
        return _("地址不完整，请写成 https://主机/路径。")
    if any(part in {".", ".."} for part in parts.path.split("/")):
        return _("地址里不能有 . 或 .. 这样的路径。")
    if parts.scheme == "https":
        return ""
    if parts.scheme == "http" and parts.hostname in _LOOPBACK and settings.SSO_ALLOW_LOOPBACK:
        return ""
    return _("地址必须以 https:// 开头。")


def host_of(uri: str) -> str:
    """The host of a good address, without its port."""
    parts = _split(uri)
    return (parts.hostname or "") if parts else ""


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    return host in _LOOPBACK


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _port = parts.port
    except ValueError:
        return None
    return parts
