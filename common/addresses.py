"""Where a request comes from: the visitor's network address and the kind of browser."""

import re

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 an address nobody has: a request that came over no network
# The order matters: browsers claim to be the ones before them.
_BROWSERS = (
    ("微信", re.compile(r"MicroMessenger/")),
    ("支付宝", re.compile(r"AlipayClient/")),
    ("Edge", re.compile(r"Edge?/|EdgA/|EdgiOS/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrom(e|ium)/|CriOS/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("HarmonyOS", re.compile(r"HarmonyOS|OpenHarmony")),
    ("Android", re.compile(r"Android")),
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("Windows", re.compile(r"Windows")),
    ("macOS", re.compile(r"Mac OS X|Macintosh")),
    ("Linux", re.compile(r"Linux|X11")),
)


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address: the proxy's word where a trusted proxy replaces the header."""
    if settings.TRUST_FORWARDED_FOR:
        forwarded = request.headers.get("x-forwarded-for", "")
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def browser_name(user_agent: str) -> str:
    """Name browser and system in two words, e.g. ``Chrome · Windows``; empty when neither is known.

    What a browser says of itself is only a hint for its owner, never a ground for a decision.
    """
    text = user_agent[:500]
    found = [next((name for name, pattern in names if pattern.search(text)), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))
